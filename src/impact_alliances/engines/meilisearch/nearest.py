"""The documents nearest to a vector, by the server's own index of vectors."""

from impact_alliances.engines.engine import Neighbours, Vector
from impact_alliances.engines.meilisearch.documents import numbers
from impact_alliances.engines.meilisearch.filters import equals, key_of_id
from impact_alliances.engines.meilisearch.questions import Answer, Question
from impact_alliances.engines.meilisearch.server import Server
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import KINDS

# The server's nearest documents are approximate: asked for few, it may miss one of the very best.
LEAST_NEAREST = 200


class NearestOnServer:
    """The corpus seen from one vector: nearest documents from the server, figures from the vectors
    of the database.
    """

    is_whole = True

    def __init__(self, server: Server, embedder: str, vector: Vector, standing: Neighbours) -> None:
        self._server = server
        self._embedder = embedder
        self._vector = vector
        self._standing = standing
        self.mean, self.deviation = standing.mean, standing.deviation
        self.of = standing.of

    def best(self, limit: int) -> list[tuple[Key, float]]:
        (answer,) = self._server.search([self._nearest(limit)])
        approximate = _likeness(answer)
        exact = approximate | self.of(list(approximate))
        return sorted(exact.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]

    def best_of_each_kind(self, limit: int) -> list[Key]:
        of_kinds = [{**self._nearest(limit), "filter": [equals("kind", kind)]} for kind in KINDS]
        return [
            key
            for answer in self._server.search(of_kinds)
            for key in list(_likeness(answer))[:limit]
        ]

    def _nearest(self, limit: int) -> Question:
        return {
            "vector": numbers(self._vector),
            "hybrid": {"embedder": self._embedder, "semanticRatio": 1},
            "limit": max(limit, LEAST_NEAREST),
            "attributesToRetrieve": ["id"],
            "showRankingScore": True,
        }


def _likeness(answer: Answer) -> dict[Key, float]:
    """The approximate likeness of documents, in the order of the server. One without vectors comes
    last, with a score of 0.
    """
    return {
        key_of_id(hit["id"]): 2 * hit["_rankingScore"] - 1
        for hit in answer["hits"]
        if hit["_rankingScore"] > 0
    }
