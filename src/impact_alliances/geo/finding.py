"""The places that a person means by what they type in a field of its own: « lann », « St Denis 974
», « 22300 », « Lyon 3 ».
"""

from dataclasses import dataclass

from impact_alliances.geo.matches import Closeness, Match, matches
from impact_alliances.geo.meant import KNOWN_WITHOUT_A_SIGN
from impact_alliances.geo.names import ARTICLES, departement_numbered, names
from impact_alliances.geo.other_names import epci_named, former_codes
from impact_alliances.geo.places import Commune, UnknownPlace, gazetteer, key_of
from impact_alliances.geo.territories import Place, of_commune
from impact_alliances.geo.typed import Typed, taken_apart
from impact_alliances.vocabularies import french

# Communes proposed at once.
MOST_CHOICES = 8


# What is said where the communes come so close, and no closer.
_SAID = {
    Closeness.TOGETHER: "Plusieurs communes répondent à {} : choisissez la vôtre.",
    Closeness.MISSPELT_BEGINS: "Aucune commune ne répond à {} : choisissez parmi les plus proches.",
    Closeness.AROUND: "{} : ce nom n’est pas à cet endroit. Choisissez parmi les communes "
    "proches, ou écrivez un autre code postal.",
}


@dataclass(frozen=True)
class Named:
    """What a whole text names: one `place` when that is clear, else the `choices` left and what is
    `said` of them, a French sentence. With a place, the choices are what else it may have meant; a
    village is not, beside a whole territory. All empty where nothing was typed.
    """

    place: Place | None = None
    choices: tuple[Commune, ...] = ()
    said: str = ""


def find(text: str, limit: int = MOST_CHOICES) -> list[Commune]:
    """The communes that `text` begins or names, those whose name is closest first, then the most
    populous. `limit` cuts guesses, never those of that very name or postcode.
    """
    found = matches(taken_apart(text))
    return [one.commune for one in found[: _many(found, limit)]]


def _many(found: list[Match], limit: int) -> int:
    return max(limit, len(_up_to(Closeness.ALIKE, found)))


def named(text: str) -> Named:
    """The one place that `text` names, or the communes among which to choose."""
    typed = taken_apart(text)
    if not typed.parts and not typed.postcodes:
        return Named()
    found = matches(typed)
    territory = _territory(typed)
    if territory:
        namesakes = _communes(_up_to(Closeness.ALIKE, found))
        known = (one for one in namesakes if (one.population or 0) >= KNOWN_WITHOUT_A_SIGN)
        return Named(territory, tuple(known))
    return _clear(typed, found) or _choice(text, found)


def resolve(text: str) -> Commune:
    """The commune that `text` names without a doubt: « 22113 », « Lannion 22300 », « Saint-Denis
    (97400, La Réunion) », or a name borne by one commune. Of an arrondissement, its town.

    Raises `UnknownPlace`, that says what to write.
    """
    code = text.strip().upper()
    coded = gazetteer().coded(code) or former_codes().get(code)
    typed = taken_apart(text)
    found = [] if coded else matches(typed)
    closest = _communes(_closest(found)) if typed.parts else ()
    if coded or len(closest) == 1:
        commune = coded or closest[0]
        return gazetteer().by_code[commune.town]
    raise UnknownPlace(_refusal(french.cut(text.strip()), typed, found))


# -- one place -----------------------------------------------------------------------------------


def _territory(typed: Typed) -> Place | None:
    """The département or the région that a text is the name, the label or the number of."""
    if typed.postcodes:
        return None
    head, *others = typed.parts
    article, _, rest = head.partition("-")
    place = departement_numbered(head) or names().territory(head)
    place = place or (names().territory(rest) if article in ARTICLES else None)
    told = typed.readings[0].departements
    is_it = place and (not others or (told and set(place.departements) <= told))
    return place if is_it else None


def _clear(typed: Typed, found: list[Match]) -> Named | None:
    """One place, where nothing else is as likely."""
    closest = _closest(found) or _up_to(Closeness.INSIDE, found)
    if len(closest) == 1:
        (commune,) = _communes(closest)
        others = [one for one in _up_to(Closeness.OTHERWISE, found) if one not in closest]
        if typed.says_where or not any(_is_larger(one.commune, commune) for one in others):
            return Named(of_commune(commune), _communes(others))
    epci = None if closest else epci_named(typed.key)
    if epci:
        largest = of_commune(epci.communes[0])
        said = f"{epci.name} : autour de {largest.name}, sa commune la plus peuplée."
        return Named(largest, epci.communes[1:MOST_CHOICES], said)
    return None


def _is_larger(one: Commune, other: Commune) -> bool:
    return (one.population or 0) > (other.population or 0)


def _closest(found: list[Match]) -> list[Match]:
    """Those whose name or code is that of the text, none closer."""
    exact = _up_to(Closeness.OTHERWISE, found)
    return [one for one in exact if one.closeness == exact[0].closeness]


def _up_to(closeness: Closeness, found: list[Match]) -> list[Match]:
    return [one for one in found if one.closeness <= closeness]


def _communes(found: list[Match]) -> tuple[Commune, ...]:
    return tuple(one.commune for one in found)


# -- several, or none ----------------------------------------------------------------------------


def _choice(text: str, found: list[Match]) -> Named:
    """The closest communes, and what is said of them."""
    quoted = french.quoted(french.cut(text.strip()))
    for closeness in (Closeness.OTHERWISE, *_SAID):
        choices = _up_to(closeness, found)
        if choices:
            said = _SAID.get(closeness, _SAID[Closeness.TOGETHER]).format(quoted)
            return Named(choices=_communes(choices)[: _many(choices, MOST_CHOICES)], said=said)
    return Named(said=f"Aucune commune ne répond à {quoted} : écrivez son nom ou son code postal.")


def _refusal(text: str, typed: Typed, found: list[Match]) -> str:
    """What to write rather than this."""
    if not typed.parts:
        return (
            f"« {text} » n’est pas un code INSEE connu : écrivez le code INSEE, ou le nom et le "
            "code postal."
        )
    namesakes = len(_closest(found))
    if namesakes:
        return (
            f"{namesakes} communes s’appellent « {text} » : ajoutez le code postal, ou donnez le "
            "code INSEE."
        )
    known = _postcodes_of(typed.parts[0], found)
    if known:
        return f"Le code postal ne correspond pas à « {text} » (connus : {', '.join(known)})."
    near = [one.commune for one in found if Closeness.INSIDE < one.closeness < Closeness.AROUND]
    hint = f" Vouliez-vous dire « {near[0].label} » ?" if near else ""
    return f"Commune inconnue : « {text} ».{hint}"


def _postcodes_of(key: str, found: list[Match]) -> list[str]:
    """The first postcodes of communes of that name which are not where the text says."""
    elsewhere = (one.commune for one in found if one.closeness is Closeness.AROUND)
    namesakes = (one for one in elsewhere if key_of(one.name) == key)
    return sorted({code for one in namesakes for code in one.postcodes})[:4]
