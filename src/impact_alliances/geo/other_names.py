"""What else means a commune: the names of those that it took in and of places within it, CEDEX
postcodes, intercommunalités. `tools/places.py` makes the tables.
"""

import re
from collections import defaultdict
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from impact_alliances.geo.places import Commune, gazetteer, key_of, rows_of

_FORMER = "ancienne"
# « CA Lannion-Trégor Communauté », « Métropole de Lyon », « agglo du Mans »: what such names begin
# with, besides the name.
_SORT = re.compile(
    r"^(?:cc|ca|cu|communaute-(?:de-communes|d-agglomeration|urbaine)|agglo(?:meration)?|metropole)"
    r"-(?:(?:de-la|de-l|du|des|de|d)-)?"
)


class OtherName(NamedTuple):
    """A name, the INSEE code that it had if any, and the commune, which tells the name."""

    name: str
    code: str
    commune: Commune


class Epci(NamedTuple):
    """An intercommunalité and its communes, the most populous first."""

    name: str
    communes: tuple[Commune, ...]


@lru_cache(maxsize=1)
def other_names() -> tuple[OtherName, ...]:
    """Those of all communes, in alphabetical order."""
    return tuple(_other_name(*row) for row in rows_of("other_names.csv.gz"))


def _other_name(name: str, code: str, commune: str, nature: str) -> OtherName:
    home, is_former = gazetteer().by_code[commune], nature == _FORMER
    told = replace(home, formerly=name) if is_former else replace(home, part=name)
    return OtherName(name, code, told)


@lru_cache(maxsize=1)
def former_codes() -> dict[str, Commune]:
    """By the INSEE code of a commune that is no more, the one that it is in."""
    return {one.code: one.commune for one in other_names() if one.code}


@lru_cache(maxsize=1)
def cedex() -> dict[str, list[Commune]]:
    """By the postcode of a CEDEX, its communes and arrondissements."""
    found: dict[str, list[Commune]] = defaultdict(list)
    for code, postcodes in rows_of("cedex.csv.gz"):
        place = gazetteer().coded(code)
        if place:
            for postcode in postcodes.split("|"):
                found[postcode].append(place)
    return dict(found)


def epci_named(key: str) -> Epci | None:
    """The intercommunalité of this name (`key_of`), what sort it is left out or not."""
    return _epci().get(_SORT.sub("", key))


def epci_beginning(key: str) -> list[Epci]:
    """Those whose name begins so."""
    wanted = _SORT.sub("", key)
    return [one for name, one in _epci().items() if name.startswith(wanted)]


@lru_cache(maxsize=1)
def _epci() -> dict[str, Epci]:
    return {
        _SORT.sub("", key_of(name)): Epci(name, _members(codes))
        for name, codes in rows_of("epci.csv.gz")
    }


def _members(codes: str) -> tuple[Commune, ...]:
    return tuple(filter(None, map(gazetteer().by_code.get, codes.split())))
