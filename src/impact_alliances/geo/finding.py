"""The places that a person means by what they type in a field of its own: « lann », « St Denis 974
», « 22300 ».
"""

from dataclasses import dataclass

from impact_alliances.geo.names import departement_numbered, names
from impact_alliances.geo.places import Commune, UnknownPlace, gazetteer, key_of
from impact_alliances.geo.territories import Place, of_commune
from impact_alliances.vocabularies import french

# Communes proposed at once.
MOST_CHOICES = 8


@dataclass(frozen=True)
class Named:
    """What a whole text names: one `place` when that is clear, else the `choices` left and what is
    `said` of them, a French sentence. All empty where nothing was typed.
    """

    place: Place | None = None
    choices: tuple[Commune, ...] = ()
    said: str = ""


def find(text: str, limit: int = MOST_CHOICES) -> list[Commune]:
    """The communes that `text` begins or names, at most `limit`: those whose name is closest first,
    then the most populous.
    """
    return gazetteer().starting(text, limit)


def named(text: str) -> Named:
    """The one place that `text` names, or the communes among which to choose."""
    key = key_of(text)
    if not key:
        return Named()
    territory = names().territory(key) or departement_numbered(key)
    if territory:
        return Named(territory)
    choices = names().with_postcode(key)
    try:
        choices = choices or [gazetteer().resolve(text)]
    except UnknownPlace as unknown:
        choices = find(text)
        if not choices:
            return Named(said=str(unknown))
    return _chosen(text, choices)


def _chosen(text: str, choices: list[Commune]) -> Named:
    if len(choices) == 1:
        return Named(of_commune(choices[0]))
    said = f"Plusieurs communes répondent à « {french.cut(text)} » : choisissez la vôtre."
    return Named(choices=tuple(choices), said=said)
