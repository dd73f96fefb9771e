"""The place typed in a request, `lieu=Lannion`: what it becomes, or between which ones to choose.

A commune becomes `near`, a département or a région its filter. An intercommunalité is the
surroundings of its most populous commune. What may be two places is asked, never guessed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from impact_alliances import urls
from impact_alliances.geo.finding import named
from impact_alliances.geo.origin import Origin
from impact_alliances.geo.places import UnknownPlace
from impact_alliances.geo.territories import Place, of_commune
from impact_alliances.search.parameters import parse
from impact_alliances.search.query import CHOICES, SearchQuery
from impact_alliances.text.analysis import clean
from impact_alliances.vocabularies import french
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
    """A place that may have been meant, with what tells it from its namesakes: « Saint-Denis
    (93200, Seine-Saint-Denis) »; the parameters that name it, and the search there.
    """

    label: str
    parameters: str
    query: SearchQuery


@dataclass(frozen=True)
class Placing:
    """The parameters of a request, the typed place having become one of them; `notice` is what is
    to be said of that.

    Where the place is not clear, `pairs` are without one, `typed` is the text, `said` a French
    sentence about it, and `places` are those that may have been meant; `waiting` is what was asked
    beside it that means something once one is chosen.
    """

    pairs: Pairs
    notice: str = ""
    typed: str = ""
    said: str = ""
    places: tuple[Place, ...] = ()
    waiting: tuple[tuple[str, str], ...] = ()

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """The places that may have been meant, nothing else of the search being lost."""
        return tuple(self._choice(place) for place in self.places)

    @property
    def unclear(self) -> tuple[tuple[str, str], ...]:
        """The parameters that keep a place that is not clear; none where it is."""
        return (*self.waiting, (TYPED, self.typed)) if self.typed else ()

    def _choice(self, place: Place) -> Choice:
        query, _ = parse(_there([*self.pairs, *self.waiting], place))
        return Choice(_told(place), urls.encoded(_named(place)), query)


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
    is_both = found.place and not found.place.commune and found.choices
    if found.place and not is_both:
        return Placing(_there(kept, found.place), found.said)
    places = [found.place] if found.place else []
    places += map(of_commune, found.choices)
    nowhere = _without(kept, _OF_A_PLACE)
    waiting = tuple(pair for pair in kept if pair not in nowhere and pair[1])
    said = found.said or (_both(typed) if places else _unknown(typed))
    return Placing(nowhere, "", typed, said, tuple(places), waiting)


def _both(typed: str) -> str:
    return f"{_quoted(typed)} est le nom d’un territoire et d’une commune : choisissez le vôtre."


def _unknown(typed: str) -> str:
    return f"{_quoted(typed)} n’est pas un lieu connu : écrivez une commune ou un code postal."


def _quoted(typed: str) -> str:
    return french.quoted(french.cut(typed))


def _there(pairs: Pairs, place: Place) -> Pairs:
    """The same parameters in another place: a territory takes the place of others, and of what
    means nothing without a commune.
    """
    former = [("near", "")] if place.commune else [*_OF_A_PLACE, *_TERRITORIES]
    return [*_without(pairs, former), *_named(place)]


def _named(place: Place) -> Pairs:
    """The parameters that name a place."""
    if place.commune:
        return [("near", place.commune.code)]
    (_, facet, values), *_ = place.filters
    return [(facet, value) for value in values]


def _told(place: Place) -> str:
    if place.commune:
        departement = DEPARTEMENTS.label_of(place.commune.departement)
        return f"{place.name} ({', '.join([*place.commune.postcodes[:1], departement])})"
    sort = "la région" if place.region else "le département"
    return f"{place.name}, {sort}" if place.region or len(place.departements) == 1 else place.name


def _without(pairs: Pairs, dropped: Iterable[tuple[str, str]]) -> Pairs:
    """The pairs but those of these names, with this value where one is given."""
    names = dict(dropped)
    return [
        (name, value)
        for name, value in pairs
        if name not in names or names[name] not in ("", value)
    ]
