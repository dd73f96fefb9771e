"""The first hits of every kind together: those that each kind has by itself, cases first."""

from collections import Counter
from collections.abc import Iterator

import pytest

from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import KINDS, kind_of
from impact_alliances.search import searcher
from impact_alliances.search.overview import LEAD, together
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.ranking import Ranked
from impact_alliances.search.results import Results
from impact_alliances.wiring import Service
from support.builders import a_case, a_catalyseur, a_jeudi, an_article
from support.meilisearch import NoServer
from support.service import on_engine

SIZE = 3
SUBJECTS = ["les haies", "le vélo", "une haie et un vélo", "la cantine"]
QUERIES = [
    SearchQuery(),
    SearchQuery(q="haies"),
    SearchQuery(q="haies vélo"),
    SearchQuery(q="haies", tri="date"),
    SearchQuery(q="vélo", tri="titre"),
    SearchQuery(q="vélo").choosing("fragilite", ["mobilite"]),
    SearchQuery(q="haies", mode="keyword"),
]


@pytest.fixture(scope="module", params=["embedded", "meilisearch"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """Eight of each kind but for the Jeudis, which are two; never changed by a test."""
    resources = [
        build(title=f"{SUBJECTS[number % 4]}, {number}", fragilites=["mobilite"][: number % 2])
        for build, count in ((a_case, 8), (a_catalyseur, 8), (a_jeudi, 2), (an_article, 8))
        for number in range(count)
    ]
    try:
        with on_engine(request.param, tmp_path_factory.mktemp("overview"), *resources) as made:
            yield made
    except NoServer as none:
        pytest.skip(str(none))


def by_kind(found: Results) -> dict[str, list[str]]:
    """The ids of the hits of each kind, in their order."""
    return {
        kind: [hit.resource.id for hit in found.hits if kind_of(hit.resource).slug == kind]
        for kind in KINDS
    }


@pytest.mark.parametrize("ranked", [600, 4], ids=["all ranked", "more than are ranked"])
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.url())
def test_the_first_of_each_kind_are_those_of_its_own_page(
    service: Service, monkeypatch: pytest.MonkeyPatch, query: SearchQuery, ranked: int
) -> None:
    """With the totals and counts of the whole search; each kind in one piece."""
    monkeypatch.setattr(searcher, "RANKED", ranked)
    found, whole = service.finder.overview(query, SIZE), service.finder.find(query)
    assert (found.total, found.facets) == (whole.total, whole.facets)
    expected = {
        kind: by_kind(service.finder.find(query.choosing("kind", [kind])))[kind][:SIZE]
        for kind in KINDS
    }
    assert by_kind(found) == expected
    assert sum(map(bool, expected.values())) > 1
    kinds = [kind_of(hit.resource).slug for hit in found.hits]
    assert kinds == sorted(kinds, key=kinds.index)


def test_hits_of_one_kind_are_a_page_like_any_other(service: Service) -> None:
    """Whatever their number, and none is none."""
    for query in (SearchQuery(par_page=5, page=2), SearchQuery(q="haies")):
        cases = query.choosing("echelon", ["local"]).at(query.page)
        found, whole = service.finder.overview(cases, SIZE), service.finder.find(cases)
        assert found.hits
        assert [hit.resource.id for hit in found.hits] == [hit.resource.id for hit in whole.hits]
    nothing = service.finder.overview(SearchQuery(q="zzzz", mode="keyword"), SIZE)
    assert (nothing.total, nothing.hits) == (0, ())


def test_titles_answer_in_the_same_way(service: Service) -> None:
    """When no index does."""
    titles = service.titles
    answer = titles.overview(SearchQuery(q="haies"), SIZE)
    whole = titles.search(SearchQuery(q="haies"))
    assert answer.counts == whole.counts
    assert Counter(one.key.kind for one in answer.page) == {
        "case": 2,
        "catalyseur": 2,
        "jeudi": 1,
        "article": 2,
    }
    alone = SearchQuery(q="haies", par_page=1).choosing("echelon", ["local"])
    assert len(titles.search(alone).page) == 1
    assert titles.overview(alone, SIZE).page == titles.search(alone).page


def hits(kind: str, *scores: float) -> list[Ranked]:
    """Hits of a kind with these scores."""
    return [Ranked(Key(kind, str(score)), score, True, True) for score in scores]


def test_cases_come_first_unless_another_kind_is_clearly_better() -> None:
    """Then that one alone goes before them; without scores nobody does."""

    def order(*kinds: tuple[str, float], by_score: bool = True) -> list[str]:
        first = {kind: hits(kind, score, score / 2) for kind, score in kinds}
        found = [one.key.kind for one in together(first, by_score=by_score)]
        return found[::2]

    near, far = 0.5 + LEAD, 0.5 + LEAD + 0.01
    assert order(("case", 0.5), ("jeudi", near), ("article", 0.1)) == ["case", "jeudi", "article"]
    assert order(("case", 0.5), ("jeudi", 0.4), ("article", far)) == ["article", "case", "jeudi"]
    assert order(("case", 0.5), ("article", far), by_score=False) == ["case", "article"]
    assert order(("jeudi", 0.0), ("article", 0.0)) == ["jeudi", "article"]
    assert together({"case": []}) == []
