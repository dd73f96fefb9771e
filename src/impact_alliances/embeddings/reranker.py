"""The seam of reranking: a model that reads a question and a text together, and says how well the
one answers the other. Finer than comparing two vectors, and too slow for more than a page.
"""

from collections.abc import Sequence
from typing import Protocol


class RerankerUnavailable(Exception):
    """The model cannot run here, or failed on these texts. The message, in French, says why."""


class Reranker(Protocol):
    """A model. Any text may be given: what is too long is cut."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers `question`, in the order of `texts`: the higher the better,
        on a scale of the model's own. Raises `RerankerUnavailable`.
        """
        ...
