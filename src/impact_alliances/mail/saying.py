"""How messages are told to people: what they are for, and what became of them."""

from collections.abc import Mapping

from impact_alliances.resources.letter import (
    ACCEPTED,
    DROPPED,
    REFUSED,
    SENDING,
    UNCERTAIN,
    WAITING,
    Letter,
)
from impact_alliances.vocabularies import french

STATES = {
    WAITING: "en attente",
    SENDING: "en cours d’envoi",
    ACCEPTED: "pris par le serveur",
    REFUSED: "refusé",
    UNCERTAIN: "incertain",
    DROPPED: "retiré",
}
PURPOSES = {
    "contact": "message relayé",
    "acknowledgement": "accusé de réception",
    "wish": "suite d’une demande",
    "test": "essai",
}
# One and many of them, in the order in which they matter.
_COUNTED = {
    WAITING: ("en attente", "en attente"),
    SENDING: ("en cours d’envoi", "en cours d’envoi"),
    UNCERTAIN: ("incertain", "incertains"),
    REFUSED: ("refusé", "refusés"),
    ACCEPTED: ("pris par le serveur", "pris par le serveur"),
}


def purpose_of(letter: Letter) -> str:
    """What it is for."""
    return PURPOSES.get(letter.purpose, letter.purpose)


def moment_of(letter: Letter) -> str:
    """When it was made: « 3 octobre 2024, 12:04 UTC »."""
    return f"{french.day(letter.made_at.date())}, {letter.made_at:%H:%M} UTC"


def counted(counts: Mapping[str, int]) -> str:
    """« 2 en attente, 1 incertain et 12 pris par le serveur », or « aucun message »."""
    said = [
        french.counted(counts[state], *names)
        for state, names in _COUNTED.items()
        if counts.get(state)
    ]
    return french.listed(said) if said else "aucun message"
