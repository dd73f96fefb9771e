"""What is typed to name a place, taken apart: « Saint-Denis (97400, La Réunion) », « 22300 Lannion
», « Lyon 3 », « Rennes Cedex », « St Denis 974 ».
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from impact_alliances.geo.names import departement_numbered, names
from impact_alliances.geo.places import key_of
from impact_alliances.vocabularies.matching import fold

# Signs read of a text: no place takes more.
_LONGEST = 160
_POSTCODE = re.compile(r"(?<!\d)\d{2} ?\d{3}(?!\d)")
_CEDEX = re.compile(r"\bcedex\b(?:\s*\d{1,2}\b)?")
# « Neuilly s/Seine ».
_OVER = re.compile(r"\bs/\s*")
_APART = re.compile(r"[(),;/\n]")
_ARRONDISSEMENT = re.compile(
    r"(?:(?P<before>\d{1,2})(?:er|e|eme|ieme|nde?)?-(?:arrondissement-)?(?:de-)?)?"
    r"(?P<town>paris|lyon|marseille)"
    r"(?:-(?P<after>\d{1,2})(?:er|e|eme|ieme|nde?)?(?:-arr(?:ondissement|dt|t)?)?)?"
)
# Postcodes do not begin like the number of these départements.
_CORSICAN = {"2a": "20", "2b": "20"}
_WORD = re.compile(r"\w+")
# Words left at the end of a name once its département is taken off: « Saint-Denis de La Réunion ».
_LEADING_ON = frozenset({"a", "au", "aux", "d", "dans", "de", "des", "du", "en", "l", "la", "le"})


@dataclass(frozen=True)
class Reading:
    """A way to read a text: the key of a name (`key_of`), and the départements one of which is
    meant; none where none is told.
    """

    key: str
    departements: frozenset[str] = frozenset()

    @property
    def joined(self) -> str:
        """The name in one word."""
        return self.key.replace("-", "")


@dataclass(frozen=True)
class Typed:
    """A text taken apart: the `parts` that commas and parentheses make, as keys, less the
    `postcodes`; its `spelling` keeps the accents of the first; its `readings` are how it may be
    read, the plainest first.
    """

    parts: tuple[str, ...]
    postcodes: tuple[str, ...]
    spelling: str
    readings: tuple[Reading, ...]

    @property
    def key(self) -> str:
        """All that is not a postcode."""
        return "-".join(self.parts)

    @property
    def says_where(self) -> bool:
        """Whether it has a postcode, or may name a territory besides."""
        return bool(self.postcodes) or any(one.departements for one in self.readings)


def taken_apart(text: str) -> Typed:
    """The parts of a text, and how it may be read."""
    text = text[:_LONGEST]
    folded = _OVER.sub("sur ", _CEDEX.sub(" ", fold(text)))
    postcodes = tuple(one.replace(" ", "") for one in _POSTCODE.findall(folded))
    keys = (key_of(one) for one in _APART.split(_POSTCODE.sub(" ", folded)))
    parts = tuple(one for one in keys if one)
    spelling = spelling_of(_APART.split(_POSTCODE.sub(" ", text))[0])
    return Typed(parts, postcodes, spelling, tuple(_readings(*parts)) if parts else ())


def spelling_of(name: str) -> str:
    """A name with its accents, without anything between its words."""
    return "".join(_WORD.findall(name.lower()))


def _readings(head: str, *others: str) -> Iterator[Reading]:
    told = _told(others)
    untold = [one for one in others if not told or not _departements(one)]
    whole = "-".join([head, *untold])
    # « Château-Chinon (Ville) ».
    yield Reading(whole, told)
    yield from (Reading(one, told) for one in [head, *untold] if untold)
    if head in _CORSICAN:
        yield Reading(_CORSICAN[head], _departements(head))
    numbered = _numbered(head)
    if numbered:
        yield Reading(numbered, told)
    if not told:
        yield from _parted(whole.split("-"))


def _told(parts: Iterable[str]) -> frozenset[str]:
    """The départements in all the territories that these are; none where none is one."""
    told = [one for one in map(_departements, parts) if one]
    return frozenset.intersection(*told) if told else frozenset()


def _departements(key: str) -> frozenset[str]:
    """Those of a territory, or the one of a number."""
    place = departement_numbered(key) or names().territory(key)
    return frozenset(place.departements) if place else frozenset()


def _parted(words: list[str]) -> Iterator[Reading]:
    """A name beside a territory: « Saint-Denis 974 », « 974 Saint-Denis », « Creil Oise »."""
    for at in range(1, len(words)):
        departements = _departements("-".join(words[at:]))
        if departements:
            yield Reading("-".join(_ended(words[:at])), departements)
    if words[0][0].isdigit() and len(words) > 1:
        yield Reading("-".join(words[1:]), _departements(words[0]))


def _ended(words: list[str]) -> list[str]:
    while len(words) > 1 and words[-1] in _LEADING_ON:
        words = words[:-1]
    return words


def _numbered(key: str) -> str:
    """« paris-11e » of « Paris 11 », « 11ème arrondissement de Paris »; empty of anything else."""
    found = _ARRONDISSEMENT.fullmatch(key)
    number = found and (found["before"] or found["after"])
    if not found or not number:
        return ""
    return f"{found['town']}-{int(number)}{'er' if int(number) == 1 else 'e'}"
