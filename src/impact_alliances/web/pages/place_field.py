"""What a page of searches shows of the place asked for: its field, what is told of it, and the ways
to do without it.
"""

from dataclasses import dataclass, replace
from typing import Any

from impact_alliances.geo.origin import Origin
from impact_alliances.geo.places import Commune
from impact_alliances.search.bounds import KILOMETRES, RAYONS, said_around
from impact_alliances.search.query import SearchQuery
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import TAILLES
from impact_alliances.web.pages.addressing import SearchAddress
from impact_alliances.web.placing import MY_POSITION, Placing, text_of
from impact_alliances.web.presenting import Link

Hint = tuple[str, tuple[Link, ...]]


@dataclass(frozen=True)
class PlaceField:
    """The field of a place: the `text` in it, and the `near` for which that stands. `said` and
    `choices` are about a text that is not clear. `rayons` are (value, label, whether it is chosen),
    `around` says around what; `size` tells how large the place is, and leads to territories like it
    or to those of any size. `position` is the text for where the reader is.
    """

    text: str = ""
    near: str = ""
    said: str = ""
    choices: tuple[Link, ...] = ()
    around: str = ""
    rayons: tuple[tuple[str, str, bool], ...] = ()
    size: Hint | None = None
    position: str = MY_POSITION


def place_field_of(query: SearchQuery, placing: Placing, at: SearchAddress) -> PlaceField:
    """The field of a search, in a page at that address."""
    rayons = [("", "Peu importe la distance"), *((term.slug, term.label) for term in RAYONS.terms)]
    chosen = dict(placing.waiting).get("rayon", query.rayon)
    return PlaceField(
        text=placing.typed or text_of(query.near),
        near=query.near,
        said=placing.said,
        choices=tuple(Link(one.label, at.of(one.query)) for one in placing.choices),
        around=f"Autour {_complement(query.origin)}" if query.origin else "",
        rayons=tuple((value, label, value == chosen) for value, label in rayons),
        size=_size(query, at),
    )


def _is_point(origin: Origin) -> bool:
    return origin.text != origin.commune.code


def _complement(origin: Origin) -> str:
    """« de Lannion », « du Havre », « de ma position »."""
    return f"de {MY_POSITION.lower()}" if _is_point(origin) else origin.place.complement


def place_chips(query: SearchQuery, at: SearchAddress) -> tuple[Link, ...]:
    """What a place makes of a search, each with the same search without it."""
    return tuple(
        Link(label, at.of(without(query, name))) for name, label in bounds_told(query).items()
    )


def bounds_told(query: SearchQuery) -> dict[str, str]:
    """The parameters by which a place binds a search, each as it is told: « À moins de 30 km de
    Lannion ».
    """
    told = {}
    if query.origin and query.rayon:
        told["rayon"] = _around(query.origin, query.rayon)
    if query.origin:
        told["near"] = f"Près {_complement(query.origin)}"
    if query.model:
        told["comme"] = f"Territoires comme {query.model.name}"
    return told


def without(query: SearchQuery, name: str) -> SearchQuery:
    """The same search, not bound by that parameter."""
    freed: dict[str, Any] = {name: ""}
    return replace(query, page=1, **freed)


def _around(origin: Origin, rayon: str) -> str:
    """« À moins de 30 km de Lannion », « Dans les Côtes-d’Armor », « En Bretagne »."""
    if rayon in KILOMETRES:
        return f"À moins de {rayon}{french.NO_BREAK_SPACE}km {_complement(origin)}"
    said = said_around(origin, rayon)
    return f"{said[0].upper()}{said[1:]}"


def place_hints(query: SearchQuery) -> list[Hint]:
    """What becomes of the position of the reader, where it was asked for."""
    if not query.origin or not _is_point(query.origin):
        return []
    beside = query.origin.place.beside
    return [(f"Votre position, {beside}, sert à cette recherche et n’est pas gardée.", ())]


def _size(query: SearchQuery, at: SearchAddress) -> Hint | None:
    """« Lannion, 19 880 habitants (de 2 000 à 20 000) : », and the way to its like."""
    if query.model:
        freed = at.of(without(query, "comme"))
        return _size_told(query.model), (Link("Chercher dans tous les territoires", freed),)
    commune = query.origin.commune if query.origin else None
    if not commune or not commune.taille:
        return None
    alike = at.of(replace(query, comme=commune.code, page=1))
    return _size_told(commune), (Link("Chercher dans des territoires comme le mien", alike),)


def _size_told(commune: Commune) -> str:
    people = french.counted(commune.population or 0, "habitant", "habitants")
    segment = TAILLES.label_of(commune.taille).removesuffix(" habitants")
    return f"{commune.name} : {people} ({segment[0].lower()}{segment[1:]})."
