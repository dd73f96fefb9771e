"""Searches around a place: what is found, in which order, with which counts, the same in both
engines.
"""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from impact_alliances.engines.documents import document_of
from impact_alliances.geo.places import gazetteer
from impact_alliances.resources.resource import REMOTE, Resource
from impact_alliances.search.parameters import parse
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.results import Results
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import REGION_OF
from impact_alliances.wiring import Service, make_service
from support.builders import a_case, store
from support.fake_embedder import FakeEmbedder
from support.meilisearch import NoServer
from support.nearby import all_ids, distance, expected, followed, scattered, searched
from support.service import on_engine, settle

# `python -m bench.near` makes five hundred.
WALKS = 60


@pytest.fixture(scope="module")
def base() -> list[Resource]:
    return scattered(300)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with on_engine("embedded", tmp_path_factory.mktemp("embedded"), *scattered(300)) as made:
        yield made


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    try:
        with on_engine("meilisearch", tmp_path_factory.mktemp("server"), *scattered(300)) as made:
            yield made
    except NoServer as none:
        pytest.skip(str(none))


def _pages(service: Service, query: SearchQuery) -> list[Results]:
    """Every page of a search."""
    first = service.finder.find(query)
    others = [service.finder.find(query.at(page)) for page in range(2, first.pages + 1)]
    return [first, *others]


@pytest.mark.parametrize("seed", range(WALKS))
def test_a_walk_finds_what_it_announces(
    embedded: Service, served: Service, base: list[Resource], seed: int
) -> None:
    query = searched(seed)
    pages = _pages(embedded, query)
    ids = all_ids(pages)
    assert len(ids) == len(set(ids)) == pages[0].total
    if not query.q:
        assert ids == expected(base, query)
    others = _pages(served, query)
    assert all_ids(others) == ids
    assert others[0].facets == pages[0].facets
    link = followed(pages[0], seed)
    if link:
        assert embedded.finder.count(link.query).total == link.announced
        assert served.finder.count(link.query).total == link.announced


@pytest.fixture(params=["embedded", "served"])
def service(request: pytest.FixtureRequest) -> Service:
    """The same base in each engine."""
    made: Service = request.getfixturevalue(request.param)
    return made


def _find(service: Service, **parameters: str) -> Results:
    query, problems = parse(parameters.items())
    assert problems == []
    return service.finder.find(query)


def _km(found: Results) -> list[float | None]:
    return [hit.distance_km for hit in found.hits]


def test_what_is_near_comes_first_among_what_answers(
    service: Service, base: list[Resource]
) -> None:
    """With a text a place cuts nothing, and counts as one that the text names."""
    code = next(one.commune for one in base if "vélo" in one.title and one.departement == "29")
    anywhere = _find(service, q="vélo", par_page="100")
    chosen = _find(service, q="vélo", par_page="100", near=code)
    named = _find(service, q=f"vélo à {gazetteer().by_code[code].label}", par_page="100")
    assert set(all_ids([anywhere])) == set(all_ids([chosen])) == set(all_ids([named]))
    assert all_ids([chosen]) == all_ids([named]) != all_ids([anywhere])
    assert [hit.score for hit in chosen.hits] == [hit.score for hit in named.hits]
    assert _km(chosen)[0] == 0
    assert "lieu" in chosen.hits[0].matched_by
    assert set(_km(anywhere)) == set(_km(named)) == {None}


def test_a_place_in_the_text_orders_and_the_one_chosen_measures(service: Service) -> None:
    found = _find(service, q="vélo à Brest", near="22113", par_page="100")
    assert all_ids([found]) == all_ids([_find(service, q="vélo à Brest", par_page="100")])
    assert found.reading.place
    assert found.reading.place.name == "Brest"
    said = f"pour {french.quoted('vélo')}, de préférence à Brest et alentour"
    assert found.sentence.endswith(said)
    by_distance = _find(service, q="vélo à Brest", near="22113", tri="distance", par_page="100")
    assert set(all_ids([by_distance])) == set(all_ids([found]))
    known = [km for km in _km(by_distance) if km is not None]
    assert known == sorted(known)
    assert _km(by_distance) == [*known, *[None] * (by_distance.total - len(known))]


def test_what_nothing_scores_goes_by_distance(service: Service) -> None:
    """An exclusion says nothing of what is left."""
    found = _find(service, q="-haies", near="22113", par_page="100")
    known = [km for km in _km(found) if km is not None]
    assert known == sorted(known)
    assert found.total > 100


def test_the_nearest_is_found_beyond_the_radius(service: Service, base: list[Resource]) -> None:
    for near in ("22113", "97302", "48.8566,2.3522"):
        query = SearchQuery(near=near, rayon="10").choosing("kind", ["catalyseur"])
        found = service.finder.nearest(query)
        first = expected(base, replace(query, rayon=""))[0]
        assert found
        assert found.resource.id == first
    assert service.finder.nearest(SearchQuery()) is None
    assert service.finder.nearest(SearchQuery(near="98411")) is None


@pytest.mark.parametrize("near", ["22113", "97411", "35238"])
@pytest.mark.parametrize("rayon", ["30", "departement", "region"])
def test_who_serves_from_afar_is_apart(
    service: Service, base: list[Resource], near: str, rayon: str
) -> None:
    """Those of the département before those of the région, and these before who works at a
    distance; the nearest first; none of the set.
    """
    query = SearchQuery(near=near, rayon=rayon).choosing("kind", ["catalyseur"])
    commune = gazetteer().by_code[near]
    services = [f"dep:{commune.departement}", f"reg:{REGION_OF[commune.departement]}", REMOTE]
    around = set(expected(base, query))

    def rank(one: Resource) -> tuple[float, ...]:
        first = min(services.index(code) for code in one.desserte() if code in services)
        return first, distance(one, query), -document_of(one).date_order

    afar = [one for one in base if one.id not in around and set(one.desserte()) & set(services)]
    wanted = [one.id for one in sorted(afar, key=rank)]
    assert len(wanted) > 3
    assert [one.id for one in service.finder.serving(query, 100)] == wanted
    assert [one.id for one in service.finder.serving(query, 3)] == wanted[:3]
    assert service.finder.serving(replace(query, rayon=""), 3) == []


def test_a_set_that_changes_is_paged_anew(tmp_path: Path) -> None:
    """How many documents each commune had is remembered for a set, and checked at each search."""
    try:
        with on_engine("meilisearch", tmp_path, *scattered(20)) as made:
            query = SearchQuery(near="22113", par_page=100)
            before = all_ids([made.finder.find(query)])
            assert all_ids([made.finder.find(query)]) == before
            store(made.database, a_case(id="nouveau", commune="22113"))
            settle(made)
            after = all_ids([made.finder.find(query)])
            assert after == expected([*scattered(20), a_case(id="nouveau")], query)
            assert set(after) == {*before, "nouveau"}
    except NoServer as none:
        pytest.skip(str(none))


def test_without_an_index_the_place_is_kept_to_all_the_same(
    embedded: Service, base: list[Resource], tmp_path: Path
) -> None:
    """The search of last resort knows where everything is."""
    folder = tmp_path / "data"
    shutil.copytree(embedded.settings.data_dir, folder)
    settings = embedded.settings.model_copy(update={"data_dir": folder})
    shutil.rmtree(settings.index_dir)
    with closing(make_service(settings, FakeEmbedder())) as lost:
        for seed in range(WALKS):
            query = replace(searched(seed), q="")
            if query.sort == "titre":
                continue
            found = lost.finder.find(query)
            wanted = expected(base, query)
            assert found.degraded
            assert found.total == len(wanted)
            assert set(all_ids(_pages(lost, query))) == set(wanted)
            is_by_distance = query.sort == "distance"
            assert not is_by_distance or _km(found) == _km(embedded.finder.find(query))
        near = SearchQuery(near="22113", rayon="30")
        nearest = lost.finder.nearest(near)
        assert nearest
        assert nearest.distance_km == 0
        assert lost.finder.serving(near, 5) == []
