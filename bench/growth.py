"""How words and facets grow with the base: 5,500, 55,000 and 550,000 documents, beside SQLite FTS5
on the same documents.

python -m bench.growth [largest]
"""

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.base import seeded
from bench.questions import questions
from bench.times import spread
from impact_alliances.engines.documents import SearchDocument, document_of
from impact_alliances.engines.engine import Wanted
from impact_alliances.engines.lexicon import EngineLexicon
from impact_alliances.engines.tantivy.engine import TantivyEngine
from impact_alliances.engines.tantivy.writer import TantivyWriter
from impact_alliances.indexing.contents import published_batches
from impact_alliances.resources.key import Key
from impact_alliances.search.interpreting import bar_of, weights
from impact_alliances.search.query import FILTERS
from impact_alliances.search.ranking import RANKED
from impact_alliances.text.understanding import Understanding, understand

SIZES = (5_500, 55_000, 550_000)
BATCH = 2_000


def resampled(base: list[SearchDocument], size: int) -> Iterator[list[SearchDocument]]:
    """`size` documents: half the text of one, half of another, the facets of a third."""
    chance = random.Random(17)
    batch: list[SearchDocument] = []
    for number in range(size):
        one, two, three = (chance.choice(base) for _ in range(3))
        text = one.text[: len(one.text) // 2] + two.text[len(two.text) // 2 :]
        batch.append(
            replace(
                three,
                key=Key("case", str(number)),
                title=one.title,
                text=text,
                words=tuple(set(text)),
                title_order=f"{number:09}",
            )
        )
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def _asked(engine: TantivyEngine) -> list[Understanding]:
    lexicon = EngineLexicon(engine)
    return [understand(question.text, lexicon, correct=False) for question in questions()]


def _lexical_ms(engine: TantivyEngine, understood: Understanding) -> float:
    started = time.perf_counter()
    total, frequencies = engine.frequencies(understood.stems)
    bar = bar_of(weights(understood.concepts, total, frequencies))
    wanted = Wanted(bar=bar, nothing=bar is None)
    matches = engine.matches(wanted, list(FILTERS))
    matches.candidates(bar.concepts if bar else (), RANKED)
    return (time.perf_counter() - started) * 1000


def _fts5(
    base: list[SearchDocument], size: int, folder: Path, asked: list[Understanding]
) -> tuple[float, int, list[float]]:
    """The yardstick: build seconds, bytes, and milliseconds for the first page, the total and one
    facet of each question.
    """
    path = folder / "fts5.sqlite3"
    yardstick = sqlite3.connect(path)
    yardstick.execute("CREATE VIRTUAL TABLE fiche USING fts5(title, text)")
    yardstick.execute("CREATE TABLE facet (id INTEGER PRIMARY KEY, fragilite TEXT)")
    started, number = time.perf_counter(), 0
    for batch in resampled(base, size):
        yardstick.executemany(
            "INSERT INTO fiche(title, text) VALUES (?, ?)",
            [(" ".join(d.title), " ".join(d.text)) for d in batch],
        )
        rows = [
            (number + place, (d.facets["fragilite"] or ("",))[0])
            for place, d in enumerate(batch, start=1)
        ]
        yardstick.executemany("INSERT INTO facet VALUES (?, ?)", rows)
        number += len(batch)
    yardstick.commit()
    built = time.perf_counter() - started
    times = []
    for understood in asked:
        match = " OR ".join(f'"{stem}"' for stem in understood.stems)
        began = time.perf_counter()
        if match:
            yardstick.execute(
                "SELECT rowid FROM fiche WHERE fiche MATCH ? ORDER BY bm25(fiche) LIMIT 20",
                (match,),
            ).fetchall()
            counted = (
                "SELECT fragilite, count(*) FROM facet WHERE id IN (SELECT rowid FROM fiche WHERE "
                "fiche MATCH ?) GROUP BY 1"
            )
            yardstick.execute(counted, (match,)).fetchall()
        times.append((time.perf_counter() - began) * 1000)
    yardstick.close()
    return built, path.stat().st_size, times


def main() -> None:
    """Print one block a size."""
    largest = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else SIZES[-1]
    with seeded("none") as service:
        base = [
            document_of(resource)
            for batch in published_batches(service.database)
            for resource in batch
        ]
    print("Croissance, mots et tous les filtres (FTS5 : première page et un seul filtre)")
    for size in (size for size in SIZES if size <= largest):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            engine, writer = TantivyEngine(folder / "index"), TantivyWriter(folder / "index")
            started = time.perf_counter()
            writer.rebuild(resampled(base, size))
            built = time.perf_counter() - started
            asked = _asked(engine)
            times = [_lexical_ms(engine, understood) for understood in asked]
            index_bytes = sum(
                file.stat().st_size for file in (folder / "index").rglob("*") if file.is_file()
            )
            print(
                f"  {size:>7} fiches   {spread(times)}   index {index_bytes / 1e6:.0f} Mo, "
                f"{size / built:.0f} fiches/s"
            )
            fts_built, fts_bytes, fts_times = _fts5(base, size, folder, asked)
            print(
                f"  {'FTS5':>14}   {spread(fts_times)}   index {fts_bytes / 1e6:.0f} Mo, "
                f"{size / fts_built:.0f} fiches/s"
            )


if __name__ == "__main__":
    main()
