"""The name of one resource among those of every kind."""

from functools import lru_cache
from typing import NamedTuple

# Keys read lately; every search reads those of a thousand documents, most of them again.
_REMEMBERED = 100_000


class Key(NamedTuple):
    """A kind and an id: `Key("case", "cas-0001")`, written `case:cas-0001` where one text is
    needed.
    """

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@lru_cache(maxsize=_REMEMBERED)
def key_in(text: str) -> Key:
    """The key that was written as `text`."""
    kind, _, identifier = text.partition(":")
    return Key(kind, identifier)
