"""Whatever is asked in HTTP, and however badly, gets an answer of ours that is whole.

A hundred requests here; many thousands by `make fuzz` (the same, under the profile `fuzz`).
"""

import gzip
import json
from io import BytesIO
from urllib.parse import quote_from_bytes
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.types import ASGIApp

from impact_alliances.app import create_app
from impact_alliances.search.parameters import PARAMETERS
from impact_alliances.search.query import FILTERS, MODES, SORTS
from impact_alliances.web.security import HEADERS
from impact_alliances.wiring import Service
from tests.web.raw import Answer, ask

PATHS = """
/ /recherche /recherche.atom /recherche.csv /recherche.xlsx /recherche/ /cas /cas.atom /catalyseurs
/catalyseurs.atom /jeudis
/jeudis.atom /jeudis/ /veille /veille.atom /a-propos /api/docs /api/openapi.json /api/search
/api/suggest /api/communes /api/vocabularies
/api/cases/cas-0001 /api/cases/cas-0001/similar
/api/jeudis/jeudi-0001 /api/catalyseurs/cat-0001 /api/articles/x /api/livres/x /cas/retire /cas/x
/static/style.css /static/../app.py /static
/static/htmx.min.js /healthz /readyz //evil.example/recherche/ /favicon.ico
""".split()
METHODS = ["GET"] * 8 + [
    "HEAD",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "PATCH",
    "CONNECT",
    "get",
    "ÉTRANGE",
    "",
]
NAMES = (
    "accept accept-encoding accept-language content-length content-type cookie hx-request "
    "hx-target if-modified-since"
).split()
NAMES += (
    "if-none-match if-range origin range referer transfer-encoding user-agent x-forwarded-for "
    "x-forwarded-host"
).split()
HOSTS = [
    b"evil.example",
    b"evil.example:99999",
    b"[",
    b"[::1",
    b"evil.example/\xff",
    b"",
    b"a@evil.example",
]
HEADER_VALUES = [
    b"gzip",
    b"gzip;q=0",
    b"bytes=0-1",
    b"bytes=5-1",
    b"bytes=-",
    b"*",
    b"true",
    b"-1",
    b"9" * 20,
]
HEADER_VALUES += [b"text/html", b"\xff\x00"]
# Signs that break parsers, and the three ways a text may be put in bytes.
_signs = st.characters() | st.sampled_from(
    '\x00\x0b\x1b\ud800\udfff\ufffe\uffff\U0001fffe\ufdfa\u202e\u0301\u2028 "«»-&=+%#;<>'
)
_texts = st.text(_signs, max_size=60) | st.builds(
    lambda sign, times: sign * times, _signs, st.integers(1, 300)
)
_bytes = st.builds(
    lambda text, form: text.encode(*form),
    _texts,
    st.sampled_from([("utf-8", "surrogatepass"), ("cp1252", "replace")]),
)
_values = st.one_of(
    _bytes.map(lambda raw: quote_from_bytes(raw).encode()),
    _bytes,
    st.binary(max_size=30),
    st.sampled_from(
        [slug.encode() for vocabulary in FILTERS.values() for slug in vocabulary.by_slug]
    ),
    st.sampled_from(
        [
            word.encode()
            for word in (*MODES, *SORTS, "oui", "non", "haies", "alliance", "%", "%C3", "%ED%A0%80")
        ]
    ),
    st.integers(-(10**30), 10**30).map(lambda number: str(number).encode()),
)
_names = st.sampled_from([name.encode() for name in PARAMETERS]) | st.just(b"q") | _values
_pairs = st.builds(
    lambda name, value, link: name + link + value,
    _names,
    _values,
    st.sampled_from([b"=", b"=", b"=", b"", b"=="]),
)
_links = st.sampled_from([b"&", b"&", b"&amp;", b";", b"&&"])
_queries = st.builds(lambda parts, link: link.join(parts), st.lists(_pairs, max_size=6), _links)
_paths = st.sampled_from(PATHS) | st.builds(
    lambda start, rest: start + rest,
    st.sampled_from(["/", "/cas/", "/api/", "/api/cases/", "/static/", "//", "", "/jeudis/"]),
    _texts,
)
_headers = st.lists(
    st.tuples(
        st.sampled_from(NAMES).map(str.encode),
        st.sampled_from(HEADER_VALUES) | st.binary(max_size=20),
    ),
    max_size=4,
)


@pytest.fixture(scope="module")
def app(site_service: Service) -> ASGIApp:
    return create_app(site_service.settings, site_service)


@given(
    method=st.sampled_from(METHODS),
    path=_paths,
    query=_queries,
    host=st.sampled_from(HOSTS),
    headers=_headers,
    body=st.binary(max_size=40),
)
@example("GET", "/recherche.atom", b"q=%EF%BF%BE", b"[", [], b"")
@example("GET", "/api/search", b"q=" + b"%EF%B7%BA" * 40, b"evil.example", [], b"")
@example("GET", "/cas/\ud800", b"", b"", [], b"")
@example("GET", "/recherche/", b"q=\xff&;=%", b"evil.example", [(b"hx-request", b"true")], b"")
@example("GET", "/cas/" + "x" * 1_990, b"", b"", [], b"")
def test_whatever_is_asked_gets_a_whole_answer(
    app: ASGIApp,
    method: str,
    path: str,
    query: bytes,
    host: bytes,
    headers: list[tuple[bytes, bytes]],
    body: bytes,
) -> None:
    """No fault of ours, the headers on, a body of the kind that is told, and never the Host
    sent.
    """
    answer = ask(app, path, query, method=method, headers=[(b"host", host), *headers], body=body)
    assert answer.status < 500 or answer.status == 503
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    if "evil" not in path and b"evil" not in query:
        assert "evil" not in str(answer.headers)
        assert b"evil" not in _unpacked(answer)
    if method == "HEAD" or answer.status in (204, 304, 308, 302, 301):
        assert answer.body == b""
    else:
        _read(answer, path)


def _unpacked(answer: Answer) -> bytes:
    return (
        gzip.decompress(answer.body)
        if answer.body and answer.headers.get("content-encoding") == "gzip"
        else answer.body
    )


def _read(answer: Answer, path: str) -> None:
    """The body is what its content type says."""
    body, kind = _unpacked(answer), answer.headers["content-type"].partition(";")[0]
    if answer.status == 206:
        return
    match kind:
        case "application/json" | "application/problem+json":
            read = json.loads(body)
            assert answer.status == 503 or (kind == "application/problem+json") == (
                answer.status >= 400
            )
            assert (
                answer.status < 400
                or kind != "application/problem+json"
                or read["status"] == answer.status
            )
        case "application/atom+xml":
            ElementTree.fromstring(body)
        case "text/csv":
            assert body.startswith(b"\xef\xbb\xbfkind;")
        case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
            assert ZipFile(BytesIO(body)).testzip() is None
        case "text/html":
            assert "Traceback" not in body.decode()
            assert BeautifulSoup(body, "html.parser").find(["h1", "h2"])
        case _:
            assert path.startswith("/static/")
            assert answer.status < 500


@given(
    start=st.sampled_from(
        [
            "/recherche",
            "/recherche.atom",
            "/recherche.csv",
            "/api/search",
            "/api/suggest",
            "/api/communes",
        ]
    ),
    pairs=st.lists(st.tuples(_names, _values), max_size=130),
)
def test_a_crowd_of_parameters_gets_a_short_answer(
    app: ASGIApp, start: str, pairs: list[tuple[bytes, bytes]]
) -> None:
    """However many, however wrong: what is told of them is bounded."""
    answer = ask(app, start, b"&".join(name + b"=" + value for name, value in pairs))
    assert answer.status in (200, 302, 400, 414, 503)
    if answer.status >= 400:
        assert len(answer.body) < 20_000


_fields = st.sampled_from(
    b"nom courriel structure besoin message sujet joindre formulaire telecopie lien".split()
)
_sent = st.builds(
    lambda pairs: b"&".join(name + b"=" + value for name, value in pairs),
    st.lists(st.tuples(_fields | _names, _values), max_size=12),
)
_types = st.sampled_from(
    [
        b"application/x-www-form-urlencoded",
        b"application/x-www-form-urlencoded; charset=latin-1",
        b"multipart/form-data; boundary=x",
        b"multipart/form-data",
        b"application/json",
        b"",
    ]
)


@given(
    path=st.sampled_from(
        ["/catalyseurs/awa-le-goff-cat-0001/contact", "/ma-fiche/pause", "/ma-fiche/correction"]
    ),
    kind=_types,
    body=_sent | st.binary(max_size=200),
)
@example("/ma-fiche/pause", b"multipart/form-data; boundary=x", b"--x\r\n\r\n--x--")
@example("/ma-fiche/pause", b"application/x-www-form-urlencoded", b"lien=%00%ed%a0%80.\xff")
def test_whatever_is_posted_to_a_form_gets_a_whole_page(
    app: ASGIApp, path: str, kind: bytes, body: bytes
) -> None:
    """A page in French that refuses it: no form here was given by us."""
    headers = [(b"host", b"127.0.0.1"), (b"content-type", kind)]
    answer = ask(app, path, method="POST", headers=headers, body=body)
    assert answer.status in (400, 403)
    assert "Traceback" not in answer.body.decode()
    page = BeautifulSoup(_unpacked(answer), "html.parser")
    assert page.find("h1")
    assert "parse" not in page.get_text()
