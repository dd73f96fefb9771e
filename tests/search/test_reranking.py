"""A model has the last word on the first hits: their order, and what happens when it is late,
broken or absent.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from impact_alliances.diagnosis import parts
from impact_alliances.embeddings.reranker import RerankerUnavailable
from impact_alliances.search.parameters import parse
from impact_alliances.search.reranking import BROKEN, LATE, RERANKED, Reranking
from impact_alliances.search.results import Results
from impact_alliances.wiring import Service, make_service
from support.builders import a_case
from support.service import a_service

BUSES = 45


class FewestWords:
    """A reranker without weights: the shorter a text, the better."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        return [-float(len(text.split())) for text in texts]


class Waiting(FewestWords):
    """One that begins a question, then waits for `go`."""

    def __init__(self) -> None:
        self.began, self.go = threading.Event(), threading.Event()

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        self.began.set()
        assert self.go.wait(30)
        return super().scores(question, texts)


class Broken:
    """One that cannot read."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        raise RerankerUnavailable("plus de mémoire")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """Cases of one to 45 words more, and one whose title is a question."""
    cases = [
        a_case(id=f"c{n:02}", title="Le bus", summary=f"Un bus {'du village ' * n}.")
        for n in range(BUSES)
    ]
    return a_service(
        tmp_path_factory.mktemp("base"),
        *cases,
        a_case(id="long", title="Le bus du soir", summary="Un bus de plus. " * 200),
    )


@contextmanager
def reranked(base: Service, model: object, timeout_s: float = 30) -> Iterator[Service]:
    """The same base with that model."""
    settings = base.settings.model_copy(update={"reranker_timeout_s": timeout_s})
    made = make_service(settings, base.embedder, model)  # type: ignore[arg-type]
    yield made
    made.close()


def find(service: Service, **parameters: str) -> Results:
    query, problems = parse(list({"q": "bus", **parameters}.items()))
    assert problems == []
    return service.finder.find(query)


def ids(found: Results) -> list[str]:
    return [hit.resource.id for hit in found.hits]


def test_the_first_hits_are_in_the_order_of_the_model(base: Service) -> None:
    """And no others: set, counts and the scores of the places are as they were."""
    usual = find(base, par_page="100")
    with reranked(base, FewestWords()) as service:
        found = find(service, par_page="100")
    words = {hit.resource.id: len(" ".join(hit.resource.texts()).split()) for hit in usual.hits}
    assert ids(found)[:RERANKED] == sorted(
        ids(usual)[:RERANKED], key=lambda one: (words[one], ids(usual).index(one))
    )
    assert ids(found)[:RERANKED] != ids(usual)[:RERANKED]
    assert ids(found)[RERANKED:] == ids(usual)[RERANKED:]
    assert (found.total, found.facets, found.degraded) == (usual.total, usual.facets, None)
    assert [hit.score for hit in found.hits] == [hit.score for hit in usual.hits]


def test_pages_follow_one_another(base: Service) -> None:
    """The second page is half of what the model ordered."""
    with reranked(base, FewestWords()) as service:
        whole = ids(find(service, par_page="100"))
        pages = [ids(find(service, page=str(page))) for page in (1, 2, 3)]
    assert [one for page in pages for one in page] == whole


@pytest.mark.parametrize(
    "parameters", [{"tri": "date"}, {"tri": "titre"}, {"mode": "keyword"}, {"mode": "semantic"}]
)
def test_other_orders_are_not_the_model_s(base: Service, parameters: dict[str, str]) -> None:
    with reranked(base, Broken()) as service:
        found = find(service, **parameters)
    assert (found.degraded, ids(found)) == (None, ids(find(base, **parameters)))


def test_what_the_question_names_stays_before(base: Service) -> None:
    with reranked(base, FewestWords()) as service:
        assert ids(find(service, q="le bus du soir"))[0] == "long"


def test_a_broken_model_is_said_and_changes_nothing(base: Service) -> None:
    with reranked(base, Broken()) as service:
        found = find(service)
    assert (found.degraded, ids(found)) == (BROKEN, ids(find(base)))


def test_a_late_model_is_said_and_no_longer_waited_for(base: Service) -> None:
    """While it is at that question no other is asked; then it serves again."""
    model = Waiting()
    with reranked(base, model, timeout_s=0.05) as service:
        first = find(service)
        while not model.began.is_set():
            first = find(service)
        assert (first.degraded, ids(first)) == (LATE, ids(find(base)))
        late = service.reranking._late if service.reranking else None
        assert late
        model.began.clear()
        assert find(service).degraded == LATE
        assert not model.began.is_set()
        model.go.set()
        late.result(30)
        again = _until_answered(service)
    with reranked(base, FewestWords()) as service:
        assert ids(again) == ids(find(service))


def _until_answered(service: Service) -> Results:
    """On a busy machine the model may be late again."""
    while (found := find(service)).degraded:
        pass
    return found


def test_a_model_that_could_not_be_loaded_is_said_everywhere(base: Service, tmp_path: Path) -> None:
    """By each answer, and by `doctor` and `/readyz` with what to do."""
    settings = base.settings.model_copy(update={"reranker": str(tmp_path / "absent")})
    service = make_service(settings, base.embedder)
    assert (find(service).degraded, ids(find(service))) == (BROKEN, ids(find(base)))
    (part,) = [part for part in parts(service) if part.name == "modèle de reclassement"]
    assert (part.ok, part.essential, part.mend) == (False, False, "IMPACT_RERANKER=")
    service.close()


def test_without_a_setting_there_is_none(base: Service) -> None:
    assert base.reranking is None
    assert [part.name for part in parts(base) if "reclassement" in part.name] == []


def test_nothing_found_asks_nothing(base: Service) -> None:
    reranking = Reranking(base.database, Broken(), 1)
    assert reranking.ordered("bus", []) == ([], None)
