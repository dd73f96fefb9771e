"""Every name of a place, with the places that bear it, and which of these names are also words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from impact_alliances.geo.places import Commune, Gazetteer, gazetteer, key_of
from impact_alliances.geo.territories import Place, named_territories, of_departement, of_region
from impact_alliances.vocabularies.terms import DEPARTEMENTS

# From so many inhabitants a commune is known by the beginning of its name (« Thonon »), where no
# other has that very name.
KNOWN_BY_A_SHORT_NAME = 10_000
# Letters of a misspelt first name: one error makes many of fewer.
SHORTEST_MISSPELT = 4
# Short names that no such rule gives, with the INSEE codes meant.
_SHORT_NAMES = {
    "aix": "13001",
    "bagneres": "65059",
    "chamonix": "74056",
    "boulogne": "92012",
    "clermont": "63113",
    "digne": "04070",
    "evry": "91228",
    "la-baule": "44055",
    "le-touquet": "62826",
    "neuilly": "92051",
    "saint-barth": "97701",
    "saint-ouen": "93070",
}
_JOINING = frozenset(
    {"a", "au", "aux", "d", "de", "du", "en", "la", "le", "les", "lez", "sous", "sur"}
)
ARTICLES = frozenset({"l", "la", "le", "les"})
# Names of larger territories that are words of every day.
_WORDS_TOO = frozenset(
    "aube champagne cher creuse landes loire lot manche nord reunion somme vienne".split()
)


class Names:
    """The places by the key of their names (`key_of`)."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.by_code = gazetteer.by_code
        self._gazetteer = gazetteer
        self._communes: Mapping[str, Sequence[Commune]] = gazetteer.by_name
        self.short = self._short_names()
        self._without_article = self._names_without_article()
        self._territories = {
            key: place for name, place in named_territories() for key in _elided(key_of(name))
        }
        self._by_postcode: dict[str, list[Commune]] = defaultdict(list)
        self._largest: dict[str, Commune] = {}
        for commune in _by_population(gazetteer.by_code.values()):
            self._largest.setdefault(commune.departement, commune)
            for postcode in commune.postcodes:
                self._by_postcode[postcode].append(commune)
        self._words = _listed("words.txt")
        self._longest = _longest(
            [*self._communes, *self.short, *self._without_article, *self._territories]
        )

    def longest(self, word: str) -> int:
        """How many words the longest name that begins with this one has; 0 where none does."""
        return self._longest.get(word, 0)

    def territory(self, key: str) -> Place | None:
        """The département, the région or the area of that name."""
        return self._territories.get(key)

    def communes(self, key: str) -> list[Commune]:
        """The communes of that name, the most populous first."""
        found = [*self._communes.get(key, ()), *self.short.get(key, ())]
        return _by_population(found or self._without_article.get(key, ()))

    def beginning(self, key: str, departements: Iterable[str]) -> list[Commune]:
        """The communes of these départements whose name begins so: « Montreuil (62) »."""
        wanted = set(departements)
        begun = self._gazetteer.beginning(f"{key}-")
        return _by_population(one for one in begun if one.departement in wanted)

    def with_postcode(self, postcode: str) -> list[Commune]:
        """The communes of a postcode, the most populous first. That of a whole large town (« 69000
        ») is the town's.
        """
        if postcode not in self._by_postcode and postcode.endswith("000"):
            largest = self._largest.get(postcode[:2])
            return [largest] if largest else []
        return self._by_postcode.get(postcode, [])

    def is_word(self, key: str) -> bool:
        """Whether this name is also a word of French."""
        return key in self._words or key in _WORDS_TOO

    def _short_names(self) -> dict[str, list[Commune]]:
        found = {key: [self.by_code[code]] for key, code in _SHORT_NAMES.items()}
        words = _listed("words.txt")
        for commune in self.by_code.values():
            if (commune.population or 0) >= KNOWN_BY_A_SHORT_NAME:
                short = _beginning_of(key_of(commune.name))
                if short and short not in self._communes and short not in words:
                    found.setdefault(short, []).append(commune)
        return found

    def _names_without_article(self) -> dict[str, Sequence[Commune]]:
        """« Sables-d’Olonne »: names of several words, less their article."""
        return {
            rest: communes
            for key, communes in self._communes.items()
            for article, _, rest in (key.partition("-"),)
            if article in ARTICLES and "-" in rest and rest not in self._communes
        }


def _listed(file: str) -> frozenset[str]:
    """The words of a file of this folder, one or several a line; « # » begins a comment."""
    text = Path(__file__).with_name(file).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())


def _by_population(communes: Iterable[Commune]) -> list[Commune]:
    return sorted(communes, key=lambda one: (-(one.population or 0), one.code))


def _beginning_of(key: str) -> str:
    """« thonon » of « thonon-les-bains »; empty where a name has no such beginning."""
    words = key.split("-")
    ends = [at for at, word in enumerate(words) if word in _JOINING]
    return "-".join(words[: ends[0]]) if ends and ends[0] else ""


def _elided(key: str) -> tuple[str, ...]:
    """« cotes-d-armor », and « cotes-darmor » as many type it."""
    return (key, key.replace("-d-", "-d")) if "-d-" in key else (key,)


def _longest(keys: Iterable[str]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for key in keys:
        first, size = key.partition("-")[0], key.count("-") + 1
        if size > longest.get(first, 0):
            longest[first] = size
    return longest


@lru_cache(maxsize=1)
def names() -> Names:
    """The names of all places, made once (about 0.1 s, the communes read)."""
    return Names(gazetteer())


@lru_cache(maxsize=1)
def first_names() -> frozenset[str]:
    """First names of people, folded."""
    return _listed("first_names.txt")


def is_first_name(word: str, *, misspelt: bool = False) -> bool:
    """Whether a folded word is a first name; or, `misspelt`, one but for an error after its first
    letter.
    """
    if word in first_names() or not misspelt or len(word) < SHORTEST_MISSPELT:
        return word in first_names()
    near = process.extract_iter(word, first_names(), scorer=OSA.distance, score_cutoff=1)
    return any(name[0] == word[0] for name, _, _ in near)


def departement_numbered(number: str) -> Place | None:
    """The département of a number as people type it: « 22 », « 2a », « 974 »; « 20 » is still
    Corse.
    """
    code = number.upper()
    if code == "20":
        return of_region("94")
    return of_departement(code) if code in DEPARTEMENTS else None
