"""The e-mail addresses and telephones of people, found in a text however they are written there."""

import base64
import binascii
import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import unquote

_AT = re.compile(r"\s*(?:[(\[{]\s*(?:at|arobase)\s*[)\]}]|\barobase\b|@)\s*")
_DOT = re.compile(r"\s*(?:[(\[{]\s*(?:dot|point)\s*[)\]}]|\bpoint\b|\.)\s*")
_DIGITS = re.compile(r"\d(?:[\s.,\-/()_·]*\d){8,}")
_TAG = re.compile(r"<[^>]{0,200}>")
_CODED = re.compile(r"[A-Za-z0-9_\-+/]{24,}")
# A French number without its first 0, which +33 takes the place of.
NATIONAL = 9


class Writings:
    """What is looked for: these addresses and these telephones."""

    def __init__(self, emails: Iterable[str], phones: Iterable[str]) -> None:
        self._locals: dict[str, set[str]] = defaultdict(set)
        for email in emails:
            local, _, domain = email.lower().partition("@")
            self._locals[domain].add(local)
        self._phones = {re.sub(r"\D", "", phone)[-NATIONAL:] for phone in phones}

    def found(self, text: str) -> list[str]:
        """Those in `text`, as they are found."""
        plain = _plain(text)
        decoded = [part for run in _CODED.findall(text) for part in _decoded(run)]
        return [
            *self._emails(plain),
            *self._emails(_plain(" ".join(decoded))),
            *self._numbers(plain),
        ]

    def found_in_bytes(self, content: bytes) -> list[str]:
        """Those in the bytes of a file, as they are."""
        return self.found(content.decode("latin-1"))

    def _emails(self, plain: str) -> Iterator[str]:
        for at in re.finditer("@", plain):
            for domain, local_parts in self._locals.items():
                if plain.startswith(domain, at.end()):
                    before = re.findall(r"[^\s@<>\"':;,()]*$", plain[: at.start()][-80:])[0]
                    yield from (one for one in local_parts if before.endswith(one))

    def _numbers(self, plain: str) -> Iterator[str]:
        for run in _DIGITS.findall(plain):
            digits = re.sub(r"\D", "", run)
            # « +33 (0)6 … » has a zero too many; elsewhere the number is whole within the run.
            for start in range(len(digits) - NATIONAL + 1):
                if digits[start : start + NATIONAL] in self._phones:
                    yield digits


def _plain(text: str) -> str:
    """A text as its reader understands it: percents, entities, wide signs, spelled signs."""
    for _ in range(3):
        text = unescape(unquote(text))
    text = unicodedata.normalize("NFKC", _TAG.sub("", text)).lower()
    return _DOT.sub(".", _AT.sub("@", text))


def _decoded(run: str) -> Iterator[str]:
    """What a run of letters says if it is base64, deflated or not."""
    for start in range(4):
        whole = run[start:]
        try:
            raw = base64.b64decode(whole + "=" * (-len(whole) % 4), altchars=b"-_")
        except (binascii.Error, ValueError):
            continue
        yield raw.decode("latin-1")
        try:
            yield zlib.decompressobj().decompress(raw, 10_000).decode("latin-1")
        except zlib.error:
            continue
