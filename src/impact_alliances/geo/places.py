"""The communes of France, overseas included, and the arrondissements of its three largest towns, by
INSEE code and by name.
"""

import csv
import gzip
import io
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from impact_alliances.vocabularies.matching import fold, slugify
from impact_alliances.vocabularies.terms import DEPARTEMENTS, OUTRE_MER, REGIONS, taille_of

_FOLDER = Path(__file__).parent
# The postcodes of towns that are in arrondissements, each of which has its own.
_WHOLE_TOWNS = {"75056": "75000", "69123": "69000", "13055": "13000"}


@dataclass(frozen=True, slots=True)
class Commune:
    """One commune, or one arrondissement of Paris, Lyon or Marseille: `parent` is then the code of
    its town. `population` in inhabitants (None when unknown), `latitude`/`longitude` in WGS 84
    degrees; the first of the `postcodes` is that by which it is known.

    Found by a name that it does not bear, it tells it: `formerly` is the name of a commune that it
    took in or was, `part` that of a place within it.
    """

    code: str
    name: str
    departement: str
    region: str
    postcodes: tuple[str, ...]
    population: int | None
    latitude: float | None
    longitude: float | None
    parent: str = ""
    formerly: str = field(default="", compare=False)
    part: str = field(default="", compare=False)

    @property
    def taille(self) -> str:
        """The size slug of the territory, empty when the population is unknown."""
        return "" if self.population is None else taille_of(self.population)

    @property
    def town(self) -> str:
        """Its INSEE code, or that of the town of which it is an arrondissement: where things are
        said to be.
        """
        return self.parent or self.code

    @property
    def label(self) -> str:
        """The name, with what tells it from its namesakes: « Lannion (22300) », « Saint-Denis
        (97400, La Réunion) », « Lomme (aujourd’hui Lille, 59000) », « Juan-les-Pins (Antibes,
        06600) ». `named` finds it by it.
        """
        told = [_WHOLE_TOWNS.get(self.code) or next(iter(self.postcodes), self.departement)]
        if self._is_overseas and self.name != self._territory:
            told.append(self._territory)
        if self.formerly:
            told.insert(0, f"aujourd’hui {self.name}")
        elif self.part:
            told.insert(0, self.name)
        return f"{self.formerly or self.part or self.name} ({', '.join(told)})"

    @property
    def _is_overseas(self) -> bool:
        return REGIONS.by_slug[self.region].group == OUTRE_MER

    @property
    def _territory(self) -> str:
        return DEPARTEMENTS.by_slug[self.departement].label


class UnknownPlace(ValueError):
    """A text that names no commune, or several; the message, in French, says what to write."""


class Gazetteer:
    """All communes by INSEE code (`by_code`) and by the key of their names (`by_name`), and the
    `arrondissements` of Paris, Lyon and Marseille by INSEE code.
    """

    def __init__(self, communes: list[Commune], arrondissements: list[Commune]) -> None:
        self.by_code = {commune.code: commune for commune in communes}
        self.arrondissements = {one.code: one for one in arrondissements}
        self.by_name: dict[str, list[Commune]] = defaultdict(list)
        for commune in communes:
            self.by_name[key_of(commune.name)].append(commune)
        self._keys = sorted(self.by_name)

    def coded(self, code: str) -> Commune | None:
        """The commune or the arrondissement of an INSEE code, None where there is none."""
        return self.by_code.get(code) or self.arrondissements.get(code)

    def beginning(self, key: str) -> Iterator[Commune]:
        """The communes whose key (`key_of`) begins so."""
        for at in range(bisect_left(self._keys, key), len(self._keys)):
            if not self._keys[at].startswith(key):
                return
            yield from self.by_name[self._keys[at]]


@lru_cache(maxsize=65_536)
def key_of(name: str) -> str:
    """A name as names are compared: « St-Étienne » is « saint-etienne »."""
    words = slugify(fold(name)).split("-")
    return "-".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words if word)


def rows_of(file: str) -> Iterator[list[str]]:
    """The rows of a table of this folder, less its header."""
    data = (_FOLDER / file).read_bytes()
    text = gzip.decompress(data) if file.endswith(".gz") else data
    with io.StringIO(text.decode(), newline="") as table:
        lines = csv.reader(table)
        next(lines)
        yield from lines


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The reference tables, read once (about 0.2 s)."""
    communes = [_commune(*row) for row in rows_of("communes.csv.gz")]
    towns = {commune.code: commune for commune in communes}
    parts = [_arrondissement(towns[row[2]], row) for row in rows_of("arrondissements.csv")]
    return Gazetteer(communes, parts)


def _arrondissement(town: Commune, row: list[str]) -> Commune:
    code, name, parent, postcodes, *figures = row
    place = [code, name, town.departement, town.region, postcodes, *figures, "exact"]
    return replace(_commune(*place), parent=parent)


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
        postcodes=_known_first(code, postcodes),
        population=int(population) if population else None,
        latitude=float(latitude) if latitude else None,
        longitude=float(longitude) if longitude else None,
    )


def _known_first(code: str, postcodes: str) -> tuple[str, ...]:
    """The postcodes of a commune, that by which people know it first: it ends in zeros, when those
    of its villages do not (« 13100 » of Aix-en-Provence, before « 13080 »).
    """
    found = tuple(postcodes.split("|")) if postcodes else ()
    if code in _WHOLE_TOWNS:
        return found
    return tuple(sorted(found, key=lambda one: len(one.rstrip("0"))))
