"""Relevance of words, meaning and fusion, by style of question; the constants of `ranking.py` are
chosen here.

python -m bench.relevance    (IMPACT_EMBEDDER and its kin choose the model)
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from statistics import fmean

from bench.base import seeded
from bench.questions import STYLES, VARIANTS, Question, ndcg, questions, recall
from impact_alliances.indexing.contents import published_batches
from impact_alliances.search.query import SearchQuery
from impact_alliances.settings import Settings
from impact_alliances.text.analysis import stems
from impact_alliances.wiring import Service

Search = Callable[[str], list[str]]
# nDCG@10 and recall@10 by (style, variant).
Measured = dict[tuple[str, str], tuple[float, float]]


def search_in(service: Service, mode: str) -> Search:
    """The first ten cases of a text."""

    def search(text: str) -> list[str]:
        query = SearchQuery(q=text, mode=mode, par_page=10).choosing("kind", ["case"])  # type: ignore[arg-type]
        return [hit.resource.id for hit in service.finder.find(query).hits]

    return search


def search_with_fts5(service: Service) -> Search:
    """The yardstick: SQLite's own full text over the same stems, any of the words, BM25."""
    yardstick = sqlite3.connect(":memory:")
    yardstick.execute("CREATE VIRTUAL TABLE fiche USING fts5(id UNINDEXED, title, text)")
    for batch in published_batches(service.database):
        rows = [
            (one.id, " ".join(stems(one.title)), " ".join(stems(" ".join(one.texts()))))
            for one in batch
        ]
        yardstick.executemany(
            "INSERT INTO fiche VALUES (?, ?, ?)", [row for row in rows if row[0].startswith("cas-")]
        )

    def search(text: str) -> list[str]:
        asked = " OR ".join(f'"{stem}"' for stem in stems(text))
        statement = (
            "SELECT id FROM fiche WHERE fiche MATCH ? ORDER BY bm25(fiche, 0, 1.5, 1) LIMIT 10"
        )
        return [row[0] for row in yardstick.execute(statement, (asked,))] if asked else []

    return search


def measure(search: Search, asked: Iterable[Question]) -> Measured:
    """How well a search answers these questions, by style and variant."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for question in asked:
        for variant in VARIANTS:
            ranking = search(question.variant(variant))
            found[question.style, variant].append(
                (ndcg(question.judged, ranking), recall(question.judged, ranking))
            )
    return {
        key: (fmean(n for n, _ in pairs), fmean(r for _, r in pairs))
        for key, pairs in found.items()
    }


def report(title: str, measured: Measured) -> str:
    """One line: nDCG@10 (recall@10) by style on clean questions, then all styles with their faulty
    variants.
    """
    clean = [
        f"{measured[style, 'clean'][0]:.3f} ({measured[style, 'clean'][1]:.2f})" for style in STYLES
    ]
    faulty = [
        f"{fmean(measured[style, variant][0] for style in STYLES):.3f}" for variant in VARIANTS[1:]
    ]
    whole = fmean(n for n, _ in measured.values())
    return (
        f"{title:<24} {'  '.join(clean)}   fautes {faulty[0]}  sans accents {faulty[1]}   "
        f"ensemble {whole:.3f}"
    )


def main() -> None:
    """Print the table, on all questions then on the half that chose no constant."""
    asked = questions()
    held_out = [question for question in asked if not question.is_for_tuning]
    # The model of the settings; another than the bundled one has the whole base to read first.
    with seeded(Settings().embedder) as service:
        while service.vectorizer.embed_some():
            pass
        searches = {
            "FTS5 (étalon)": search_with_fts5(service),
            "mots": search_in(service, "keyword"),
            "sens": search_in(service, "semantic"),
            "mots et sens": search_in(service, "hybrid"),
        }
        print(f"Pertinence, nDCG@10 (rappel@10) : {', '.join(STYLES.values())}")
        for label, half in (
            (f"{len(asked)} questions", asked),
            (f"{len(held_out)} questions tenues à part", held_out),
        ):
            print(label)
            for title, search in searches.items():
                print("  " + report(title, measure(search, half)))


if __name__ == "__main__":
    main()
