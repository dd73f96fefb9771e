"""How a resource is asked for, as the model reads it: its demandes, or, where it has none, its
title; each as a visitor's question.

Their vectors stand in the database beside those of the text, under a kind of their own, with a hash
of their own: a change of demandes has only these read again, a change of the text only the text.
"""

from dataclasses import dataclass

from impact_alliances.embeddings.embedder import Vectors
from impact_alliances.meaning.passages import passages_of
from impact_alliances.meaning.reading import Readable, hash_of, plain_line
from impact_alliances.resources.demandes import MOST_DEMANDES
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import KINDS, key_of
from impact_alliances.resources.resource import Resource

# What stands before the kind of a resource, for the vectors of its demandes and of its title.
DEMANDES, TITLE = "asked-", "title-"
ASKED_KINDS = tuple(part + kind for part in (DEMANDES, TITLE) for kind in KINDS)


@dataclass(frozen=True)
class Asked:
    """Ways of asking for one resource, at least one."""

    are_asked = True

    texts: tuple[str, ...]

    @property
    def text_hash(self) -> str:
        return hash_of(self.texts, salt="asked")

    def combined(self, vectors: Vectors) -> Vectors:
        """One row a way of asking."""
        return vectors


def asked_of(resource: Resource) -> tuple[Key, Asked]:
    """How a resource is asked for, and the key under which the vectors of that stand."""
    demandes = tuple(plain_line(demande) for demande in resource.demandes[:MOST_DEMANDES])
    if demandes:
        return _beside(key_of(resource), DEMANDES), Asked(demandes)
    return _beside(key_of(resource), TITLE), Asked((plain_line(resource.title),))


def readings_of(resource: Resource) -> dict[Key, Readable]:
    """All that the model reads of a resource, by the key of its vectors: its text, then how it is
    asked for.
    """
    asked_key, asked = asked_of(resource)
    return {key_of(resource): passages_of(resource), asked_key: asked}


def asked_keys(key: Key) -> tuple[Key, Key]:
    """The keys under which the vectors of a resource's demandes, or of its title, stand."""
    return _beside(key, DEMANDES), _beside(key, TITLE)


def owner_of(key: Key) -> Key:
    """The resource whose vectors stand under `key`, be they those of its text or of how it is asked
    for.
    """
    return Key(key.kind.removeprefix(DEMANDES).removeprefix(TITLE), key.id)


def _beside(key: Key, part: str) -> Key:
    return Key(part + key.kind, key.id)
