"""Walks through the facets: what a visitor does after a search, near a place or not, one value
chosen at a time among the counts just shown.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bench.questions import VARIANTS, questions
from impact_alliances.geo.places import gazetteer
from impact_alliances.search.bounds import RAYONS, sized
from impact_alliances.search.query import SORTS, Mode, SearchQuery
from impact_alliances.search.results import Results

# How often a walk starts near a place, cuts to what is around it, or to what is of its size.
NEAR, AROUND, ALIKE = 0.3, 0.4, 0.2
# How often a walk starts from no text, looks at a second page, takes another order, adds a value to
# those of its facet.
NO_TEXT, SECOND_PAGE, OTHER_SORT, ADDED = 0.25, 0.2, 0.2, 0.5
MOST_STEPS = 4
PER_PAGE = 10
# Words and meaning together is what visitors get: half of the walks.
_MODES: tuple[Mode, ...] = ("hybrid", "hybrid", "keyword", "semantic")
Find = Callable[[SearchQuery], Results]


@dataclass(frozen=True)
class Step:
    """A search of a walk, and the number that was shown beside the value chosen; None at the start,
    and for a value added to others of its facet, whose number is of itself alone.
    """

    query: SearchQuery
    announced: int | None = None


def walk(find: Find, seed: int) -> Iterator[tuple[Step, Results]]:
    """The steps of one walk with what each found."""
    chance = random.Random(seed)
    step = Step(_start(chance))
    for _ in range(1 + chance.randint(1, MOST_STEPS)):
        found = find(step.query)
        yield step, found
        following = _next(found, chance)
        if following is None:
            return
        step = following


def _start(chance: random.Random) -> SearchQuery:
    mode = chance.choice(_MODES)
    text = (
        ""
        if chance.random() < NO_TEXT
        else chance.choice(questions()).variant(chance.choice(VARIANTS))
    )
    query = SearchQuery(q=text, mode=mode, par_page=PER_PAGE)
    return _placed(query, chance) if chance.random() < NEAR else query


def _placed(query: SearchQuery, chance: random.Random) -> SearchQuery:
    """The same search near some commune of France."""
    code = chance.choice(sorted(gazetteer().by_code))
    rayon = chance.choice(list(RAYONS.by_slug)) if chance.random() < AROUND else ""
    comme = code if sized(code) and chance.random() < ALIKE else ""
    return replace(query, near=code, rayon=rayon, comme=comme)


def _next(found: Results, chance: random.Random) -> Step | None:
    """One value more, any of those with a count and not chosen yet; None when there is none."""
    shown = [
        (facet.name, value, count)
        for facet in found.facets
        for value, count, is_chosen in facet.values
        if count and not is_chosen
    ]
    if not shown:
        return None
    facet, value, count = chance.choice(shown)
    is_added = bool(found.query.values(facet)) and chance.random() < ADDED
    query = found.query.toggled(facet, value) if is_added else found.query.choosing(facet, [value])
    return Step(_seen_otherwise(query, count, chance), None if is_added else count)


def _seen_otherwise(query: SearchQuery, count: int, chance: random.Random) -> SearchQuery:
    """The same set, perhaps in another order or from its second page."""
    if chance.random() < OTHER_SORT:
        query = replace(query, tri=chance.choice(list(SORTS)))
    return query.at(2) if count > PER_PAGE and chance.random() < SECOND_PAGE else query
