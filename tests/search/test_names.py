"""What people copy from a sheet finds it, first: its number, its title, its author, its address.
The same on every engine, in every mode.
"""

import datetime as dt
from collections.abc import Iterator

import pytest

from impact_alliances.resources.resource import Resource
from impact_alliances.search.parameters import parse
from impact_alliances.search.query import MODES
from impact_alliances.search.results import Results
from impact_alliances.wiring import Service
from support.builders import a_case, a_catalyseur, a_jeudi, an_article
from support.meilisearch import NoServer
from support.service import on_engine

OLD, NEW = dt.date(2012, 2, 1), dt.date(2012, 3, 1)


def _resources() -> list[Resource]:
    # Forty cases whose words are those of the names below: by words alone they would come first.
    others = [
        a_case(
            id=f"autre-{number}",
            title=f"Atelier partagé du jeudi, bulletin {number}",
            summary="Un jeudi, l’atelier des communs ruraux de Malik ouvre, et Rose y vient.",
        )
        for number in range(40)
    ]
    of_source = {"source": "Atelier des communs ruraux", "bulletin": "2012-T1"}
    return [
        *others,
        an_article(id="art-00001", author="Malik Lestienne", published_on=OLD, **of_source),
        an_article(id="art-00002", author="Rose Jeudi", published_on=NEW, **of_source),
        an_article(id="art-00003", source="Revue braises", published_on=NEW),
        a_jeudi(id="jeudi-0307", number=307),
        a_jeudi(id="jeudi-0022", number=22),
        a_case(
            id="vous",
            slug="pour-nous",
            title="Pour nous, avec vous, par eux",
            partners=[
                {"name": "Communs d’atelier", "profile": "associations", "role": "porte"},
                {"name": "Ville", "profile": "collectivites", "role": "paie"},
            ],
        ),
        a_catalyseur(id="rose", title="Rose Atelier", name="Rose Atelier", organisation="Malik SA"),
    ]


@pytest.fixture(scope="module", params=["embedded", "meilisearch"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    try:
        with on_engine(request.param, tmp_path_factory.mktemp("names"), *_resources()) as made:
            yield made
    except NoServer as none:
        pytest.skip(str(none))


def find(service: Service, q: str, **parameters: str) -> Results:
    query, problems = parse([("q", q), ("par_page", "100"), *parameters.items()])
    assert problems == []
    return service.finder.find(query)


def ids(found: Results) -> list[str]:
    return [hit.resource.id for hit in found.hits]


OF_SOURCE = ["art-00002", "art-00001"]
COPIED = [
    ("art-00001", ["art-00001"]),
    ("Jeudi n° 307", ["jeudi-0307"]),
    ("n°307", ["jeudi-0307"]),
    ("307", ["jeudi-0307"]),
    ("n° 22", ["jeudi-0022"]),
    ("2012-T1", OF_SOURCE),
    ("bulletin 2012 T1", OF_SOURCE),
    ("T1 2012", OF_SOURCE),
    ("atelier des communs ruraux", OF_SOURCE),
    ("« Atelier des communs ruraux »", OF_SOURCE),
    ("malik lestienne", ["art-00001"]),
    ("Rose Jeudi", ["art-00002"]),
    ("Rose Atelier", ["rose"]),
    ("malik sa", ["rose"]),
    ("Communs d’atelier", ["vous"]),
    ("Pour nous, avec vous, par eux", ["vous"]),
    ("pour-nous", ["vous"]),
    ("https://base.example/cas/pour-nous?page=2", ["vous"]),
    ("/api/cases/vous", ["vous"]),
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("copied", "first"), COPIED, ids=[copied for copied, _ in COPIED])
def test_what_is_copied_from_a_sheet_finds_it_first(
    service: Service, mode: str, copied: str, first: list[str]
) -> None:
    """And counts it: with the kind alone the same sheets are there, no more and no less."""
    found = find(service, copied, mode=mode)
    assert ids(found)[: len(first)] == first
    assert all("nom" in hit.matched_by for hit in found.hits[: len(first)])
    assert not any("nom" in hit.matched_by for hit in found.hits[len(first) :])
    assert found.corrections == ()
    assert len(set(ids(found))) == found.total
    kind = found.hits[0].resource
    of_kind = [one.resource.id for one in found.hits if type(one.resource) is type(kind)]
    (counted,) = [one for one in found.facets if one.name == "kind"]
    alone = find(service, copied, mode=mode, kind=_kind(kind))
    assert {value: count for value, count, _ in counted.values}[_kind(kind)] == alone.total
    assert ids(alone) == of_kind


def _kind(resource: Resource) -> str:
    return type(resource).__name__.lower()


def test_a_name_of_one_word_is_but_a_word(service: Service) -> None:
    """Half of the cases of a base are carried by « Ville » or « Commune »."""
    assert not any("nom" in hit.matched_by for hit in find(service, "ville").hits)


def test_a_number_alone_is_a_place_before_a_note(service: Service) -> None:
    assert not any("nom" in hit.matched_by for hit in find(service, "22").hits)


def test_pages_of_a_name_follow_one_another(service: Service) -> None:
    whole = ids(find(service, "2012-T1"))
    query, _ = parse([("q", "2012-T1"), ("par_page", "1")])
    pages = [ids(service.finder.find(query.at(page)))[0] for page in (1, 2, 3)]
    assert pages == whole[:3]


def test_filters_and_exclusions_cut_what_is_named(service: Service) -> None:
    assert not any("nom" in one.matched_by for one in find(service, "2012-T1", kind="case").hits)
    assert ids(find(service, "/cas/pour-nous", fragilite="sante")) == []


def test_another_order_moves_what_is_named(service: Service) -> None:
    found = find(service, "2012-T1", tri="titre")
    assert {"art-00001", "art-00002"} <= set(ids(found))
    assert "nom" not in found.hits[0].matched_by
