"""The whole service over HTTP at several sizes of the base, with each engine: speed, memory, disk,
rate of indexing.

python -m bench.scale [sizes…]
"""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.base import enlarged, rebuilt, seeded
from bench.speed import Times, embedding_times
from bench.times import short, spread
from impact_alliances.wiring import Service
from support.meilisearch import NoServer, Server, disk_mb
from support.service import wired
from support.website import Site

SIZES = (5_500, 55_000)
# Large sizes answer some questions in more than the usual patience of a search; here the time is
# wanted, not titles.
TIMEOUT_S = 60
_HEADINGS = (
    "fiches",
    "moteur",
    "mots",
    "mots+sens",
    "page",
    "fiches/s",
    "service",
    "serveur",
    "index",
)
_WIDTHS = (8, 12, 10, 10, 10, 9, 8, 8, 8)


@dataclass(frozen=True)
class Row:
    """The figures of one engine at one size. Megabytes: of the service, of the server (none for the
    embedded engine), of the index.
    """

    documents: int
    engine: str
    times: Times
    rate: float
    service_mb: float
    server_mb: float | None
    index_mb: float

    def __str__(self) -> str:
        times = (short(one) for one in (self.times.words, self.times.meaning, self.times.pages))
        server = "–" if self.server_mb is None else f"{self.server_mb:.0f}"
        return aligned(
            [
                f"{self.documents}",
                self.engine,
                *times,
                f"{self.rate:.0f}",
                f"{self.service_mb:.0f}",
                server,
                f"{self.index_mb:.0f}",
            ]
        )


def aligned(cells: Sequence[str]) -> str:
    """One line of the table."""
    return "  " + " ".join(cell.rjust(width) for cell, width in zip(cells, _WIDTHS, strict=True))


def embedded(service: Service, build_s: float) -> Row:
    """The embedded engine, whose index took that long."""
    with Site({"data_dir": service.settings.data_dir}) as site:
        documents, times = _measured(site)
        return Row(
            documents,
            "embarqué",
            times,
            documents / build_s,
            site.memory_mb,
            None,
            disk_mb(service.settings.index_dir),
        )


def on_meilisearch(service: Service) -> Row:
    """A Meilisearch server over the same database. Raises `NoServer`."""
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        chosen = server.chosen(data_dir=service.settings.data_dir, meilisearch_timeout_s=TIMEOUT_S)
        with wired(chosen) as other:
            build_s = rebuilt(other)
        with Site(chosen) as site:
            documents, times = _measured(site)
            return Row(
                documents,
                "meilisearch",
                times,
                documents / build_s,
                site.memory_mb,
                server.memory_mb,
                server.disk_mb,
            )


def _measured(site: Site) -> tuple[int, Times]:
    return site.get("/api/search").json["total"], Times.of(site)


def main(sizes: Sequence[int] = ()) -> None:
    """Print one table, a line as soon as it is known."""
    print(
        "Échelle, service entier par HTTP : médiane / p95 en ms, mémoire résidente et index en Mo"
    )
    print(f"  le modèle seul, une question inédite : {spread(embedding_times())}")
    print(aligned(_HEADINGS))
    with seeded() as service:
        for size in sorted(sizes or SIZES):
            print(embedded(service, enlarged(service, size)), flush=True)
            try:
                print(on_meilisearch(service), flush=True)
            except NoServer as none:
                print(f"  serveur passé : {none}")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
