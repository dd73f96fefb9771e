"""Communes that a typed text may mean, each with how close it comes."""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from impact_alliances.geo.listing import Entry, Kept, Kind, Listing
from impact_alliances.geo.names import ARTICLES, names
from impact_alliances.geo.other_names import (
    cedex,
    epci_beginning,
    epci_named,
    former_codes,
    other_names,
)
from impact_alliances.geo.places import Commune, gazetteer, key_of
from impact_alliances.geo.typed import Reading, Typed, spelling_of

# So many are looked for among those that begin alike; with `ENOUGH` no misspelt one is.
MOST, ENOUGH = 20, 8
# Letters from which the beginning of an intercommunalité tells which one.
_ENOUGH_FOR_EPCI = 4
# Words within a name at which nobody begins to type it.
_PASSED_OVER = frozenset(
    "a au aux d de des du en et l la le les lez ou saint sainte sous sur".split()
)


class Closeness(IntEnum):
    """How close a commune comes to what was typed, the closest first.

    `NAMED`: that is its name, or its code. `ALIKE`: but for an article or a space, or cut short as
    people do. `OTHERWISE`: a name that it had, or that of a place within it. `BEGINS`,
    `OTHERWISE_BEGINS`, `INSIDE`: that begins its name, another one, a word of it. `TOGETHER`: the
    intercommunalité that it is of. `SLIPPED`: but for a letter missing, doubled or swapped with
    the next. `MISSPELT`, `MISSPELT_BEGINS`: but for another letter. `AROUND`: it is of that
    postcode and not of that name, or of that name elsewhere.
    """

    NAMED = 0
    ALIKE = 1
    OTHERWISE = 2
    BEGINS = 3
    OTHERWISE_BEGINS = 4
    INSIDE = 5
    TOGETHER = 6
    SLIPPED = 7
    MISSPELT = 8
    MISSPELT_BEGINS = 9
    AROUND = 10


class Match(NamedTuple):
    """A commune, and how close it comes."""

    closeness: Closeness
    commune: Commune


_EXACTLY = {
    Kind.OWN: Closeness.ALIKE,
    Kind.SHORT: Closeness.ALIKE,
    Kind.OTHER: Closeness.OTHERWISE,
    Kind.JOINED: Closeness.ALIKE,
}
_BEGINNING = {
    Kind.OWN: Closeness.BEGINS,
    Kind.SHORT: Closeness.BEGINS,
    Kind.OTHER: Closeness.OTHERWISE_BEGINS,
    Kind.INSIDE: Closeness.INSIDE,
    Kind.JOINED: Closeness.INSIDE,
}


def matches(typed: Typed) -> list[Match]:
    """The communes that a text may mean, each once: the closest first, then the most populous."""
    if typed.parts:
        return _ordered(_Search(typed).found(), typed.spelling)
    found = [*_at(typed.postcodes), *_coded(typed.postcodes)]
    return _ordered(found or _beside(typed.postcodes))


def _ordered(found: Iterable[Match], spelling: str = "") -> list[Match]:
    """Each commune once. Of one name, those that have the accents typed come first."""

    def rank(match: Match) -> tuple[int, bool, int]:
        closeness, commune = match
        is_less = closeness is Closeness.NAMED and spelling_of(commune.name) != spelling
        return closeness, is_less, order()[commune.code]

    best: dict[str, Match] = {}
    for one in sorted(found, key=rank):
        best.setdefault(one.commune.code, one)
    return list(best.values())


# -- codes ---------------------------------------------------------------------------------------


def _at(postcodes: Iterable[str]) -> list[Match]:
    """The communes of these postcodes. An arrondissement tells more than its town."""
    found: list[Match] = []
    for postcode in postcodes:
        parts = [one for one in gazetteer().arrondissements.values() if postcode in one.postcodes]
        towns = names().with_postcode(postcode) or _fetching(postcode)
        found += [Match(Closeness.NAMED, one) for one in parts]
        found += [Match(Closeness.ALIKE if parts else Closeness.NAMED, one) for one in towns]
    return found


def _fetching(postcode: str) -> list[Commune]:
    """The communes of a CEDEX, but that of a code which is an arrondissement's."""
    return [] if postcode in gazetteer().arrondissements else cedex().get(postcode, [])


def _coded(codes: Iterable[str]) -> Iterator[Match]:
    """The communes of these INSEE codes, of today or before. What is also a postcode is one first:
    that is what people know.
    """
    for code in codes:
        commune = gazetteer().coded(code.upper()) or former_codes().get(code.upper())
        if commune:
            yield Match(Closeness.ALIKE if _at([code]) else Closeness.NAMED, commune)


def _beside(postcodes: Iterable[str]) -> Iterator[Match]:
    """The communes of postcodes that are almost these."""
    for postcode in postcodes:
        for entry in listing().beginning(postcode[:3], ENOUGH):
            yield Match(Closeness.MISSPELT, entry.commune)


# -- names ---------------------------------------------------------------------------------------


class _Search:
    """The communes that the names of one text mean, among those of its postcodes if it has any."""

    def __init__(self, typed: Typed) -> None:
        self._typed = typed
        self._readings = typed.readings
        self._at = _at(typed.postcodes)
        self._codes = {one.commune.code for one in self._at}

    def found(self) -> list[Match]:
        """All that come close, in no order."""
        found = [*_coded(self._typed.parts), *self._as_it_is()]
        if not found and not self._typed.postcodes:
            found += _together(self._typed.key)
        is_there = self._typed.says_where and _reach(Closeness.OTHERWISE, found)
        if len(found) < ENOUGH and not is_there:
            found += self._misspelt()
        return [*found, *self._around(found)]

    def _as_it_is(self) -> list[Match]:
        """Read in each way, unless the plainest gives the very name of a commune."""
        found: list[Match] = []
        for reading in self._readings:
            found += _begun(reading, self._kept(reading))
            if reading is self._readings[0] and _reach(Closeness.NAMED, found):
                break
        parts = {one.commune.parent: one.commune for one in self._at if one.commune.parent}
        return [one for match in found for one in _in_parts(match, parts)]

    def _misspelt(self) -> Iterator[Match]:
        for reading in self._readings:
            misspelt = listing().misspelt(reading.key, MOST, self._kept(reading))
            for entry in misspelt.slipped:
                is_own = entry.kind is Kind.OWN
                yield Match(Closeness.SLIPPED if is_own else Closeness.MISSPELT, entry.commune)
            for entry in misspelt.mistaken:
                yield Match(Closeness.MISSPELT, entry.commune)
            for entry in misspelt.beginning:
                yield Match(Closeness.MISSPELT_BEGINS, entry.commune)

    def _around(self, found: list[Match]) -> Iterator[Match]:
        """What is where the text says, and what has that name elsewhere, where both disagree."""
        if _reach(Closeness.INSIDE, found):
            return
        yield from (Match(Closeness.AROUND, one.commune) for one in self._at)
        for reading in self._readings:
            for entry in listing().exactly(reading.key):
                yield Match(Closeness.AROUND, entry.commune)

    def _kept(self, reading: Reading) -> Kept | None:
        """Whether a commune is where the text says; None where it says nothing."""
        codes, departements = self._codes, reading.departements
        if not codes and not departements:
            return None
        return lambda one: (
            (not codes or one.code in codes)
            and (not departements or one.departement in departements)
        )


def _reach(closeness: Closeness, found: list[Match]) -> bool:
    """Whether one of them comes that close."""
    return any(one.closeness <= closeness for one in found)


def _begun(reading: Reading, kept: Kept | None) -> Iterator[Match]:
    """The communes of this name, and those whose name begins so."""
    for entry in [*listing().exactly(reading.key), *listing().exactly(reading.joined)]:
        if not kept or kept(entry.commune):
            is_very_name = entry.kind is Kind.OWN and entry.text == reading.key
            closeness = Closeness.NAMED if is_very_name else _EXACTLY[entry.kind]
            yield Match(closeness, entry.commune)
    for entry in listing().beginning(reading.key, MOST, kept):
        yield Match(_BEGINNING[entry.kind], entry.commune)


def _in_parts(match: Match, parts: dict[str, Commune]) -> Iterator[Match]:
    """« Paris 75011 » is the arrondissement, rather than the town."""
    part = parts.get(match.commune.code)
    if part and match.closeness is Closeness.NAMED:
        yield Match(Closeness.NAMED, part)
        yield Match(Closeness.ALIKE, match.commune)
    else:
        yield match


def _together(key: str) -> list[Match]:
    """The communes of the intercommunalité of that name, or the largest of each that begins so."""
    epci = epci_named(key)
    if epci:
        return [Match(Closeness.TOGETHER, one) for one in epci.communes]
    begun = epci_beginning(key) if len(key) >= _ENOUGH_FOR_EPCI else []
    return [Match(Closeness.TOGETHER, one.communes[0]) for one in begun]


# -- the list ------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def order() -> dict[str, int]:
    """The place of each commune and arrondissement among all, the most populous first."""
    places = [*gazetteer().by_code.values(), *gazetteer().arrondissements.values()]
    by_population = sorted(places, key=lambda one: (-(one.population or 0), one.code))
    return {one.code: at for at, one in enumerate(by_population)}


@lru_cache(maxsize=1)
def listing() -> Listing:
    """All names and postcodes of communes, made once."""
    return Listing(_entries(), order())


def _entries() -> Iterator[Entry]:
    for commune in [*gazetteer().by_code.values(), *gazetteer().arrondissements.values()]:
        key = key_of(commune.name)
        yield from _names_of(key, commune)
        yield from (Entry(postcode, Kind.OWN, commune) for postcode in commune.postcodes)
    for key, communes in names().short.items():
        yield from (Entry(key, Kind.SHORT, one) for one in communes)
    for other in other_names():
        yield Entry(key_of(other.name), Kind.OTHER, other.commune)


def _names_of(key: str, commune: Commune) -> Iterator[Entry]:
    """The name of a commune, less its article, from each word on that means something, and in one
    word.
    """
    yield Entry(key, Kind.OWN, commune)
    words = key.split("-")
    for at in range(1, len(words)):
        if words[at] not in _PASSED_OVER:
            is_short = at == 1 and words[0] in ARTICLES
            yield Entry("-".join(words[at:]), Kind.SHORT if is_short else Kind.INSIDE, commune)
    if len(words) > 1:
        yield Entry("".join(words), Kind.JOINED, commune)
