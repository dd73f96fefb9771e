"""Make `geo/outlines.json`: the outline of each département, from those of a larger map.

`python tools/outlines.py departements.geojson` reads features with a `code`, in degrees. A border
between two départements is simplified once, for both: neighbours still touch.
"""

import itertools
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

Point = tuple[float, float]
Ring = list[Point]
# A point of an outline, and its level: the first of the drawings that shows it.
Ranked = tuple[Point, int]
Owners = Mapping[frozenset[Point], set[str]]
OUT = Path(__file__).parents[1] / "src/impact_alliances/geo/outlines.json"
# The territories that are drawn alone, all others being together.
ALONE = ("971", "972", "973", "974", "975", "976", "986", "987", "988")
TOGETHER = ("977", "978")
# What a map of all France shows is larger than this part of its territory, which is drawn large or
# small there; smaller drawings, and larger ones, so many times more or less.
LARGE, SMALL = 0.002, 0.012
LEVELS = (2.5, 1, 0.35)
# An island keeps details of this part of itself. One smaller than so many details of its territory
# is left out, unless it is among the first of its département.
ISLAND, SMALLEST, FIRST = 0.1, 3, 12


def main() -> None:
    """Read, simplify, write."""
    features = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["features"]
    rings = {
        feature["properties"]["code"]: [
            [(lon, lat) for lon, lat in polygon[0]]
            for polygon in feature["geometry"]["coordinates"]
        ]
        for feature in features
    }
    outlines: dict[str, list[list[float]]] = {}
    for codes in _territories(rings):
        size = _across([point for code in codes for ring in rings[code] for point in ring])
        detail = size * (SMALL if len(codes) < 3 else LARGE)
        outlines |= _simplified({code: rings[code] for code in codes}, detail)
    text = json.dumps(dict(sorted(outlines.items())), separators=(",", ":"))
    OUT.write_text(text.replace('],"', '],\n"') + "\n", encoding="utf-8")


def _territories(codes: Iterable[str]) -> list[Sequence[str]]:
    """What is drawn together."""
    others = [code for code in codes if code not in (*ALONE, *TOGETHER)]
    return [others, TOGETHER, *((code,) for code in ALONE)]


def _across(points: Sequence[Point]) -> float:
    """The larger of the width and the height, in degrees."""
    return float(max(max(axis) - min(axis) for axis in zip(*points, strict=True)))


def _simplified(rings: Mapping[str, list[Ring]], detail: float) -> dict[str, list[list[float]]]:
    """For each département, its rings large enough to be seen, without details that are not:
    longitude, latitude, level, …
    """
    owners = _owners(rings)
    return {
        code: [
            [
                value
                for (lon, lat), level in _ranked(ring, owners, detail)
                for value in (round(lon, 3), round(lat, 3), level)
            ]
            for ring in _seen(its_rings, detail)
        ]
        for code, its_rings in rings.items()
    }


def _seen(rings: list[Ring], detail: float) -> list[Ring]:
    ordered = sorted(rings, key=_across, reverse=True)
    return ordered[:FIRST] + [ring for ring in ordered[FIRST:] if _across(ring) > detail * SMALLEST]


def _owners(rings: Mapping[str, Iterable[Ring]]) -> Owners:
    """Whose each side is."""
    owners: dict[frozenset[Point], set[str]] = defaultdict(set)
    for code, its_rings in rings.items():
        for side in itertools.chain.from_iterable(map(itertools.pairwise, its_rings)):
            owners[frozenset(side)].add(code)
    return owners


def _ranked(ring: Ring, owners: Owners, detail: float) -> list[Ranked]:
    """A ring that its neighbours see alike, with the level of each point that has one; its first
    point is not repeated at its end.
    """
    ranked: list[Ranked] = []
    if all(len(owners[frozenset(side)]) == 1 for side in itertools.pairwise(ring)):
        detail = min(detail, _across(ring) * ISLAND)
    for border in _borders(ring, owners):
        distances = _distances(border)
        ranked += [(point, _level(distances[point], detail)) for point in border[:-1]]
    return [(point, level) for point, level in ranked if level < len(LEVELS)]


def _level(distance: float, detail: float) -> int:
    return next(
        (rank for rank, times in enumerate(LEVELS) if distance > detail * times), len(LEVELS)
    )


def _borders(ring: Ring, owners: Owners) -> Iterator[Ring]:
    """A ring cut wherever what lies on its other side changes; by whoever goes round it, at the
    same points. One that has the same neighbour, or the sea, all around is cut in three.
    """
    points = ring[:-1]
    sides = [owners[frozenset(side)] for side in itertools.pairwise(ring)]
    cuts = [at for at in range(len(points)) if sides[at] != sides[at - 1]]
    if not cuts:
        first, last = points.index(min(points)), points.index(max(points))
        far = max(
            range(len(points)), key=lambda at: _distance(points[at], points[first], points[last])
        )
        cuts = sorted({first, last, far})
    for start, end in itertools.pairwise([*cuts, cuts[0] + len(points)]):
        yield [points[at % len(points)] for at in range(start, end + 1)]


def _distances(border: Ring) -> dict[Point, float]:
    """For each point of a border, from how large a detail on it goes without saying: its ends
    never do. It is the same from either end.
    """
    line = max(border, border[::-1])
    found = dict.fromkeys((line[0], line[-1]), float("inf"))
    parts = [(line, float("inf"))]
    while parts:
        part, most = parts.pop()
        if len(part) > 2:
            far = max(
                range(1, len(part) - 1), key=lambda at: _distance(part[at], part[0], part[-1])
            )
            # A point stays as long as those that its own part was cut at.
            found[part[far]] = least = min(most, _distance(part[far], part[0], part[-1]))
            parts += [(part[: far + 1], least), (part[far:], least)]
    return found


def _distance(point: Point, start: Point, end: Point) -> float:
    (x, y), (ax, ay), (bx, by) = point, start, end
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
    if not length:
        return float(((x - ax) ** 2 + (y - ay) ** 2) ** 0.5)
    return float(abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length)


if __name__ == "__main__":
    main()
