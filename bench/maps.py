"""The map of every catalyseur of the demonstration, and of ten times as many: how long it takes to
draw, how much it weighs.

python -m bench.maps
"""

import csv
import gzip
import itertools
import time
from collections.abc import Sequence

from bench.times import spread
from impact_alliances.geo.places import gazetteer
from impact_alliances.shipped import shipped
from impact_alliances.vocabularies.terms import DEPARTEMENTS
from impact_alliances.web.maps.drawing import Counted, FranceMap, draw
from impact_alliances.web.maps.pins import Pin
from impact_alliances.web.maps.views import CLOSEST, View

TIMES = 200
# All of France, then closer and closer around the middle of Bretagne.
VIEWS = ("", *(View.at(160, 250, zoom).text for zoom in (2, 8, CLOSEST)))


def catalyseurs() -> list[Pin]:
    """A pin for each catalyseur of the demonstration."""
    communes = gazetteer().by_code
    with (shipped("seed") / "catalyseurs.csv").open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["commune"] in communes]
    return [
        Pin(communes[row["commune"]], f"{row['name']}, {communes[row['commune']].name}", row["id"])
        for row in rows
    ]


def everywhere(many: int) -> list[Pin]:
    """As many pins, in as many communes of all France."""
    codes = sorted(gazetteer().by_code)
    some = itertools.islice(codes, 0, None, max(1, len(codes) // many))
    return [Pin(gazetteer().by_code[code], f"Une fiche, {code}", f"/cas/{code}") for code in some]


def drawn(pins: Sequence[Pin], view: str) -> FranceMap:
    """The map with all its links."""
    departements = {
        code: Counted(12, f"/catalyseurs?departement={code}") for code in DEPARTEMENTS.by_slug
    }
    return draw(
        pins,
        what=("catalyseur", "catalyseurs"),
        address="/catalyseurs?carte={}".format,
        view=view,
        departements=departements,
    )


def main() -> None:
    """Print the figures."""
    print("Carte, sans page autour")
    for pins in (catalyseurs(), everywhere(3_590)):
        for view in VIEWS:
            svg = drawn(pins, view).svg
            times = []
            for _ in range(TIMES):
                started = time.perf_counter()
                drawn(pins, view)
                times.append((time.perf_counter() - started) * 1000)
            weight = len(gzip.compress(svg.encode())) / 1000
            where = view or "toute la France"
            print(
                f"  {len(pins):5} épingles, {where:15} {weight:5.1f} ko en gzip   {spread(times)}"
            )


if __name__ == "__main__":
    main()
