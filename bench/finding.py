"""Communes found from what is typed: how many names spelt wrong find theirs, and how long it takes,
alone and over HTTP.

python -m bench.finding
"""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import psutil

from bench.times import percentile
from impact_alliances.geo.finding import find
from impact_alliances.geo.matches import listing
from impact_alliances.geo.names import names
from impact_alliances.geo.other_names import cedex
from impact_alliances.geo.places import Commune, gazetteer
from support.misspelling import MISSPELLINGS
from support.website import Site

NAMES, PREFIXES = 1_000, 2_000
# Place in the list up to which a commune is found.
FIRST = 5
_draw = random.Random(35238)


def missed(misspelt: Callable[[str, random.Random], str]) -> list[str]:
    """Of a thousand names, those that so misspelt are not among the first."""
    drawn = _draw.sample(sorted({one.name for one in _communes()}), NAMES)
    return [
        name
        for name in drawn
        if name not in {one.name for one in find(misspelt(name, _draw))[:FIRST]}
    ]


def prefixes() -> Iterator[str]:
    """Names of communes drawn by chance, as far as someone has typed them."""
    for commune in _draw.choices(_communes(), k=PREFIXES):
        yield commune.name[: _draw.randint(1, len(commune.name))]


def _communes() -> list[Commune]:
    return list(gazetteer().by_code.values())


def _alone(texts: list[str]) -> list[float]:
    """Milliseconds of the processor for each."""
    times = []
    for text in texts:
        started = time.thread_time()
        find(text)
        times.append((time.thread_time() - started) * 1000)
    return times


def _over_http(texts: list[str]) -> list[float]:
    """Milliseconds until `/api/communes` has answered each, on an empty base."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Site({"data_dir": Path(folder), "embedder": "none"}) as site,
    ):
        # What a service makes beside its first answers slows them: others come first.
        for text in prefixes():
            site.get(_address(text))
        return [site.get(_address(text)).took_ms for text in texts]


def _address(text: str) -> str:
    return f"/api/communes?q={quote(text)}"


def _made(what: str, make: Callable[[], object]) -> None:
    """Print what a table costs to read, once those before are."""
    process = psutil.Process()
    before, started = process.memory_info().rss, time.process_time()
    make()
    took, grown = time.process_time() - started, process.memory_info().rss - before
    print(f"  {what:20} {took * 1000:4.0f} ms   {grown / 1e6:3.0f} Mo")


def _spread(values: list[float]) -> str:
    return f"médiane {percentile(values, 0.5):5.2f} ms   p95 {percentile(values, 0.95):5.2f} ms"


def main() -> None:
    """Print the figures."""
    print("Tables des lieux : temps de calcul et mémoire")
    _made("communes", gazetteer)
    _made("leurs noms", names)
    _made("recherche", listing)
    _made("CEDEX", cedex)
    print(f"Noms mal écrits retrouvés dans les {FIRST} premiers, sur {NAMES}")
    for misspelt in MISSPELLINGS:
        print(f"  {misspelt.__name__:10} {1 - len(missed(misspelt)) / NAMES:6.1%}")
    texts = list(prefixes())
    print(f"{PREFIXES} débuts de noms\n  seul            {_spread(_alone(texts))}")
    print(f"  /api/communes   {_spread(_over_http(texts))}")


if __name__ == "__main__":
    main()
