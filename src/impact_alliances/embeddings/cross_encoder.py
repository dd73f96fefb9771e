"""Any CrossEncoder of the library sentence-transformers as a reranker: from a folder, or from a
model hub.
"""

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from impact_alliances.embeddings.library import (
    LibraryUnavailable,
    check_device,
    found_here_or_downloaded,
    imported,
)
from impact_alliances.embeddings.readable import LONGEST_QUERY, readable
from impact_alliances.embeddings.reranker import RerankerUnavailable

# Signs of a text that are looked at, and tokens of a question and a text together: the beginning of
# a sheet says what it is about, and costs grow with the rest.
LONGEST_TEXT, TOKENS = 2_000, 512
_log = logging.getLogger(__name__)


class CrossEncoder:
    """`Reranker` over a CrossEncoder. `model` is a folder, or the name of a model on a hub, with or
    without a revision; `device` is one of torch, or empty for the best that is there.

    Raises `RerankerUnavailable` where library, model or device lacks, and where the model gives no
    single score to a pair: it then classifies, and puts nothing in order.
    """

    def __init__(self, model: str, *, device: str = "") -> None:
        self._label = model
        self._model = _load(model, device)
        # Tried rather than asked: some models do not say how many scores they give.
        self.scores("bus", ["Le bus du village.", "La haie."])

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        asked = readable(question, LONGEST_QUERY)
        pairs = [(asked, readable(text, LONGEST_TEXT)) for text in texts]
        try:
            found = np.asarray(self._model.predict(pairs, show_progress_bar=False), dtype=float)
        except Exception as failure:
            _log.info("sentence-transformers: %s", failure)
            raise self._failed("il a échoué en lisant, faute de mémoire peut-être") from failure
        if found.shape != (len(texts),) or not np.isfinite(found).all():
            raise self._failed("il ne donne pas une note à chaque texte")
        scores: list[float] = found.tolist()
        return scores

    def _failed(self, why: str) -> RerankerUnavailable:
        return RerankerUnavailable(
            f"Le modèle de reclassement « {self._label} » ne peut pas servir : {why}."
        )


def _load(model: str, device: str) -> Any:
    folder = Path(model).absolute() if Path(model).is_dir() else None
    name, _, revision = (str(folder), "", "") if folder else model.partition("@")
    try:
        library = imported()
        check_device(device)
        read = partial(library.CrossEncoder, name, revision=revision or None, device=device or None)
        loaded = found_here_or_downloaded(read, is_folder=folder is not None)
    except LibraryUnavailable as missing:
        raise RerankerUnavailable(str(missing)) from missing
    except Exception as refused:
        _log.info("sentence-transformers: %s", refused)
        raise RerankerUnavailable(
            f"Le modèle de reclassement « {model} » est introuvable ou illisible : donnez le "
            "dossier d’un CrossEncoder, ou son nom sur un dépôt de modèles."
        ) from refused
    loaded.max_seq_length = min(loaded.max_seq_length or TOKENS, TOKENS)
    return loaded
