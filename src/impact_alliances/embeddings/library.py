"""The library sentence-transformers, an extra: imported when needed, and what all its models ask
before they are loaded.
"""

import logging
import os
from collections.abc import Callable
from typing import Any

# How long, in seconds, a hub may take to answer at all.
_HUB_PATIENCE_S = 10.0


class LibraryUnavailable(Exception):
    """The library, or the device to compute on, is not here. The message, in French, says what to
    do.
    """


def imported() -> Any:
    """The library, imported and made silent."""
    # Texts come one batch at a time: threads of the tokenizer would only compete with those of the
    # model.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        import sentence_transformers
        import transformers
    except (ImportError, OSError) as missing:
        raise LibraryUnavailable(
            "La bibliothèque « sentence-transformers » n’est pas installée : installez-la par "
            '« pip install "impact-alliances[sentence-transformers]" ».'
        ) from missing
    transformers.utils.logging.disable_progress_bar()
    for name in ("sentence_transformers", "transformers", "huggingface_hub"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return sentence_transformers


def check_device(device: str) -> None:
    """Raise where that device (empty: the best there is) cannot compute."""
    import torch

    try:
        # Read back: a device may be known to the library and absent, or unable to give its results.
        torch.zeros(1, device=device or None).tolist()
    except Exception as absent:
        raise LibraryUnavailable(
            f"L’appareil de calcul « {device} » n’existe pas ici : écrivez « cpu », ou rien "
            "pour prendre le meilleur."
        ) from absent


def found_here_or_downloaded(read: Callable[..., Any], *, is_folder: bool) -> Any:
    """The model of a folder or of the hub's local cache; else of the hub."""
    try:
        # The cache first: starting does not wait for a hub, and the weights behind a name do not
        # change from one start to the next.
        return read(local_files_only=True)
    except Exception:
        if is_folder:
            raise
        _check_hub()
    return read()


def _check_hub() -> None:
    """Raise at once when no hub answers: the library would try each file six times, more than a
    minute in all.
    """
    import huggingface_hub

    huggingface_hub.get_session().head(huggingface_hub.constants.ENDPOINT, timeout=_HUB_PATIENCE_S)
