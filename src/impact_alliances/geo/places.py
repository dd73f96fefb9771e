"""The communes of France, overseas included: from an INSEE code, or a name with its postcode, to a
place.
"""

import csv
import gzip
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from pathlib import Path

from rapidfuzz import fuzz, process

from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.matching import fold, slugify
from impact_alliances.vocabularies.terms import taille_of

_TABLE = Path(__file__).with_name("communes.csv.gz")
_POSTCODE = re.compile(r"\b\d{5}\b")


@dataclass(frozen=True, slots=True)
class Commune:
    """One commune. `population` in inhabitants (None when unknown), `latitude`/`longitude` in WGS
    84 degrees.
    """

    code: str
    name: str
    departement: str
    region: str
    postcodes: tuple[str, ...]
    population: int | None
    latitude: float | None
    longitude: float | None

    @property
    def taille(self) -> str:
        """The size slug of the territory, empty when the population is unknown."""
        return "" if self.population is None else taille_of(self.population)

    @property
    def label(self) -> str:
        """« Lannion (22300) »: the name with its first postcode, else its département."""
        return f"{self.name} ({self.postcodes[0] if self.postcodes else self.departement})"


class UnknownPlace(ValueError):
    """A text that names no commune, or several; the message, in French, says what to write."""


class Gazetteer:
    """All communes, found by code, by name and postcode, or by the beginning of a name."""

    def __init__(self, communes: list[Commune]) -> None:
        self.by_code = {commune.code: commune for commune in communes}
        self.by_name: dict[str, list[Commune]] = defaultdict(list)
        for commune in communes:
            self.by_name[key_of(commune.name)].append(commune)
        # What is typed begins one of these; the most populous communes of each beginning are asked
        # for at each letter.
        self._names = sorted((key_of(commune.name), commune.code) for commune in communes)
        self._postcodes = sorted(
            (postcode, commune.code) for commune in communes for postcode in commune.postcodes
        )

    def resolve(self, text: str) -> Commune:
        """The commune that `text` names: « 22113 », « Lannion 22300 », « 22300 Lannion », or a name
        borne by one commune.
        """
        code = text.strip().upper()
        if code in self.by_code:
            return self.by_code[code]
        postcodes = _POSTCODE.findall(text)
        name = key_of(_POSTCODE.sub(" ", text))
        if not name:
            raise UnknownPlace(
                f"« {french.cut(text)} » n’est pas un code INSEE connu : écrivez le code "
                "INSEE, ou le nom et le code postal."
            )
        return self._named(text, name, postcodes)

    def _named(self, text: str, name: str, postcodes: list[str]) -> Commune:
        homonyms = self.by_name.get(name, [])
        if not homonyms:
            raise UnknownPlace(f"Commune inconnue : « {french.cut(text)} ».{self._hint(name)}")
        kept = [c for c in homonyms if not postcodes or set(postcodes) & set(c.postcodes)]
        if len(kept) == 1:
            return kept[0]
        if not kept:
            known = ", ".join(sorted({code for c in homonyms for code in c.postcodes})[:4])
            raise UnknownPlace(
                f"Le code postal ne correspond pas à « {french.cut(text)} » (connus : {known})."
            )
        raise UnknownPlace(
            f"{len(kept)} communes s’appellent « {french.cut(text)} » : ajoutez le code "
            "postal, ou donnez le code INSEE."
        )

    def _hint(self, name: str) -> str:
        best = process.extractOne(name, list(self.by_name), scorer=fuzz.ratio, score_cutoff=80)
        return f" Vouliez-vous dire « {self.by_name[best[0]][0].label} » ?" if best else ""

    def starting(self, text: str, limit: int = 8) -> list[Commune]:
        """Communes whose name or postcode begins with `text`, or of that INSEE code: those of that
        very name first (« Oz », « Y »), then the most populous. A code of both kinds is a postcode
        first: that is what people know.
        """
        name, digits = key_of(text), text.strip().upper()
        if not name:
            return []
        codes = {
            *_beginning(self._names, name),
            *(_beginning(self._postcodes, digits) if digits.isdigit() else ()),
            *({digits} & self.by_code.keys()),
        }
        found = (self.by_code[code] for code in codes)

        def rank(commune: Commune) -> tuple[int, int, str]:
            is_alike = commune.code == digits and digits not in commune.postcodes
            order = 0 if key_of(commune.name) == name else 2 if is_alike else 1
            return order, -(commune.population or 0), commune.code

        return nsmallest(limit, found, key=rank)

    def beginning(self, key: str) -> list[Commune]:
        """The communes whose key (`key_of`) begins so."""
        return [self.by_code[code] for code in _beginning(self._names, key)]


def _beginning(entries: list[tuple[str, str]], typed: str) -> Iterator[str]:
    """The codes of the sorted entries that begin with `typed`."""
    for at in range(bisect_left(entries, (typed,)), len(entries)):
        text, code = entries[at]
        if not text.startswith(typed):
            return
        yield code


@lru_cache(maxsize=65_536)
def key_of(name: str) -> str:
    """A name as names are compared: « St-Étienne » is « saint-etienne »."""
    words = slugify(fold(name)).split("-")
    return "-".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words if word)


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The reference table, read once (about 0.2 s)."""
    with gzip.open(_TABLE, "rt", encoding="utf-8", newline="") as table:
        lines = csv.reader(table)
        next(lines)
        return Gazetteer([_commune(*line) for line in lines])


def _commune(
    code: str,
    name: str,
    departement: str,
    region: str,
    postcodes: str,
    population: str,
    latitude: str,
    longitude: str,
    _precision: str,
) -> Commune:
    return Commune(
        code=code,
        name=name,
        departement=departement,
        region=region or departement,
        postcodes=tuple(postcodes.split("|")) if postcodes else (),
        population=int(population) if population else None,
        latitude=float(latitude) if latitude else None,
        longitude=float(longitude) if longitude else None,
    )
