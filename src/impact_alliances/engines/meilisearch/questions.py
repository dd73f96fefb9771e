"""What the server is asked about a set of documents, given as filter clauses, and how its answers
are read.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from impact_alliances.engines.documents import COMMUNE
from impact_alliances.engines.engine import Window
from impact_alliances.engines.meilisearch.filters import key_of_id
from impact_alliances.engines.meilisearch.settings import SCORED
from impact_alliances.resources.key import Key

# A search of the server's, its answer, and documents as it sends them.
Question = dict[str, Any]
Answer = dict[str, Any]
Hits = list[dict[str, Any]]


class Located(NamedTuple):
    """Where a document is, the code of its commune, and its day."""

    key: Key
    commune: str
    date_order: int


def page_of(clauses: Sequence[str], window: Window) -> Question:
    """The keys of a part of a set, in an order that the server knows."""
    return {
        "filter": list(clauses),
        "sort": ["title_order:asc" if window.order == "title" else "date_order:desc"],
        "offset": window.offset,
        "limit": window.limit,
        "attributesToRetrieve": ["id"],
    }


def to_score(clauses: Sequence[str], offset: int, limit: int) -> Question:
    """Documents of a set, in no order, with what scoring needs of them."""
    return {
        "filter": list(clauses),
        "offset": offset,
        "limit": limit,
        "attributesToRetrieve": list(SCORED),
    }


def to_locate(clauses: Sequence[str], window: Window) -> Question:
    """The same, with where each document is."""
    located = ["id", COMMUNE, "date_order"]
    return {**page_of(clauses, window), "attributesToRetrieve": located}


def counted_by(clauses: Sequence[str], facet: str) -> Question:
    """How many documents of a set have each value of a facet."""
    return {"filter": list(clauses), "limit": 0, "facets": [facet]}


def keys_in(answer: Answer) -> list[Key]:
    """The keys of the documents of an answer, in its order."""
    return [key_of_id(hit["id"]) for hit in answer["hits"]]


def located_in(answer: Answer) -> list[Located]:
    """The documents of an answer, with where they are."""
    return [
        Located(key_of_id(hit["id"]), "".join(hit.get(COMMUNE, ())), hit["date_order"])
        for hit in answer["hits"]
    ]


def total_in(answer: Answer) -> int:
    """How many documents match: exact, however the server names it, since no index of ours bounds
    it.
    """
    return int(answer["estimatedTotalHits"])


def values_in(answer: Answer, facet: str) -> dict[str, int]:
    """How many documents have each value of a facet, those at zero left out."""
    counts = answer.get("facetDistribution", {}).get(facet, {})
    return {value: int(count) for value, count in counts.items() if count}
