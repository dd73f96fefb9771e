"""The place typed in a request, `lieu=Lannion`: what it becomes, or between which ones to choose.

A commune becomes `near`, a département or a région its filter. An intercommunalité counts for its
départements.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from impact_alliances.geo.finding import named
from impact_alliances.geo.origin import Origin
from impact_alliances.geo.places import Commune, UnknownPlace
from impact_alliances.geo.territories import Place
from impact_alliances.search.parameters import parse
from impact_alliances.search.query import CHOICES, SearchQuery
from impact_alliances.text.analysis import clean
from impact_alliances.vocabularies.matching import match
from impact_alliances.vocabularies.terms import DEPARTEMENTS

# The parameter of a typed place. Said « oui » or « non », it is about the text that is searched.
TYPED = "lieu"
# No place has a longer name.
LONGEST_TYPED = 100
# What the field holds when the reader's own position is the place.
MY_POSITION = "Ma position"
# What means nothing once its place is gone, and what another territory takes the place of.
_OF_A_PLACE = (("near", ""), ("rayon", ""), ("tri", "distance"))
_TERRITORIES = (("departement", ""), ("region", ""))
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Choice:
    """A commune that may have been meant, with what tells it from its namesakes: « Saint-Denis
    (93200, Seine-Saint-Denis) »; and the search near it.
    """

    label: str
    query: SearchQuery


@dataclass(frozen=True)
class Placing:
    """The parameters of a request, the typed place having become one of them.

    Where it is not clear, `pairs` are without a place, `typed` is the text, `said` a French
    sentence about it, and `communes` are those that may have been meant; `waiting` is what was
    asked beside it that means something once one is chosen.
    """

    pairs: Pairs
    typed: str = ""
    said: str = ""
    communes: tuple[Commune, ...] = ()
    waiting: tuple[tuple[str, str], ...] = ()

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """The communes that may have been meant, nothing else of the search being lost."""
        return tuple(Choice(_told(one), self._near(one)) for one in self.communes)

    @property
    def unclear(self) -> tuple[tuple[str, str], ...]:
        """The parameters that keep a place that is not clear; none where it is."""
        return (*self.waiting, (TYPED, self.typed)) if self.typed else ()

    def _near(self, commune: Commune) -> SearchQuery:
        return parse([*self.pairs, *self.waiting, ("near", commune.code)])[0]


def placed(asked: Iterable[tuple[str, str]]) -> Placing:
    """What these parameters become once their typed place is understood."""
    pairs = list(asked)
    texts = [clean(value)[:LONGEST_TYPED] for name, value in pairs if name == TYPED]
    if not texts or match(CHOICES[TYPED], texts[-1]):
        return Placing(pairs)
    typed, others = texts[-1], _without(pairs, [(TYPED, "")])
    if not typed:
        return Placing(_without(others, _OF_A_PLACE))
    near = next((value for name, value in reversed(others) if name == "near"), "")
    if typed == text_of(near):
        return Placing(others)
    return _resolved(typed, others)


def text_of(near: str) -> str:
    """What the field holds while nobody changes it: « Lannion (22300) », empty without a place."""
    try:
        origin = Origin.of(near) if near else None
    except UnknownPlace:
        return ""
    if not origin:
        return ""
    return origin.label if origin.text == origin.commune.code else MY_POSITION


def _resolved(typed: str, others: Pairs) -> Placing:
    found = named(typed)
    kept = _without(others, [("near", "")])
    if found.place and found.place.commune:
        return Placing([*kept, ("near", found.place.commune.code)])
    if found.place:
        return Placing([*_without(kept, [*_OF_A_PLACE, *_TERRITORIES]), *_filter(found.place)])
    nowhere = _without(kept, _OF_A_PLACE)
    waiting = tuple(pair for pair in kept if pair not in nowhere and pair[1])
    return Placing(nowhere, typed, found.said, found.choices, waiting)


def _filter(place: Place) -> Pairs:
    (_, facet, values), *_ = place.filters
    return [(facet, value) for value in values]


def _told(commune: Commune) -> str:
    departement = DEPARTEMENTS.label_of(commune.departement)
    return f"{commune.name} ({', '.join([*commune.postcodes[:1], departement])})"


def _without(pairs: Pairs, dropped: Iterable[tuple[str, str]]) -> Pairs:
    """The pairs but those of these names, with this value where one is given."""
    names = dict(dropped)
    return [
        (name, value)
        for name, value in pairs
        if name not in names or names[name] not in ("", value)
    ]
