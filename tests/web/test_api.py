"""The JSON API: the contract partners rely on."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from impact_alliances.web.api.schemas import SearchOut
from impact_alliances.web.api.sheets import SHEETS

CONTRACT = {
    "query",
    "total",
    "page",
    "per_page",
    "took_ms",
    "mode",
    "degraded",
    "hits",
    "facets",
    "next",
}
HIT = {
    "kind",
    "id",
    "url",
    "title",
    "title_html",
    "excerpt_html",
    "score",
    "matched_by",
    "fragilites",
    "acteurs",
    "echelon",
    "region",
    "date",
    "distance_km",
    "updated_at",
}


def test_a_search_answers_in_the_shape_of_the_contract(client: TestClient) -> None:
    """And in the shape that OpenAPI describes."""
    answer = client.get("/api/search", params={"q": "haies", "echelon": "local"}).json()
    assert answer.keys() >= CONTRACT
    assert answer["hits"][0].keys() >= HIT
    assert answer["facets"]["fragilite"][0].keys() == {"value", "label", "count", "selected", "url"}
    SearchOut.model_validate(answer, strict=True)


def test_distances_are_told_from_a_place_alone(client: TestClient) -> None:
    """In km with one decimal; null where there is no place, or where what is found has none."""
    plain = client.get("/api/search").json()
    assert {hit["distance_km"] for hit in plain["hits"]} == {None}
    near = client.get("/api/search", params={"near": "22070", "par_page": "100"}).json()
    told = [hit["distance_km"] for hit in near["hits"]]
    assert told[0] == 29.2
    assert told[-1] is None
    assert near["query"]["sentence"].endswith("les plus proches de Guingamp (22200) d’abord")
    assert all("near=22070" in one["url"] for one in near["facets"]["kind"])
    within = client.get("/api/search", params={"near": "22070", "rayon": "10"}).json()
    assert within["total"] == 0
    SearchOut.model_validate(near, strict=True)


def test_the_next_pages_lead_through_the_whole_answer_once(client: TestClient) -> None:
    """Each by the address that the one before gives; the last one gives none."""
    address = "/api/search?q=haies&kind=case&par_page=7"
    found: list[str] = []
    while address:
        answer = client.get(address).json()
        found += [hit["id"] for hit in answer["hits"]]
        address = (answer["next"] or "").removeprefix("http://127.0.0.1:8000")
    assert len(found) == len(set(found)) == answer["total"] > 7


def test_a_hit_marks_its_title_and_tells_its_last_change(client: TestClient) -> None:
    """As its sheet tells it."""
    hit = client.get("/api/search?q=haie&mode=keyword").json()["hits"][0]
    sheet = client.get(f"/api/cases/{hit['id']}").json()
    assert hit["title_html"] == hit["title"].replace("haies", "<mark>haies</mark>")
    assert hit["updated_at"] == sheet["updated_at"]


def test_following_a_facet_address_gives_its_count(client: TestClient) -> None:
    """The address given for a value, not chosen yet in a facet without choice, returns its
    number.
    """
    answer = client.get("/api/search", params={"q": "alliance"}).json()
    for values in answer["facets"].values():
        for value in values[:3]:
            path = value["url"].removeprefix("http://127.0.0.1:8000")
            assert client.get(path).json()["total"] == value["count"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"near": "Lannion"}, "22113"),
        ({"near": "22113", "rayon": "departemen"}, "departement"),
        ({"comme": "Lannion 22300"}, "22113"),
        ({"fragilite": "mobilté"}, "mobilite"),
        ({"fragilte": "mobilite"}, "fragilite"),
        ({"page": "0"}, "1"),
        ({"par_page": "1000"}, "100"),
        ({"mode": "hybrids"}, "hybrid"),
        ({"tri": "datte"}, "date"),
    ],
)
def test_a_wrong_parameter_is_a_problem_that_names_the_nearest_value(
    client: TestClient, parameters: dict[str, str], expected: str
) -> None:
    """400, never a silent guess."""
    answer = client.get("/api/search", params=parameters)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    problem = answer.json()
    assert problem.keys() >= {"type", "title", "status", "detail"}
    assert problem["problems"][0]["nearest"] == expected


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5000,
        "\x00\x01",
        "\ud800",
        "<script>",
        "'; DROP TABLE case_study; --",
        "a:b AND (",
        "\\",
        '"' * 50,
        "%",
        "\u202e",
    ],
)
def test_no_text_breaks_the_search(client: TestClient, text: str) -> None:
    """Long, control characters, surrogates, markup, SQL, query syntax: 200, or 400 with a
    sentence.
    """
    answer = client.get("/api/search", params={"q": text.encode("utf-8", "surrogatepass")})
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        assert "1\u202f000 caractères" in answer.json()["detail"]


def test_a_page_past_the_end_is_empty_and_keeps_its_total(client: TestClient) -> None:
    """A partner that walks the pages stops there."""
    answer = client.get("/api/search", params={"page": "900"}).json()
    assert (answer["hits"], answer["total"] > 30) == ([], True)


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("case", "cases/cas-0001"),
        ("catalyseur", "catalyseurs/cat-0001"),
        ("jeudi", "jeudis/jeudi-0001"),
        ("article", "articles/art-0001"),
    ],
)
def test_a_sheet_has_the_shape_that_openapi_describes(
    client: TestClient, kind: str, path: str
) -> None:
    """All that is described, and nothing more."""
    answer = client.get(f"/api/{path}")
    SHEETS[kind].model_validate_json(answer.content, strict=True)
    assert answer.json().keys() == SHEETS[kind].model_fields.keys()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/api/suggest?q=" + "x" * 201, "200 caractères au plus"),
        ("/api/livres/x", "valeurs possibles"),
        ("/api/cases/" + "x" * 65, "64"),
    ],
)
def test_a_parameter_out_of_bounds_is_told_in_french(
    client: TestClient, path: str, told: str
) -> None:
    """With its bound."""
    answer = client.get(path)
    assert answer.status_code == 400
    assert told in answer.json()["detail"]


def test_a_resource_is_public_but_for_its_contacts(client: TestClient) -> None:
    """E-mail and telephone are nowhere in the API."""
    answer = client.get("/api/catalyseurs/cat-0001")
    assert answer.json()["name"] == "Awa Le Goff"
    whole = answer.text + client.get("/api/search", params={"kind": "catalyseur"}).text
    assert "secret@" not in whole
    assert "98 12 34" not in whole


@pytest.mark.parametrize(
    ("path", "status"),
    [("cases/brouillon", 404), ("cases/retire", 410), ("cases/rien", 404), ("livres/x", 400)],
)
def test_what_is_not_published_is_a_problem(client: TestClient, path: str, status: int) -> None:
    """Draft, retired, unknown."""
    answer = client.get(f"/api/{path}")
    assert (answer.status_code, answer.json()["status"]) == (status, status)


def test_similar_resources_say_why(client: TestClient) -> None:
    """Each neighbour has its reason."""
    near = client.get("/api/cases/cas-0001/similar").json()
    assert near
    assert all(one["reason"] and one["kind"] == "case" for one in near)


def test_suggestions_are_at_most_eight(client: TestClient) -> None:
    """Values of the grid first, then titles."""
    suggestions = client.get("/api/suggest", params={"q": "mobi"}).json()
    assert suggestions[0]["label"] == "Mobilité, transport"
    assert len(client.get("/api/suggest", params={"q": "alliance pour"}).json()) <= 8
    assert client.get("/api/suggest", params={"q": "x"}).json() == []


def test_a_commune_is_suggested_while_typing(client: TestClient) -> None:
    """It leads to the search of what was typed before it, near there; a word begins none."""
    suggestions = client.get("/api/suggest", params={"q": "haies à lan"}).json()
    (lannion,) = [one for one in suggestions if one["label"] == "Lannion (22300)"]
    assert lannion["type"] == "Lieu"
    assert lannion["url"] == "/recherche?q=haies&near=22113"
    assert client.get(lannion["url"]).status_code == 200
    alone = client.get("/api/suggest", params={"q": "Lannion"}).json()
    assert alone[0] == {"type": "Lieu", "label": "Lannion (22300)", "url": "/recherche?near=22113"}
    maison = client.get("/api/suggest", params={"q": "maison"}).json()
    assert "Lieu" not in {one["type"] for one in maison}


def _communes(client: TestClient, typed: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/communes", params={"q": typed}).json()[
        "communes"
    ]
    return found


def test_communes_are_found_by_name_or_postcode(client: TestClient) -> None:
    """Homonyms are told apart by their postcode."""
    labels = [one["label"] for one in _communes(client, "saint-denis")]
    assert {"Saint-Denis (93200)", "Saint-Denis (97400, La Réunion)"} <= set(labels)
    assert _communes(client, "") == []
    assert _communes(client, "22300")[0] == {
        "code": "22113",
        "name": "Lannion",
        "label": "Lannion (22300)",
        "postcodes": ["22300"],
        "departement": "22",
        "departement_name": "Côtes-d’Armor",
        "region": "53",
        "population": 20_315,
        "taille": "intermediaire",
        "latitude": 48.7326,
        "longitude": -3.4566,
    }


def test_vocabularies_are_open(client: TestClient) -> None:
    """The whole grid, in order."""
    found = {one["name"]: one["terms"] for one in client.get("/api/vocabularies").json()}
    assert (
        len(found["fragilite"]),
        len(found["acteur"]),
        len(found["echelon"]),
        len(found["odd"]),
    ) == (16, 10, 5, 17)


def test_health_says_each_part(client: TestClient) -> None:
    """Alive, and ready with its parts."""
    assert (
        client.get("/healthz").json().items()
        >= {"status": "ok", "shedding": False, "waiting": 0}.items()
    )
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert [part["ok"] for part in ready.json()["parts"]] == [True, True, True]


def test_a_body_over_the_limit_is_refused(client: TestClient) -> None:
    """413, in French, before anything is read."""
    answer = client.post("/api/search", content=b"x" * 2_000_000)
    assert answer.status_code == 413
    assert "dépasse la limite" in answer.text


def test_the_place_of_a_text_is_told(client: TestClient) -> None:
    """As it was typed and understood, with those it may be taken for; null without one."""
    found = client.get("/api/search", params={"q": "haies à Lannion", "mode": "keyword"}).json()
    SearchOut.model_validate(found, strict=True)
    assert found["place"] == {
        "typed": "Lannion",
        "label": "Lannion (22300)",
        "said": "à Lannion et alentour",
        "commune": "22113",
        "departements": ["22"],
        "region": "",
        "others": [],
    }
    assert client.get("/api/search", params={"q": "haies"}).json()["place"] is None
    refused = client.get("/api/search", params={"q": "haies à Lannion", "lieu": "non"}).json()
    assert refused["place"] is None
    other = client.get("/api/search", params={"q": "Saint-Denis"}).json()["place"]["others"][0]
    assert other["label"] == "Saint-Denis (93200)"
    found = client.get(other["url"].removeprefix("http://127.0.0.1:8000")).json()
    assert found["place"]["label"] == "Île-de-France"
