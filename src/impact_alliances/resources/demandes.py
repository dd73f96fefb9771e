"""Demandes: how people ask for a resource, in their own words (« ma commune n’a plus de médecin »).

Each has its own vector and its words are indexed apart: a resource stands as near to a question as
its nearest demande.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from impact_alliances.vocabularies.matching import fold

# Of one resource: each is a text that the model reads, and a few already say who comes and why.
MOST_DEMANDES = 20
# Signs of one: a sentence.
LONGEST_DEMANDE = 200
Owner = TypeVar("Owner")


def parted(demandes: Sequence[str], title: str) -> tuple[list[str], list[str]]:
    """Those to keep, and those that bring nothing: the title, or one before them, said again."""
    heard = {"", as_heard(title)}
    kept: list[str] = []
    repeated: list[str] = []
    for demande in demandes:
        (repeated if as_heard(demande) in heard else kept).append(demande)
        heard.add(as_heard(demande))
    return kept, repeated


def as_heard(text: str) -> str:
    """A text without what nobody hears: case, accents, marks."""
    return " ".join("".join(sign if sign.isalnum() else " " for sign in fold(text)).split())


def doubles(demandes: Iterable[tuple[Owner, str]]) -> list[tuple[Owner, Owner, str]]:
    """Of (owner, demande) pairs, each demande that another owner has too: both owners, and the
    demande.
    """
    owners: dict[str, Owner] = {}
    found = []
    for owner, demande in demandes:
        first = owners.setdefault(as_heard(demande), owner)
        if first != owner:
            found.append((first, owner, demande))
    return found
