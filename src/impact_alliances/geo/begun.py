"""The commune that someone is typing at the end of a text: « médecin à lan », « lanni »."""

from dataclasses import dataclass
from itertools import chain

from impact_alliances.geo.meant import KNOWN_BEFORE_THE_WORD, KNOWN_WITHOUT_A_SIGN
from impact_alliances.geo.mentions import Text
from impact_alliances.geo.names import ARTICLES, names
from impact_alliances.geo.places import Commune, gazetteer, key_of

# Letters from which a name that is led to, and any other, is told from others.
SHORTEST_LED, SHORTEST = 2, 3
# Those from which a village is.
SHORTEST_OF_A_VILLAGE = 5


@dataclass(frozen=True)
class Begun:
    """A commune that a text may be ending with, and what the text asks for there."""

    commune: Commune
    rest: str = ""
    is_whole: bool = False


def begun(text: str, limit: int) -> list[Begun]:
    """At most `limit` communes, the closest first: those that « à », « près de » or « vers » leads
    to; of a text that is nothing else, towns. `is_whole` tells those of that very name.
    """
    for rest, typed in Text(text).led_ends():
        is_long = len(typed) >= SHORTEST_OF_A_VILLAGE
        found = _begun(typed, SHORTEST_LED, 0 if is_long else KNOWN_WITHOUT_A_SIGN)[:limit]
        if found:
            return [Begun(one, rest, _is_whole(one, typed)) for one in found]
    towns = _begun(text, SHORTEST, KNOWN_BEFORE_THE_WORD)[:limit]
    return [Begun(one, is_whole=_is_whole(one, text)) for one in towns]


def _begun(typed: str, shortest: int, known: int) -> list[Commune]:
    """Those that `typed` names; those of so many inhabitants that it begins. Without a fault: what
    follows may make another word of it.
    """
    key = key_of(typed)
    if key.isdigit():
        return names().with_postcode(key)
    if len(key) < shortest or key in ARTICLES:
        return []
    found = chain.from_iterable(map(gazetteer().beginning, _with_articles(key)))
    kept = {one for one in found if (one.population or 0) >= known or _is_whole(one, typed)}
    return sorted(kept, key=lambda one: _order(one, typed))


def _order(commune: Commune, typed: str) -> tuple[bool, int, str]:
    return not _is_whole(commune, typed), -(commune.population or 0), commune.code


def _is_whole(commune: Commune, typed: str) -> bool:
    return typed in commune.postcodes or key_of(commune.name) in _with_articles(key_of(typed))


def _with_articles(key: str) -> tuple[str, ...]:
    return (key, *(f"{article}-{key}" for article in ARTICLES))
