"""The place in what a visitor typed: « médecin dans la Creuse », « St Etienne », « crèche 35 ».

The longest name wins. Of several places of one name the most populous is taken, unless another
place of the text or a filter decides; the others are offered.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from impact_alliances.geo.meant import KNOWN_WITHOUT_A_SIGN, is_elsewhere, meant
from impact_alliances.geo.mentions import Mention, Text
from impact_alliances.geo.names import names
from impact_alliances.geo.places import Commune
from impact_alliances.geo.territories import Place, of_commune

# Namesakes offered beside the place chosen, and the share of its inhabitants that a commune needs
# to be one.
MOST_OTHERS = 3
LEAST_SHARE = 0.03
# Words after a name that say no more than it does.
_AROUND = re.compile(
    r"(?:\s*\))?(?:\s+(?:agglomération|métropole|cedex(?:\s+\d\d?)?)(?!\w))?"
    r"(?:,?\s*et\s+(?:(?:ses|les|aux|sa)\s+)?(?:alentours?|environs|région)(?!\w))?",
    re.IGNORECASE,
)
_ARRONDISSEMENT = re.compile(
    r"\s*(?:[1-9]|1\d|20)\s?(?:er|e|è|ème|eme|nd|nde)?(?:\s+arrondissement)?(?!\w)", re.IGNORECASE
)
# Paris, Lyon and Marseille.
_PARTED_TOWNS = frozenset({"75056", "69123", "13055"})


@dataclass(frozen=True)
class Reading:
    """A text read for a place. `rest` is the text without it; the whole of it where there is none.

    `typed` are the words that name the place. `others` are places that they may name too, each
    with the text that would have asked for it; without `place` they are a doubt to be told.
    `missed` is the place named where nothing is at it, nor near: `place` is then its région.
    """

    rest: str
    place: Place | None = None
    typed: str = ""
    others: tuple[tuple[Place, str], ...] = ()
    missed: Place | None = None


NO_PLACE = Reading("")


def read(text: str, within: Collection[str] = (), unknown: Collection[str] = ()) -> Reading:
    """The place that `text` names. `within` are départements in which namesakes are looked for
    first, `unknown` the folded words that are of no language.
    """
    words = Text(text)
    mentions = words.mentions()
    # A commune tells more than its département.
    chosen = min(
        meant(mentions, unknown), key=lambda one: (not one.communes, one.first), default=None
    )
    if not chosen:
        return Reading(text, others=_doubts(words, mentions))
    place = _nearest_of(chosen, within)
    others = _others(words, chosen, place)
    return Reading(_without(words, chosen, place), place, _typed(words, chosen), others)


def _nearest_of(mention: Mention, within: Collection[str]) -> Place:
    kept = [one for one in mention.communes if one.departement in within]
    return of_commune(kept[0]) if kept else mention.place


def _typed(words: Text, mention: Mention) -> str:
    return words.text[words.words[mention.first].start : words.words[mention.last - 1].end]


def _without(words: Text, mention: Mention, place: Place) -> str:
    """The text without the place, nor what leads to it and stretches it."""
    start, end = words.words[mention.begin].start, words.words[mention.last - 1].end
    if place.commune and place.commune.code in _PARTED_TOWNS:
        end = _after(_ARRONDISSEMENT, words.text, end)
    end = _after(_AROUND, words.text, end)
    before = words.text[:start].rstrip(" ,;(-")
    # « Lannion-Trégor », but « Lannion -vélo ».
    after = words.text[end:].removeprefix("-").lstrip(" ,;)")
    return f"{before} {after}".strip()


def _after(pattern: re.Pattern[str], text: str, end: int) -> int:
    found = pattern.match(text, end)
    return found.end() if found else end


# -- namesakes -----------------------------------------------------------------------------------


def _others(words: Text, mention: Mention, chosen: Place) -> tuple[tuple[Place, str], ...]:
    """What else the words may mean, where nothing else tells."""
    if mention.is_settled or (mention.territory and (mention.lead or mention.is_number)):
        return ()
    least = LEAST_SHARE * ((chosen.commune and chosen.commune.population) or 0)
    communes: Sequence[Commune] = mention.communes or names().communes(mention.key)
    places = [of_commune(one) for one in communes if (one.population or 0) >= least]
    territory = None if mention.is_number else names().territory(mention.key)
    if chosen.commune is None:
        places = [one for one in places if one.name == chosen.name and _is_known(one)]
    return _offered(words, mention, [*([territory] if territory else []), *places], chosen)


def _is_known(place: Place) -> bool:
    """Whether a commune may be meant by the name of a whole territory."""
    population = place.commune.population if place.commune else None
    return (population or 0) >= KNOWN_WITHOUT_A_SIGN


def _doubts(words: Text, mentions: Sequence[Mention]) -> tuple[tuple[Place, str], ...]:
    """What a text that is one name, taken for a word, may have meant."""
    for mention in mentions:
        if mention.is_alone and not mention.is_number and not is_elsewhere(mention):
            territory = [mention.territory] if mention.territory else []
            communes = [of_commune(one) for one in names().communes(mention.key)]
            return _offered(words, mention, [*territory, *communes], None)
    return ()


def _offered(
    words: Text, mention: Mention, places: Sequence[Place], chosen: Place | None
) -> tuple[tuple[Place, str], ...]:
    """Each place with the text that names it without a doubt."""
    start, end = words.words[mention.first].start, words.words[mention.last - 1].end
    before, after = words.text[:start], words.text[end:]
    offered = [one for one in places if one != chosen][:MOST_OTHERS]
    return tuple((one, f"{before}{one.label}{after}") for one in offered)
