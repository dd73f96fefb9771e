"""A place in the text of a search: what is there comes first, and the rest is asked as if no place
had been named.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from impact_alliances.search.parameters import parse
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.ranking import RANKED
from impact_alliances.search.results import Results
from impact_alliances.wiring import Service
from support.builders import a_case, a_catalyseur, a_jeudi
from support.service import a_service

# One case on bicycles and one on hedges in each.
COMMUNES = {
    "lannion": "22113",
    "guingamp": "22070",
    "morlaix": "29151",
    "rennes": "35238",
    "paris": "75056",
    "cayenne": "97302",
    "saint-denis-93": "93066",
    "saint-denis-974": "97411",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    cases = [
        a_case(
            id=f"{subject}-{name}",
            title=f"{subject} pour tous",
            summary=f"Un atelier de {subject} ouvert à chacun.",
            commune=commune,
            tags=[],
        )
        for name, commune in COMMUNES.items()
        for subject in ("vélo", "haies")
    ]
    serving = a_catalyseur(id="serving", departement="", area=["dep:22"])
    made = a_service(tmp_path_factory.mktemp("places"), *cases, serving, a_jeudi(id="nowhere"))
    yield made
    made.close()


def _found(service: Service, **parameters: str) -> Results:
    query, problems = parse([*parameters.items(), ("par_page", "100")])
    assert problems == []
    return service.finder.find(query)


def _ids(found: Results) -> list[str]:
    return [hit.resource.id for hit in found.hits]


def test_a_place_alone_lists_what_is_there_then_what_is_near(service: Service) -> None:
    """Lannion, Guingamp, who serves the département, Morlaix in the next one; nothing else."""
    found = _found(service, q="Lannion")
    ids = _ids(found)
    assert set(ids[:2]) == {"vélo-lannion", "haies-lannion"}
    assert set(ids[2:]) == {
        *("vélo-guingamp", "haies-guingamp", "serving", "vélo-morlaix", "haies-morlaix"),
    }
    assert found.total == len(ids) == 7
    assert found.sentence == "7\u00a0fiches à Lannion et alentour"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("22", {"vélo-lannion", "haies-lannion", "vélo-guingamp", "haies-guingamp", "serving"}),
        ("dans le Finistère", {"vélo-morlaix", "haies-morlaix"}),
        (
            "outre-mer",
            {f"{one}-{at}" for one in ("vélo", "haies") for at in ("cayenne", "saint-denis-974")},
        ),
        ("tout ce qui se fait à Cayenne", {"vélo-cayenne", "haies-cayenne"}),
        ("Rennes -vélo", {"haies-rennes"}),
        ("quelqu’un dans le Finistère", {"vélo-morlaix", "haies-morlaix"}),
        ("je cherche une solution -vélo à Rennes", {"haies-rennes"}),
    ],
)
def test_a_territory_alone_lists_what_is_there(service: Service, text: str, ids: set[str]) -> None:
    found = _found(service, q=text)
    assert (set(_ids(found)), found.total) == (ids, len(ids))


def test_where_nothing_is_near_the_region_answers(service: Service) -> None:
    """Whatever is filtered: a filter only cuts, and cuts to nothing where it must."""
    found = _found(service, q="Redon")
    assert found.sentence == "2\u00a0fiches à Redon et alentour"
    found = _found(service, q="Belle-Isle-en-Terre", kind="jeudi")
    assert (found.total, found.sentence) == (0, "0\u00a0note à Belle-Isle-en-Terre et alentour")
    found = _found(service, q="Saint-Laurent-du-Maroni")
    assert found.sentence == "2\u00a0fiches à Saint-Laurent-du-Maroni et alentour"
    found = _found(service, q="Melun")
    assert found.sentence == "4\u00a0fiches à Melun et alentour"
    found = _found(service, q="Provins")
    assert found.sentence == "4\u00a0fiches en Île-de-France"


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "semantic"])
def test_a_place_cuts_nothing(service: Service, mode: str) -> None:
    """The same is found as without it, in another order."""
    somewhere = _found(service, q="vélo à Rennes", mode=mode)
    anywhere = _found(service, q="vélo", mode=mode)
    assert set(_ids(somewhere)) == set(_ids(anywhere))
    assert mode == "semantic" or _ids(somewhere)[0] == "vélo-rennes"


def test_the_nearer_the_sooner(service: Service) -> None:
    ids = _ids(_found(service, q="vélo près de Lannion", mode="keyword"))
    assert ids[:3] == ["vélo-lannion", "vélo-guingamp", "vélo-morlaix"]
    assert set(ids[3:]) == {f"vélo-{name}" for name in COMMUNES} - set(ids[:3])


def test_the_sentence_says_what_comes_first(service: Service) -> None:
    """Where it does: by date, nothing does."""
    found = _found(service, q="vélo à Rennes", mode="keyword")
    assert (
        found.sentence
        == "8\u00a0fiches pour «\u00a0vélo\u00a0», de préférence à Rennes et alentour"
    )
    by_date = _found(service, q="vélo à Rennes", mode="keyword", tri="date")
    assert by_date.sentence == "8\u00a0fiches pour «\u00a0vélo à Rennes\u00a0»"


def test_a_place_can_be_refused(service: Service) -> None:
    """Its words are then words like others, and the address of the search says so."""
    found = _found(service, q="vélo à Rennes", lieu="non", mode="keyword")
    assert found.reading.place is None
    assert "rennes" in " ".join(concept.word.lower() for concept in found.understanding.concepts)
    assert (
        found.query.url()
        == "/recherche?q=v%C3%A9lo+%C3%A0+Rennes&par_page=100&mode=keyword&lieu=non"
    )


def test_a_filter_tells_namesakes_apart(service: Service) -> None:
    """Without one, the most populous; the other is offered."""
    found = _found(service, q="Saint-Denis")
    assert set(_ids(found)) == {"vélo-saint-denis-974", "haies-saint-denis-974"}
    assert [other.label for other, _ in found.reading.others] == ["Saint-Denis (93200)"]
    for chosen in ({"departement": "93"}, {"region": "11"}):
        bound = _found(service, q="Saint-Denis", **chosen)
        assert _ids(bound)[0].endswith("saint-denis-93")


def test_a_misspelt_place_is_one_once_corrected(service: Service) -> None:
    """And the correction is said, to be refused."""
    found = _found(service, q="vélo à Lanion")
    assert found.understanding.corrections == (("Lanion", "Lannion"),)
    assert found.reading.place
    assert found.reading.place.label == "Lannion (22300)"
    assert _ids(found)[0] == "vélo-lannion"
    assert _found(service, q="vélo à Lanion", correction="non").reading.place is None


def test_somebody_misspelt_is_no_place(tmp_path: Path) -> None:
    """« Favreuil » alone is a village, and « Coln » is one letter from more than one word."""
    people = [a_catalyseur(id="colin", name="Colin Favreuil", title="Colin Favreuil")]
    others = [a_case(id=f"c{n}", title="Le col du fémur, vers Favreuil") for n in range(12)]
    with closing(a_service(tmp_path, *people, *others)) as service:
        found = _found(service, q="Coln Favreuil")
        assert found.understanding.corrections
        assert found.reading.place is None
        assert _found(service, q="Favreuil").reading.place


def test_the_name_of_a_sheet_is_not_read_for_a_place(tmp_path: Path) -> None:
    """Copied whole, it finds that sheet, wherever it is; nor has it a fault to correct."""
    named = a_case(id="named", slug="vello-pour-tous", title="Ensemble à Lannion", commune="75056")
    others = [a_case(id=f"c{n}", title="Vélo pour tous, ensemble") for n in range(12)]
    with closing(a_service(tmp_path, named, *others)) as service:
        for copied in ("Ensemble à Lannion", "vello-pour-tous"):
            found = _found(service, q=copied)
            assert _ids(found)[0] == "named"
            assert (found.reading.place, found.understanding.corrections) == (None, ())
        assert _found(service, q="vello ensemble à Lannion").reading.place
        assert _found(service, q="vello ensemble").understanding.corrections


def test_counts_bound_to_a_place_are_those_of_their_links(service: Service) -> None:
    found = _found(service, q="Lannion")
    for facet in found.facets:
        for value, count, _ in facet.values[:5]:
            again = service.finder.find(found.query.toggled(facet.name, value))
            assert again.total == count, (facet.name, value)


def test_a_search_without_text_names_no_place(service: Service) -> None:
    assert service.finder.find(SearchQuery()).reading.place is None


def test_what_is_there_comes_first_of_more_than_can_be_ranked(tmp_path: Path) -> None:
    """However many newer ones are near, and all are counted, each once."""
    near = [
        a_case(id=f"near-{n}", commune="78646", date=dt.date(2025, 1, 1)) for n in range(RANKED)
    ]
    there = [a_case(id=f"there-{n}", commune="75056", date=dt.date(2020, 1, 1)) for n in range(5)]
    with closing(a_service(tmp_path, *near, *there)) as service:
        pages = [_ids(_found(service, q="Paris", page=str(page))) for page in range(1, 8)]
    found = [one for page in pages for one in page]
    assert set(found[:5]) == {one.id for one in there}
    assert len(found) == len(set(found)) == RANKED + 5
