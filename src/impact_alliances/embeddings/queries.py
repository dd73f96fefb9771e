"""Queries as every model is asked them: made readable first, and each read once."""

from collections.abc import Callable
from functools import lru_cache

from impact_alliances.embeddings.embedder import REMEMBERED_QUERIES, Vectors
from impact_alliances.embeddings.readable import LONGEST_QUERY, readable


class RememberedQueries:
    """The two questions of an `Embedder` about a query, over `ask`, which gives its vector and the
    part that was read.
    """

    def __init__(self, ask: Callable[[str], tuple[Vectors, str]]) -> None:
        self._read_query = lru_cache(maxsize=REMEMBERED_QUERIES)(ask)

    def embed_query(self, text: str) -> Vectors:
        return self._read_query(readable(text, LONGEST_QUERY))[0]

    def part_read(self, text: str) -> str:
        whole = readable(text, LONGEST_QUERY)
        part = self._read_query(whole)[1]
        return "" if part == whole else part
