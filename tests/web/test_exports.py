"""A search as a table: whole, in the order of the page, with what visitors may know and no more."""

import csv
import io
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine
from starlette.testclient import TestClient

from impact_alliances.app import create_app
from impact_alliances.importers import tables
from impact_alliances.importers.importing import import_file
from impact_alliances.resources.fields import FIELDS
from impact_alliances.resources.kinds import KINDS
from impact_alliances.web import exports
from support.builders import a_case
from support.service import a_service

SEARCHES = ["q=haies", "q=haies&fragilite=sante&kind=case", "kind=case&tri=titre", ""]


def rows(client: TestClient, search: str) -> list[dict[str, str]]:
    """The lines of the CSV of a search."""
    answer = client.get(f"/recherche.csv?{search}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def workbook(client: TestClient, search: str, folder: Path) -> list[dict[str, object]]:
    """The lines of its workbook, as our import reads them."""
    file = folder / "recherche.xlsx"
    file.write_bytes(client.get(f"/recherche.xlsx?{search}").content)
    with tables.opened(file) as table:
        return [row.cells for row in table.rows]


@pytest.mark.parametrize("search", SEARCHES)
def test_a_table_holds_every_hit_in_the_order_of_the_pages(
    client: TestClient, tmp_path: Path, search: str
) -> None:
    """From whatever page it is asked."""
    pages = [client.get(f"/api/search?{search}&page={page}").json() for page in (1, 2)]
    expected = [hit["id"] for page in pages for hit in page["hits"]]
    assert len(expected) == pages[0]["total"]
    for asked in (search, f"{search}&page=2&par_page=3"):
        assert [row["id"] for row in rows(client, asked)] == expected
    assert [row["identifiant"] for row in workbook(client, search, tmp_path)] == expected


def test_a_table_tells_what_visitors_may_know_and_no_more(
    client: TestClient, tmp_path: Path
) -> None:
    """No column, and no cell, of what editors keep."""
    told = {"kind", "page", *(one.name for one in FIELDS["catalyseur"] if one.public)}
    found = rows(client, "kind=catalyseur")
    assert found[0].keys() == told
    assert not {"email", "phone", "status"} & told
    cells = str([found, workbook(client, "kind=catalyseur", tmp_path)])
    assert "Awa Le Goff" in cells
    assert "secret@" not in cells
    assert "98 12 34" not in cells


def test_a_csv_says_it_as_an_import_takes_it_and_a_workbook_in_french(
    client: TestClient, tmp_path: Path
) -> None:
    """For a program, for people."""
    (person,) = rows(client, "kind=catalyseur")
    assert (person["kind"], person["departement"]) == ("catalyseur", "22")
    assert person["area"] == "dep:53|reg:53"
    assert client.get(person["page"]).status_code == 200
    (told,) = workbook(client, "kind=catalyseur", tmp_path)
    assert (told["type"], told["departement"]) == ("Catalyseurs", "Côtes-d’Armor")
    assert told["territoires_servis"] == "Mayenne (53)|Bretagne"
    case = workbook(client, "kind=case", tmp_path)[0]
    assert case["commune"] == "Lannion (22300)"
    assert "Isolement" in str(case["fragilites"])


@pytest.mark.parametrize("kind", list(KINDS))
def test_an_import_takes_the_csv_of_a_kind_back(
    client: TestClient, database: Engine, tmp_path: Path, kind: str
) -> None:
    """But for the columns that tell the rows apart, which it reports."""
    file = tmp_path / "recherche.csv"
    file.write_bytes(client.get(f"/recherche.csv?kind={kind}").content)
    report = import_file(database, KINDS[kind], file)
    assert report.verdicts["created"] == len(rows(client, f"kind={kind}"))
    assert report.verdicts["refused"] == 0
    assert set(report.unknown_columns) == {"kind", "page"}


def test_a_formula_is_a_text(tmp_path: Path) -> None:
    """Whoever opens the table runs nothing."""
    service = a_service(tmp_path / "data", a_case(title='=HYPERLINK("http://a.example")'))
    site = TestClient(create_app(service.settings, service))
    (row,) = rows(site, "")
    assert row["title"] == '\'=HYPERLINK("http://a.example")'
    (told,) = workbook(site, "", tmp_path)
    assert told["titre"] == '=HYPERLINK("http://a.example")'
    service.close()


def test_a_table_tells_how_far_each_is_from_the_place(tmp_path: Path) -> None:
    """In km, a number that each reader takes for one; nothing over a sea, nor without a place."""
    communes = {"lannion": "22113", "morlaix": "29151", "mamoudzou": "97611"}
    cases = [a_case(id=name, slug=name, commune=code) for name, code in communes.items()]
    service = a_service(tmp_path / "data", *cases)
    site = TestClient(create_app(service.settings, service))
    near = "near=22113&tri=distance"
    told = {row["id"]: row["distance_km"] for row in rows(site, near)}
    assert list(told.items()) == [("lannion", "0.0"), ("morlaix", "32.3"), ("mamoudzou", "")]
    sheet = workbook(site, near, tmp_path)
    assert [str(row["distance_km"] or "") for row in sheet] == ["0,0", "32,3", ""]
    assert "distance_km" not in rows(site, "")[0]
    service.close()


def test_a_table_too_long_is_refused_and_not_offered(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a sentence that says what to do, on the page too."""
    monkeypatch.setattr(exports, "MOST_ROWS", 10)
    sentence = "Un tableau porte au plus 10 fiches, et cette recherche en trouve 30\u00a0:"
    answer = client.get("/recherche.csv?kind=case")
    assert (answer.status_code, sentence in answer.text) == (400, True)
    page = client.get("/recherche?kind=case").text
    assert sentence in page
    assert "/recherche.csv" not in page
    just_enough = "kind=case&fragilite=sante"
    assert client.get(f"/recherche.csv?{just_enough}").status_code == 200
    assert "/recherche.csv" in client.get(f"/recherche?{just_enough}").text


def test_the_page_offers_the_tables_the_feed_and_the_address_of_its_search(
    client: TestClient,
) -> None:
    """Each works without a script, from the second page too; a search without hits has no table."""
    page = BeautifulSoup(client.get("/recherche?q=haies&kind=case").text, "html.parser")
    addresses = [str(link["href"]) for link in page.select(".garder li a")]
    assert addresses == [f"/recherche.{form}?q=haies&kind=case" for form in ("xlsx", "csv", "atom")]
    assert {client.get(address).status_code for address in addresses} == {200}
    assert {one["href"] for one in page.select("link[rel=alternate]")} >= set(addresses)
    assert str(page.find(id="adresse")["value"]).endswith("/recherche?q=haies&kind=case")
    second = BeautifulSoup(client.get("/recherche?page=2").text, "html.parser")
    assert second.select(".garder li a")[0]["href"] == "/recherche.xlsx"
    empty = BeautifulSoup(client.get("/recherche?q=zzzz&mode=keyword").text, "html.parser")
    assert [link["href"] for link in empty.select(".garder li a")] == [
        "/recherche.atom?q=zzzz&mode=keyword"
    ]


def test_a_table_tells_distances_from_a_place_alone(client: TestClient, tmp_path: Path) -> None:
    """In the order of the pages: nearest first, then what is nowhere."""
    search = "near=22070&kind=case&kind=jeudi"
    told = [row["distance_km"] for row in rows(client, search)]
    assert told[0] == "29.2"
    assert told[-1] == ""
    in_words = [row["distance_km"] for row in workbook(client, search, tmp_path)]
    assert in_words[0] == "29,2"
    assert "distance_km" not in rows(client, "kind=case")[0]


def test_a_wrong_value_gives_no_table(client: TestClient) -> None:
    """Rather than that of another search."""
    answer = client.get("/recherche.xlsx?fragilite=mobilté")
    assert answer.status_code == 400
    assert "Vouliez-vous dire" in answer.text


def test_a_table_has_a_name_that_says_what_it_is(client: TestClient) -> None:
    """In the letters that any disk takes."""
    answer = client.get("/recherche.csv?fragilite=sante&kind=case")
    assert answer.headers["content-disposition"] == (
        'attachment; filename="10-cas-sur-la-sante.csv"'
    )


def test_tables_leave_the_others_room(client: TestClient) -> None:
    """So many are made at once; one more is told when to come back, and a search is answered."""
    for _ in range(exports.AT_ONCE):
        assert exports._turns.acquire(blocking=False)
    try:
        answer = client.get("/recherche.csv?kind=jeudi")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert client.get("/recherche?kind=jeudi").status_code == 200
    finally:
        exports._turns.release(exports.AT_ONCE)
    assert client.get("/recherche.csv?kind=jeudi").status_code == 200
    assert client.get("/recherche.csv?tri=rien").status_code == 400
    assert client.get("/recherche.csv?kind=jeudi").status_code == 200
