"""Make `geo/outlines.json`: the shores and borders of the territories, from the outlines of their
départements.

`python tools/outlines.py departements.geojson` reads features with a `code`, in degrees. A side
that two départements share is inside a territory: what is left is its outline, simplified to what a
home page can show.
"""

import itertools
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

Point = tuple[float, float]
OUT = Path(__file__).parents[1] / "src/impact_alliances/geo/outlines.json"
# Overseas, the codes that one frame shows together; all others are in metropolitan France.
OVERSEAS = (
    ("971",),
    ("972",),
    ("973",),
    ("974",),
    ("976",),
    ("975",),
    ("977", "978"),
    ("986",),
    ("987",),
    ("988",),
)
# A detail is kept if it is larger than this part of its territory, which is shown large or small.
LARGE, SMALL = 0.0022, 0.012


def main() -> None:
    """Read, join, simplify, write."""
    features = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["features"]
    rings: dict[tuple[str, ...], list[list[Point]]] = defaultdict(list)
    for feature in features:
        code = feature["properties"]["code"]
        frame = next((codes for codes in OVERSEAS if code in codes), ())
        for polygon in feature["geometry"]["coordinates"]:
            rings[frame].append([(lon, lat) for lon, lat in polygon[0]])
    outlines = [
        {
            "codes": list(codes),
            "rings": _simplified(_joined(rings[codes]), SMALL if codes else LARGE),
        }
        for codes in ((), *OVERSEAS)
    ]
    text = json.dumps(outlines, separators=(",", ":"))
    OUT.write_text(text.replace('{"codes"', '\n{"codes"') + "\n", encoding="utf-8")


def _joined(rings: list[list[Point]]) -> list[list[Point]]:
    """The rings of what all these cover together."""
    sides = Counter(frozenset(side) for ring in rings for side in itertools.pairwise(ring))
    following: dict[Point, list[Point]] = defaultdict(list)
    for ring in rings:
        for one, other in itertools.pairwise(ring):
            if sides[frozenset((one, other))] == 1:
                following[one].append(other)
    joined: list[list[Point]] = []
    while following:
        ring = [next(iter(following))]
        while ring[-1] in following:
            after = following[ring[-1]].pop()
            if not following[ring[-1]]:
                del following[ring[-1]]
            # A loop that closes on the way is a ring of its own.
            if after in ring:
                joined.append([*ring[ring.index(after) :], after])
                del ring[ring.index(after) + 1 :]
            else:
                ring.append(after)
    whole = max(joined, key=_across)
    return [ring for ring in joined if ring is whole or not _is_inside(ring[0], whole)]


def _is_inside(point: Point, ring: list[Point]) -> bool:
    """Whether a ring goes round a point: such a ring is a gap between two borders badly joined."""
    x, y = point
    crossed = 0
    for (ax, ay), (bx, by) in itertools.pairwise(ring):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            crossed += 1
    return crossed % 2 == 1


def _simplified(rings: list[list[Point]], detail: float) -> list[list[float]]:
    """The rings large enough to be seen, without details that are not: longitude, latitude, …"""
    lons, lats = zip(*(point for ring in rings for point in ring), strict=True)
    size = max(max(lons) - min(lons), max(lats) - min(lats))
    ordered = sorted(rings, key=_across, reverse=True)
    seen = [ring for ring in ordered if _across(ring) > size * detail * 4] or ordered[:3]
    return [
        [
            round(value, 2 if size > 3 else 3)
            for point in _outline(ring, size * detail)
            for value in point
        ]
        for ring in seen
    ]


def _across(ring: list[Point]) -> float:
    """The larger of the width and the height of a ring."""
    return float(max(max(axis) - min(axis) for axis in zip(*ring, strict=True)))


def _outline(ring: list[Point], tolerance: float) -> list[Point]:
    """A ring, thinned by halves; as it was if nothing would be left of it."""
    half = len(ring) // 2
    thin = _thin(ring[: half + 1], tolerance)[:-1] + _thin(ring[half:], tolerance)
    return thin if len(thin) > 3 else ring


def _thin(line: list[Point], tolerance: float) -> list[Point]:
    """The line without the points nearer than `tolerance` to what is drawn without them."""
    if len(line) < 3:
        return line
    far, distance = max(
        ((index, _distance(line[index], line[0], line[-1])) for index in range(1, len(line) - 1)),
        key=lambda one: one[1],
    )
    if distance <= tolerance:
        return [line[0], line[-1]]
    return _thin(line[: far + 1], tolerance)[:-1] + _thin(line[far:], tolerance)


def _distance(point: Point, start: Point, end: Point) -> float:
    (x, y), (ax, ay), (bx, by) = point, start, end
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
    if not length:
        return float(((x - ax) ** 2 + (y - ay) ** 2) ** 0.5)
    return float(abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length)


if __name__ == "__main__":
    main()
