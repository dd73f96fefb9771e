"""What is let in and what is not, how it is said, and that no answer lacks its headers or repeats
the Host sent.
"""

import json
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from impact_alliances.app import create_app
from impact_alliances.search.parameters import LONGEST_TEXT
from impact_alliances.web.admission import LONGEST_PATH, LONGEST_QUERY, MOST_PARAMETERS, Addresses
from impact_alliances.web.security import HEADERS
from impact_alliances.wiring import Service
from tests.web.raw import ask

PAGES = ["/", "/recherche", "/catalyseurs", "/jeudis", "/veille", "/api/docs", "/a-propos"]
FEEDS = ["/recherche.atom", "/cas.atom", "/catalyseurs.atom", "/jeudis.atom", "/veille.atom"]
API = [
    "/api/search",
    "/api/suggest",
    "/api/communes",
    "/api/vocabularies",
    "/api/openapi.json",
    "/healthz",
    "/readyz",
]
SHEETS = ["/api/cases/cas-0001", "/api/cases/cas-0001/similar"]
FILES = ["/static/style.css", "/static/htmx.min.js"]
PUBLIC = [*PAGES, *FEEDS, *API, *SHEETS, *FILES]
ASKING = ["/recherche", "/recherche.atom", "/api/search", "/api/suggest", "/api/communes"]
ASTRAY = [
    "/recherche/",
    "/jeudis/",
    "/cas/un-cas/",
    "/api/search/",
    "/static",
    "/static/",
    "/nulle-part",
    "/cas/retire",
    "/cas",
    "//x/",
]


# -- addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ASKING)
def test_too_many_parameters_are_refused_in_a_sentence(client: TestClient, path: str) -> None:
    """Counted before any is read, and the answer is short."""
    answer = client.get(
        path + "?" + "&".join(f"fragilite=x{number}" for number in range(MOST_PARAMETERS + 1))
    )
    assert answer.status_code == 400
    assert f"au plus {MOST_PARAMETERS} paramètres" in BeautifulSoup(answer.text, "html.parser").text
    assert len(answer.content) < 10_000


def test_a_hundred_parameters_are_taken(client: TestClient) -> None:
    """The bound itself is allowed."""
    pairs = [("departement", f"{number:02}") for number in range(1, 96) if number != 20]
    answer = client.get(
        "/api/search", params=[*pairs, *[("annee", "2024")] * (MOST_PARAMETERS - len(pairs))]
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("path", [*ASKING, "/", "/cas/x"])
def test_an_address_too_long_is_refused_in_a_sentence(client: TestClient, path: str) -> None:
    """414, whichever part is too long."""
    for address in (f"{path}?q=" + "x" * LONGEST_QUERY, path + "/x" * LONGEST_PATH):
        answer = client.get(address)
        assert answer.status_code == 414
        assert "trop longue" in answer.text


def test_the_longest_text_fits_in_an_address(client: TestClient) -> None:
    """However it is written."""
    for sign in ("\U0001f600", "é"):
        assert (
            client.get("/api/search?mode=keyword&q=" + quote(sign * LONGEST_TEXT)).status_code
            == 200
        )


@pytest.mark.parametrize(
    "query",
    [b"q=m%E9decin", b"q=m%C3%A9decin", "q=médecin".encode(), "q=médecin".encode("latin-1")],
)
def test_a_text_is_read_in_utf8_or_as_before_it(client: TestClient, query: bytes) -> None:
    """Old pages and forms write Latin-1."""
    assert json.loads(ask(client.app, "/api/search", query).body)["query"]["q"] == "médecin"


def test_a_byte_that_stands_for_nothing_is_a_text_all_the_same(client: TestClient) -> None:
    """Five of them, in what Windows wrote before UTF-8."""
    answer = ask(client.app, "/api/search", b"q=v%E9lo+%81%8D%8F%90%9D")
    assert json.loads(answer.body)["query"]["q"].startswith("vélo")


def test_an_address_that_a_mailer_escaped_keeps_its_filters(client: TestClient) -> None:
    """`&amp;` between parameters."""
    answer = client.get("/api/search?q=velo&amp;fragilite=mobilite").json()
    chosen = [value["value"] for value in answer["facets"]["fragilite"] if value["selected"]]
    assert (answer["query"]["q"], chosen) == ("velo", ["mobilite"])


@pytest.mark.parametrize(
    "path", ["/cas/\x00", "/cas/\ud800", "/api/cases/a\x1bb", "/jeudis/\udfff\x7f"]
)
def test_no_path_reaches_the_database_that_it_could_not_look_up(
    client: TestClient, path: str
) -> None:
    """NUL breaks PostgreSQL, a lone surrogate SQLite: both are a page that is not there."""
    seen: list[str] = []

    async def behind(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["path"])
        await client.app(scope, receive, send)

    assert ask(Addresses(behind), path).status == 404
    assert not any(sign in seen[0] for sign in "\x00\x1b\x7f\ud800\udfff")


# -- slashes and hosts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/recherche/", "/recherche"),
        ("/jeudis/", "/jeudis"),
        ("/recherche/?q=haies&kind=case", "/recherche?q=haies&kind=case"),
        ("/api/search/?q=%C3%A9", "/api/search?q=%C3%A9"),
        ("/cas/un-cas//", "/cas/un-cas"),
        ("//evil.example/recherche/", None),
        ("/nulle-part/", None),
        ("/static/", None),
        ("/", None),
    ],
)
def test_a_last_slash_is_cut_by_a_relative_redirect(
    client: TestClient, asked: str, given: str | None
) -> None:
    """308 where something answers without it."""
    answer = client.get("http://testserver" + asked)
    if given is None:
        assert answer.status_code in (200, 404)
    else:
        assert (answer.status_code, answer.headers["location"]) == (308, given)


def test_a_wrong_address_is_told_though_the_database_is_down(
    client: TestClient, site_service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what may have been looked for is not offered."""

    def down(*_: object) -> None:
        raise OperationalError("select", {}, Exception())

    monkeypatch.setattr(site_service.suggestions, "nearest", down)
    answer = client.get("/une-alliance-pour-les-haies")
    assert (answer.status_code, "Page introuvable" in answer.text) == (404, True)


@pytest.mark.parametrize("path", [*PUBLIC, *ASTRAY])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:81", "[", "evil.example/é", ""])
def test_no_answer_repeats_the_host_sent(client: TestClient, path: str, host: str) -> None:
    """Neither in its headers nor in its body."""
    answer = client.get(
        "http://testserver" + path,
        headers={b"Host": host.encode(), b"X-Forwarded-Host": b"evil.example"},
    )
    assert answer.status_code < 500
    assert "evil" not in f"{answer.headers} {answer.text}"


def test_hosts_may_be_listed(site_service: Service) -> None:
    """Others get a sentence, in the form that suits the address."""
    settings = site_service.settings.model_copy(
        update={"allowed_hosts": "base.exemple.fr, *.exemple.org"}
    )
    client = TestClient(create_app(settings, site_service))
    for host in ("base.exemple.fr", "BASE.exemple.fr:8000", "a.exemple.org", "a.b.exemple.org:443"):
        assert client.get("/healthz", headers={"Host": host}).status_code == 200
    for host in (
        "evil.example",
        "exemple.org",
        "xbase.exemple.fr",
        "base.exemple.fr.evil.example",
        "",
        "[::1]:8000",
    ):
        answer = client.get("/healthz", headers={"Host": host})
        assert (answer.status_code, answer.headers["content-type"]) == (
            421,
            "application/problem+json",
        )
        assert "nom d’hôte" in client.get("/", headers={"Host": host}).text


# -- methods and bodies --------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PUBLIC, "/nulle-part", "/recherche/"])
def test_head_is_answered_as_get_without_its_body(client: TestClient, path: str) -> None:
    """The same status and headers."""
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers.keys() == get.headers.keys()
    assert (
        head.headers["content-type"] == get.headers["content-type"]
        if "content-type" in get.headers
        else True
    )


def test_what_may_be_asked_is_said_with_405(client: TestClient) -> None:
    """Whoever posts learns that GET and HEAD are answered."""
    answer = client.post("/recherche")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/api/search", "application/problem+json"), ("/recherche", "text/html; charset=utf-8")],
)
def test_a_body_over_the_limit_is_refused_as_other_errors_are(
    client: TestClient, path: str, kind: str
) -> None:
    """413: a problem document under /api, a page elsewhere."""
    answer = client.post(path, content=b"x" * 2_000_000)
    assert (answer.status_code, answer.headers["content-type"]) == (413, kind)
    assert "dépasse la limite" in answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)


# -- headers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/recherche", 200),
        ("GET", "/recherche/", 308),
        ("GET", "/recherche?page=", 302),
        ("GET", "/api/search?page=x", 400),
        ("GET", "/recherche?" + "a&" * 200, 400),
        ("GET", "/nulle-part", 404),
        ("GET", "/api/nulle-part", 404),
        ("GET", "/cas/retire", 410),
        ("POST", "/recherche", 405),
        ("DELETE", "/static/style.css", 405),
        ("POST", "/api/search", 413),
        ("GET", "/recherche?" + "a" * 20_000, 414),
    ],
)
def test_every_kind_of_answer_carries_the_security_headers(
    client: TestClient, method: str, path: str, status: int
) -> None:
    """Errors too."""
    answer = client.request(method, path, content=b"x" * 2_000_000 if status == 413 else None)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize(
    ("error", "status"),
    [(RuntimeError("panne"), 500), (OperationalError("SELECT 1", {}, Exception("verrou")), 503)],
)
@pytest.mark.parametrize("path", ["/panne", "/api/panne"])
def test_faults_of_ours_carry_the_security_headers_and_no_detail(
    site_service: Service, error: Exception, status: int, path: str
) -> None:
    """500 from the outermost handler, 503 when the database is out of reach."""
    app = create_app(site_service.settings, site_service)

    @app.get(path)
    def broken() -> None:
        raise error

    answer = TestClient(app, raise_server_exceptions=False).get(path)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert not any(word in answer.text for word in ("panne »", "Traceback", "SELECT", "verrou"))
