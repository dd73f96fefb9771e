"""The first hits put in the order of a model that reads the question and each sheet together: for
installations that have such a model, and only as long as visitors can wait for it.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from sqlalchemy import Engine

from impact_alliances.db import reading
from impact_alliances.embeddings.reranker import Reranker, RerankerUnavailable
from impact_alliances.resources.published import load
from impact_alliances.resources.resource import Resource
from impact_alliances.search.ranking import Ranked

# Hits that are read again: a page and a half.
RERANKED = 30
LATE = "Le reclassement tarde : les fiches sont dans leur ordre habituel."
BROKEN = "Le reclassement n’est pas disponible : les fiches sont dans leur ordre habituel."
_log = logging.getLogger(__name__)


class Reranking:
    """Puts hits in order by a model, within `timeout_s` seconds. For any number of threads: the
    model reads for one at a time. `model` is None where the one that is wanted could not be loaded.
    """

    def __init__(self, database: Engine, model: Reranker | None, timeout_s: float) -> None:
        self._database = database
        self._model = model
        self._timeout_s = timeout_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reranking")
        self._late: Future[list[float]] | None = None

    @property
    def has_model(self) -> bool:
        """Whether the model that is wanted could be loaded."""
        return self._model is not None

    def ordered(self, question: str, hits: Sequence[Ranked]) -> tuple[list[Ranked], str | None]:
        """These hits in the order of the model, those that the question names before them as they
        were; and what to say, in French, when the model could not be waited for: they are then as
        they came. Their scores go with the places.
        """
        named = [hit for hit in hits if hit.by_name]
        others = [hit for hit in hits if not hit.by_name]
        if not others:
            return named, None
        try:
            marks = self._marks(question, self._texts(others))
        except TimeoutError:
            return list(hits), LATE
        except RerankerUnavailable as broken:
            _log.warning("%s", broken)
            return list(hits), BROKEN
        places = sorted(range(len(others)), key=lambda place: -marks[place])
        ordered = [
            replace(others[place], score=hit.score)
            for place, hit in zip(places, others, strict=True)
        ]
        return [*named, *ordered], None

    def _marks(self, question: str, texts: list[str]) -> list[float]:
        """The marks of the model. Raises `TimeoutError` at once while it is at a question for which
        nobody waits any more.
        """
        if self._model is None:
            raise RerankerUnavailable("Le modèle de reclassement n’a pas pu être chargé.")
        if self._late and not self._late.done():
            raise TimeoutError
        asked = self._thread.submit(self._model.scores, question, texts)
        try:
            return asked.result(self._timeout_s)
        except TimeoutError:
            # One that has not begun will not.
            if not asked.cancel():
                self._late = asked
            raise

    def _texts(self, hits: Sequence[Ranked]) -> list[str]:
        with reading(self._database) as session:
            loaded = load(session, [hit.key for hit in hits])
        return [_text_of(loaded[hit.key]) if hit.key in loaded else "" for hit in hits]

    def close(self) -> None:
        """Begin no other question."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _text_of(resource: Resource) -> str:
    return "\n".join((resource.title, *resource.texts()))
