"""What a visitor would get elsewhere: the server's own hybrid search, on an index set up as its
manual says, beside ours.

python -m bench.server_hybrid
"""

from collections.abc import Iterator
from itertools import product
from statistics import fmean
from typing import Any

from meilisearch import Client
from meilisearch.index import Index

from bench.base import on_server, seeded
from bench.questions import STYLES, questions
from bench.relevance import Measured, Search, measure, report, search_in
from impact_alliances.batching import batched
from impact_alliances.embeddings.store import StoredVectors
from impact_alliances.engines.meilisearch.documents import numbers
from impact_alliances.indexing.contents import published_batches
from impact_alliances.resources.case import Case
from impact_alliances.resources.kinds import key_of
from impact_alliances.wiring import Service
from support.meilisearch import NoServer

RATIOS = (0.3, 0.5, 0.7, 0.9)
STRATEGIES = ("last", "frequency")
BATCH = 500
TASK_TIMEOUT_MS = 600_000
INDEX, EMBEDDER = "ailleurs", "default"
# As advised for French: the server compares stop words before it folds case and accents, hence
# three spellings of each.
_STOP_WORDS = """
l d j m n s t c qu jusqu lorsqu puisqu le la les un une des du de et à au aux en dans par pour sur
avec ce cet cette ces se sa son ses leur leurs qui que dont où il elle ils elles on nous vous ne pas
est sont a ont été être
""".split()


def _settings(dimensions: int) -> dict[str, Any]:
    """The server's defaults, typo tolerance included, but for what any user of it would set."""
    return {
        "searchableAttributes": ["title", "summary", "text"],
        "stopWords": sorted(
            {
                spelling
                for word in _STOP_WORDS
                for spelling in (word, word.capitalize(), word.upper())
            }
        ),
        "localizedAttributes": [{"attributePatterns": ["*"], "locales": ["fra"]}],
        "embedders": {EMBEDDER: {"source": "userProvided", "dimensions": dimensions}},
    }


def _documents(service: Service) -> Iterator[dict[str, Any]]:
    """The cases, with the very vectors our engines search."""
    assert service.embedder
    vectors = StoredVectors(
        service.database, service.embedder.name, service.embedder.dimensions, ("case",)
    ).since(None)
    for batch in published_batches(service.database):
        for case in batch:
            if isinstance(case, Case):
                texts = {
                    "title": case.title,
                    "summary": case.summary,
                    "text": "\n".join(case.texts()[1:]),
                }
                rows = [numbers(row) for row in vectors[key_of(case)]]
                yield {
                    "id": case.id,
                    **texts,
                    "_vectors": {EMBEDDER: {"embeddings": rows, "regenerate": False}},
                }


def indexed(service: Service) -> Index:
    """The index of the cases, beside ours on the server of this service."""
    assert service.embedder
    settings = service.settings
    headers = {"Accept-Encoding": "identity"}
    client = Client(
        settings.meilisearch_url,
        settings.meilisearch_key.get_secret_value() or None,
        timeout=60,
        custom_headers=headers,
    )
    asked = [
        client.create_index(INDEX, {"primaryKey": "id"}),
        client.index(INDEX).update_settings(_settings(service.embedder.dimensions)),
    ]
    asked += [
        client.index(INDEX).add_documents(batch) for batch in batched(_documents(service), BATCH)
    ]
    for task in asked:
        done = client.wait_for_task(task.task_uid, TASK_TIMEOUT_MS)
        assert done.status == "succeeded", done.error
    return client.index(INDEX)


def search_of(index: Index, service: Service, strategy: str, ratio: float = 0.0) -> Search:
    """The first ten cases, by words alone or by words and meaning in that ratio."""

    def search(text: str) -> list[str]:
        asked: dict[str, Any] = {
            "limit": 10,
            "attributesToRetrieve": ["id"],
            "matchingStrategy": strategy,
        }
        if ratio:
            assert service.embedder
            vector = numbers(service.embedder.embed_query(text))
            asked |= {"vector": vector, "hybrid": {"embedder": EMBEDDER, "semanticRatio": ratio}}
        return [hit["id"] for hit in index.search(text, asked)["hits"]]

    return search


def overall(measured: Measured) -> float:
    """nDCG@10 over all styles and variants."""
    return fmean(n for n, _ in measured.values())


def beside(service: Service, ours: Measured) -> None:
    """Print the server's own relevance, words and hybrid at its best ratio, and on which styles
    ours is better.
    """
    index, asked = indexed(service), questions()
    for strategy in STRATEGIES:
        print(
            "  "
            + report(
                f"serveur, mots, {strategy}", measure(search_of(index, service, strategy), asked)
            )
        )
    hybrids = {
        (strategy, ratio): measure(search_of(index, service, strategy, ratio), asked)
        for strategy, ratio in product(STRATEGIES, RATIOS)
    }
    print(
        "  serveur, hybride : "
        + ", ".join(
            f"{name} {ratio} {overall(found):.3f}" for (name, ratio), found in hybrids.items()
        )
    )
    strategy, ratio = max(hybrids, key=lambda key: overall(hybrids[key]))
    print("  " + report(f"serveur, {strategy}, {ratio}", hybrids[strategy, ratio]))
    print(verdict(ours, hybrids[strategy, ratio]))


def verdict(ours: Measured, theirs: Measured) -> str:
    """On which styles ours is better than the server's best, on clean questions and over
    everything.
    """
    gaps = {
        name: ours[style, "clean"][0] - theirs[style, "clean"][0] for style, name in STYLES.items()
    }
    gaps["ensemble, fautes comprises"] = overall(ours) - overall(theirs)
    better = [f"{name} (+{gap:.3f})" for name, gap in gaps.items() if gap > 0]
    others = [f"{name} ({gap:+.3f})" for name, gap in gaps.items() if gap <= 0]
    return (
        f"  meilleur que le serveur seul sur : {', '.join(better) or 'rien'} ; pas sur : "
        f"{', '.join(others) or 'rien'}"
    )


def main() -> None:
    """Print ours, then the server's."""
    print(f"Recherche hybride du serveur seul, nDCG@10 (rappel@10) : {', '.join(STYLES.values())}")
    with seeded() as service:
        try:
            with on_server(service) as other:
                ours = measure(search_in(other, "hybrid"), questions())
                print("  " + report("le nôtre, sur le serveur", ours))
                beside(other, ours)
        except NoServer as none:
            print(f"  passée : {none}")


if __name__ == "__main__":
    main()
