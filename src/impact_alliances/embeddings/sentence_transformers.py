"""Any model of the library sentence-transformers, from a folder or from a model hub. The library is
an extra, imported when needed.
"""

import hashlib
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from impact_alliances.embeddings.embedder import EmbedderUnavailable, UnreadableText, Vectors
from impact_alliances.embeddings.library import (
    LibraryUnavailable,
    check_device,
    found_here_or_downloaded,
    imported,
)
from impact_alliances.embeddings.queries import RememberedQueries
from impact_alliances.embeddings.readable import (
    LONGEST_PASSAGE,
    LONGEST_QUERY,
    PASSAGE_TOKENS,
    QUERY_TOKENS,
    beginning,
    readable,
)

_BY_WORDS = "En attendant, la recherche se fait par les mots seulement."
_log = logging.getLogger(__name__)
# The name of a model in the database, such as « st:intfloat/multilingual-e5-small » or «
# st-0f3a52c19b7e:/srv/models/small ». The digits come first, because whoever shortens a name cuts
# its end.
_NAME = re.compile(r"st(?:-[0-9a-f]{12})?:(.+)", re.DOTALL)
# The column holds 120 characters, of which the longest prefix « st-0f3a52c19b7e: » takes 16.
LONGEST_MODEL = 104
# Where a model may declare what precedes a passage. The library reads the same keys, but stops at
# the first even when it is empty.
_PASSAGE_PROMPTS = ("document", "passage", "corpus")
# What the library would fetch when a text looks like the address or the path of one, if the model
# can see or hear.
_MEDIA = {"image", "audio", "video"}
# Copies of the weights for other runtimes, which are never read here and weigh as much as the
# model.
_OTHER_RUNTIMES = {"onnx", "openvino"}
# Below this length a vector has no direction to speak of.
_NO_LENGTH = 1e-12


class SentenceTransformers(RememberedQueries):
    """`Embedder` over a model of sentence-transformers, for any number of threads: a query waits
    for one batch of passages at most.

    Raises `EmbedderUnavailable` where library, model or device lacks, and later if reading fails,
    for lack of memory for instance. `model` is a folder, or the name of a model on a hub, with or
    without a revision (`intfloat/multilingual-e5-small@main`). `device` is one of torch (`cpu`,
    `cuda:1`), or empty for the best that is there. `batch_size` is the number of passages read at
    once. A prefix precedes every query or passage; None means the model's own.
    """

    def __init__(
        self,
        model: str,
        *,
        device: str = "",
        batch_size: int = 32,
        query_prefix: str | None = None,
        passage_prefix: str | None = None,
    ) -> None:
        folder = _folder(model)
        _check_length(model, folder)
        self._model, self._label, self._batch_size = _load(model, folder, device), model, batch_size
        own = _own_prefixes(self._model.prompts, folder.name if folder else model)
        chosen = (
            own[0] if query_prefix is None else query_prefix,
            own[1] if passage_prefix is None else passage_prefix,
        )
        self._query_prefix, self._passage_prefix = chosen
        self.name = _name(model, folder, () if chosen == own else chosen)
        self._before = " " if _MEDIA.intersection(self._model.modalities) else ""
        # Always the same thread: two would change the tokenizer's settings under each other, torch
        # keeps a team of helpers for each that calls it, and a queue is fair where a lock is not:
        # whoever embeds in bulk may take it back before a visitor wakes up.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sentence-transformers")
        super().__init__(self._ask)
        # Seen on a vector rather than asked: some models do not say, and this one is then known to
        # work.
        self.dimensions = len(self.embed_query(""))

    def _ask(self, text: str) -> tuple[Vectors, str]:
        """The vector of a query made readable, and the part of it that the model reads."""
        rows, parts = self._in_turn(
            self._model.encode_query, [text], self._query_prefix, QUERY_TOKENS
        )
        return rows[0], parts[0]

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        read = [readable(text, LONGEST_QUERY) for text in texts]
        return self._in_batches(self._model.encode_query, read, self._query_prefix, QUERY_TOKENS)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        read = [readable(text, LONGEST_PASSAGE) for text in texts]
        return self._in_batches(
            self._model.encode_document, read, self._passage_prefix, PASSAGE_TOKENS
        )

    def _in_batches(
        self, encode: Callable[..., Any], read: list[str], prefix: str, most: int
    ) -> Vectors:
        """The vectors of texts made readable, one a row."""
        found = np.empty((len(read), self.dimensions), dtype=np.float32)
        # A batch costs as many times its longest text as it has texts: those of like length go
        # together.
        order = sorted(range(len(read)), key=lambda place: len(read[place]))
        for start in range(0, len(order), self._batch_size):
            places = order[start : start + self._batch_size]
            batch = [read[place] for place in places]
            found[places] = self._in_turn(encode, batch, prefix, most)[0]
        return found

    def _in_turn(
        self, encode: Callable[..., Any], texts: list[str], prefix: str, most: int
    ) -> tuple[Vectors, list[str]]:
        """The vectors of one batch, shape (len(texts), dimensions), once those asked for before are
        done; and what was read of each, `most` tokens at the most.
        """
        return self._thread.submit(self._read, encode, texts, prefix, most).result()

    def _reads(self, encode: Callable[..., Any], settings: Mapping[str, Any]) -> bool:
        try:
            encode([f"{self._before}bus"], **settings)
        except Exception:
            return False
        return True

    def _read(
        self, encode: Callable[..., Any], texts: list[str], prefix: str, most: int
    ) -> tuple[Vectors, list[str]]:
        # Counted by the same thread as reads: counting changes the settings of the tokenizer.
        read = [beginning(text, most, partial(_tokens, self._model.tokenizer)) for text in texts]
        # The prefix is given apart: some models leave its words out of the mean, and an empty one
        # silences their default prompt.
        settings = {"prompt": prefix, "batch_size": len(texts), "show_progress_bar": False}
        try:
            rows = encode([self._before + text for text in read], **settings)
        except Exception as failure:
            if self._reads(encode, settings):
                # It reads a word: these texts, or so many of them at once, are what it cannot.
                raise UnreadableText from failure
            raise EmbedderUnavailable(
                f"Le modèle de sens « {self._label} » a échoué en lisant un texte, faute de "
                "mémoire peut-être : "
                "redémarrez le service, ou faites calculer le processeur (« cpu »)."
            ) from failure
        return _of_unit_length(np.asarray(rows, dtype=np.float32)), read


def _tokens(tokenizer: Any, text: str) -> int:
    """How many tokens `text` has. Tables of word vectors have a tokenizer of the library
    beneath.
    """
    encoded = tokenizer.encode(text)
    return len(getattr(encoded, "ids", encoded))


def model_of(name: str) -> str | None:
    """What to pass as `model` to load again the model of that name in the database; None when it is
    not one of these.

    Prefixes chosen by the caller are not in it: they are to be passed again.
    """
    match = _NAME.fullmatch(name)
    return match[1] if match else None


def _name(model: str, folder: Path | None, prefixes: tuple[str, ...]) -> str:
    """The name in the database of a model read with these prefixes (none when they are its own)."""
    if folder is None and not prefixes:
        return f"st:{model}"
    digest = hashlib.blake2b(repr(prefixes).encode("utf-8", "replace"), digest_size=6)
    for name, path in _deciding_files(folder).items() if folder else ():
        digest.update(f"{name}\0{_digest_of(path)}\0".encode("utf-8", "replace"))
    return f"st-{digest.hexdigest()}:{folder or model}"


def _digest_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()
    except OSError as unreadable:
        raise _no_model_in(path.parent) from unreadable


def _deciding_files(folder: Path) -> dict[str, Path]:
    """The files of a model that decide its vectors, sorted by name: all but its documentation,
    hidden files and other runtimes.
    """
    found = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return dict(
        sorted((name.as_posix(), path) for name, path in found.items() if not _is_idle(name))
    )


def _is_idle(path: Path) -> bool:
    return (
        path.suffix == ".md"
        or path.parts[0] in _OTHER_RUNTIMES
        or any(part.startswith(".") for part in path.parts)
    )


def _folder(model: str) -> Path | None:
    """The folder meant, as an absolute path: another process may work elsewhere. None for a name on
    a hub.
    """
    return (
        Path(model).absolute() if 0 < len(model) <= LONGEST_MODEL and Path(model).is_dir() else None
    )


def _check_length(model: str, folder: Path | None) -> None:
    length = len(str(folder or model))
    if length > LONGEST_MODEL:
        raise EmbedderUnavailable(
            f"Le nom du modèle de sens est trop long ({length} caractères, {LONGEST_MODEL} au "
            f"plus) : « {folder or model} ». "
            "Placez son dossier, ou un lien vers lui, à un endroit au chemin plus court."
        )


def _own_prefixes(prompts: Mapping[str, str | None], label: str) -> tuple[str, str]:
    """What the model wants before a query and before a passage, from the prompts it declares, else
    from its name.

    An empty prompt says nothing: the library writes one in every model it saves.
    """
    query = prompts.get("query") or ""
    passage = next((prompt for key in _PASSAGE_PROMPTS if (prompt := prompts.get(key))), "")
    if query or passage:
        return query, passage
    words = set(re.split(r"[^a-z0-9]+", label.partition("@")[0].rpartition("/")[2].lower()))
    # The e5 models « instruct » want a sentence of instruction instead, and declare it.
    return ("query: ", "passage: ") if "e5" in words and "instruct" not in words else ("", "")


def _load(model: str, folder: Path | None, device: str) -> Any:
    """The library's model. Raises `EmbedderUnavailable`, and nothing of the library's."""
    try:
        library = imported()
        check_device(device)
    except LibraryUnavailable as missing:
        raise EmbedderUnavailable(f"{missing} {_BY_WORDS}") from missing
    name, _, revision = (str(folder), "", "") if folder else model.partition("@")
    read = partial(
        library.SentenceTransformer, name, revision=revision or None, device=device or None
    )
    try:
        loaded = found_here_or_downloaded(read, is_folder=folder is not None)
        # What processors are slow at: a batch in half precision takes three times as long.
        return (
            loaded.float()
            if (loaded.device.type, str(loaded.dtype)) == ("cpu", "torch.float16")
            else loaded
        )
    except Exception as refused:
        _log.info("sentence-transformers: %s", refused)
        raise (_no_model_in(folder) if folder else _no_model_named(model)) from refused


def _no_model_in(folder: Path) -> EmbedderUnavailable:
    return EmbedderUnavailable(
        f"Le dossier « {folder} » ne contient pas de modèle que sentence-transformers sache "
        "lire : donnez celui où un modèle "
        f"a été enregistré, avec sa configuration et ses poids. {_BY_WORDS}"
    )


def _no_model_named(model: str) -> EmbedderUnavailable:
    return EmbedderUnavailable(
        f"Le modèle de sens « {model} » est introuvable : ce n’est ni un dossier, ni un "
        "modèle déjà téléchargé, ni un modèle "
        "qu’un dépôt de modèles ait fourni. Donnez un dossier qui existe ou un nom comme "
        "« intfloat/multilingual-e5-small ». "
        "En attendant, la recherche se fait par les mots seulement."
    )


def _of_unit_length(rows: Vectors) -> Vectors:
    """The rows brought to length 1.

    A row of zeros, or that overflowed, becomes the even direction, near no text in particular: the
    likeness of anything with it stays a number, and so does its mean with other vectors.
    """
    rows = np.nan_to_num(rows, nan=0.0, posinf=0.0, neginf=0.0)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    even = np.float32(rows.shape[1] ** -0.5)
    unit: Vectors = np.where(
        lengths > _NO_LENGTH, rows / np.maximum(lengths, _NO_LENGTH), even
    ).astype(np.float32)
    return unit
