"""The place typed in a request, `lieu=Lannion`: what it becomes, or between which ones to choose.

A commune becomes `near`, a département or a région its filter. An intercommunalité counts for its
départements.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from impact_alliances import urls
from impact_alliances.geo.finding import named
from impact_alliances.geo.places import Commune, gazetteer
from impact_alliances.geo.territories import Place
from impact_alliances.search.parameters import parse
from impact_alliances.search.query import CHOICES
from impact_alliances.text.analysis import clean
from impact_alliances.vocabularies.matching import match
from impact_alliances.vocabularies.terms import DEPARTEMENTS
from impact_alliances.web.presenting import Link

# The parameter of a typed place. Said « oui » or « non », it is about the text that is searched.
TYPED = "lieu"
# No place has a longer name.
LONGEST_TYPED = 100
# What means nothing once its place is gone, and what another territory takes the place of.
_OF_A_PLACE = (("near", ""), ("rayon", ""), ("tri", "distance"))
_TERRITORIES = (("departement", ""), ("region", ""))
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Placing:
    """The parameters of a request, the typed place having become one of them.

    Where it is not clear, `pairs` are without a place, `typed` is the text, `said` a French
    sentence about it, and `choices` are the communes among which to choose; choosing one keeps
    `kept`.
    """

    pairs: Pairs
    typed: str = ""
    said: str = ""
    choices: tuple[Commune, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()

    def links(self, path: str = urls.SEARCH) -> tuple[Link, ...]:
        """The same search near each of the choices."""
        return tuple(Link(_told(one), self._near(one, path)) for one in self.choices)

    def _near(self, commune: Commune, path: str) -> str:
        query, _ = parse([*self.kept, ("near", commune.code)])
        return query.url(path)


def placed(asked: Iterable[tuple[str, str]]) -> Placing:
    """What these parameters become once their typed place is understood."""
    pairs = list(asked)
    texts = [clean(value)[:LONGEST_TYPED] for name, value in pairs if name == TYPED]
    if not texts or match(CHOICES[TYPED], texts[-1]):
        return Placing(pairs)
    typed, others = texts[-1], _without(pairs, [(TYPED, "")])
    if not typed:
        return Placing(_without(others, _OF_A_PLACE))
    if typed == _label_of(others):
        return Placing(others)
    return _resolved(typed, others)


def _resolved(typed: str, others: Pairs) -> Placing:
    found = named(typed)
    kept = _without(others, [("near", "")])
    if found.place and found.place.commune:
        return Placing([*kept, ("near", found.place.commune.code)])
    if found.place:
        return Placing([*_without(kept, [*_OF_A_PLACE, *_TERRITORIES]), *_filter(found.place)])
    nowhere = _without(kept, _OF_A_PLACE)
    return Placing(nowhere, typed, found.said, found.choices, tuple(kept))


def _filter(place: Place) -> Pairs:
    (_, facet, values), *_ = place.filters
    return [(facet, value) for value in values]


def _label_of(pairs: Pairs) -> str:
    """What the field holds while nobody has changed it: the name of the place of before."""
    near = next((value for name, value in reversed(pairs) if name == "near"), "")
    commune = gazetteer().by_code.get(near)
    return commune.label if commune else ""


def _told(commune: Commune) -> str:
    """« Saint-Denis (93200, Seine-Saint-Denis) »: what tells it from its namesakes."""
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
