"""Feeds that a strict reader takes, whatever is in the base and in the question."""

import datetime as dt
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from impact_alliances.app import create_app
from impact_alliances.web.xml import writable
from support.builders import a_case
from support.service import a_service

ATOM = {"a": "http://www.w3.org/2005/Atom"}
# A link in Markdown is decoded once more than the text around it: this one holds a control
# character.
HOSTILE = (
    "Un lien <https://x.example/&#1;&#x1b;&#xfffe;> et \x02 \x0b \ufffe \uffff \U0001ffff &#12; "
    "<b>gras</b> ]]> <!-- \u2028"
)
FEEDS = [
    "/cas.atom",
    "/recherche.atom",
    "/recherche.atom?q=lien",
    "/recherche.atom?tri=titre&kind=case",
]


def read(xml: bytes) -> ElementTree.Element:
    """The document, by a parser that forgives nothing; our own service wrote it."""
    return ElementTree.fromstring(xml)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A site whose one case holds in every text what XML cannot."""
    texts = dict.fromkeys(("title", "summary", "body", "need", "actions", "source_url"), HOSTILE)
    case = a_case(id="cas-0001", slug="cas-0001", **texts, tags=[HOSTILE], partners=[])
    service = a_service(tmp_path_factory.mktemp("hostile"), case)
    return TestClient(create_app(service.settings, service), raise_server_exceptions=False)


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_is_well_formed_whatever_the_texts(hostile: TestClient, path: str) -> None:
    """Control characters and noncharacters, in titles, summaries, bodies, links and tags."""
    answer = hostile.get(path)
    assert answer.status_code == 200
    assert read(answer.content).findall("a:entry", ATOM)


def test_a_summary_is_text_after_one_decoding(hostile: TestClient) -> None:
    """What is told as HTML holds no markup that a sheet's author wrote."""
    for entry in read(hostile.get("/cas.atom").content).findall("a:entry", ATOM):
        summary = entry.find("a:summary", ATOM)
        assert summary is not None
        assert "&lt;b&gt;gras&lt;/b&gt;" in str(summary.text)
        assert "<" not in str(summary.text)


@pytest.mark.parametrize(
    "path", ["/cas.atom", "/recherche.atom?q=haies", "/recherche.atom?q=haies&tri=titre"]
)
def test_a_feed_is_told_newest_first(tmp_path: Path, path: str) -> None:
    """Whatever the order of the page: a reader of feeds waits for what is new."""
    cases = [
        a_case(id="c1", title="Haies, haies et haies", date=dt.date(2020, 1, 1)),
        a_case(id="c2", title="Des haies", date=dt.date(2024, 1, 1)),
        a_case(id="c3", title="Un chemin", summary="Avec des haies.", date=dt.date(2022, 1, 1)),
    ]
    service = a_service(tmp_path, *cases)
    client = TestClient(create_app(service.settings, service))
    entries = read(client.get(path).content).findall("a:entry", ATOM)
    told = [entry.findtext("a:published", namespaces=ATOM) or "" for entry in entries]
    assert [day[:4] for day in told] == ["2024", "2022", "2020"]
    service.close()


def test_a_feed_keeps_the_filters_and_tells_the_thirty_newest(client: TestClient) -> None:
    """Of a search as of all."""
    assert len(read(client.get("/recherche.atom").content).findall("a:entry", ATOM)) == 30
    cut = read(client.get("/recherche.atom?fragilite=sante&kind=case").content)
    entries = cut.findall("a:entry", ATOM)
    assert len(entries) == 10
    for entry in entries:
        assert "sante" in [one.get("term") for one in entry.findall("a:category", ATOM)]


def test_an_entry_has_an_id_that_lasts_its_day_and_its_last_change(tmp_path: Path) -> None:
    """A new title moves its address: a reader would show it twice, were that its id."""
    changed = dt.datetime(2024, 5, 6, 7, 8, 9, tzinfo=dt.UTC)
    case = a_case(id="c1", title="Les haies", date=dt.date(2020, 1, 2), updated_at=changed)
    service = a_service(tmp_path, case)
    site = TestClient(create_app(service.settings, service))
    (entry,) = read(site.get("/cas.atom").content).findall("a:entry", ATOM)
    told = [entry.findtext(f"a:{name}", "", ATOM) for name in ("id", "published", "updated")]
    assert told[0] == f"{service.settings.base_url}/api/cases/c1"
    assert [one[:19] for one in told[1:]] == ["2020-01-02T00:00:00", "2024-05-06T07:08:09"]
    service.close()


@given(
    st.text(st.characters() | st.sampled_from("\x00\x0c\ufffe\uffff\U0001fffe\u0085\u2028<>&\"'"))
)
@example("\ufffe")
@example("\ud800")
def test_a_feed_is_well_formed_whatever_the_question(client: TestClient, text: str) -> None:
    """Or a clear refusal."""
    answer = client.get(
        "/recherche.atom", params={"q": text.encode("utf-8", "surrogatepass"), "kind": "jeudi"}
    )
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        read(answer.content)


@given(st.text(st.characters()))
def test_what_is_writable_is_read_back(text: str) -> None:
    """Every Unicode text."""
    kept = writable(text)
    escaped = (
        kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    )
    assert (read(f"<a>{escaped}</a>".encode()).text or "") == kept
