"""The outlines of the départements: to draw them, never to decide where a point lies."""

import json
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("outlines.json")
# How much of an outline is told: enough for a vignette, for a map of all France, for a close view.
VIGNETTE, COUNTRY, CLOSE = 0, 1, 2
# Longitude and latitude, WGS 84 degrees; the last point of a ring joins the first.
Ring = tuple[tuple[float, float], ...]


@cache
def outlines(detail: int) -> dict[str, tuple[Ring, ...]]:
    """For each département that has one, by its code, the rings of its land, islands included. Two
    neighbours have their border in common at any `detail`.
    """
    read: dict[str, list[list[float]]] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return {code: tuple(_ring(values, detail) for values in rings) for code, rings in read.items()}


def _ring(values: list[float], detail: int) -> Ring:
    """Its points of that detail; the table tells each with the first detail that shows it."""
    points = zip(values[::3], values[1::3], values[2::3], strict=True)
    return tuple((lon, lat) for lon, lat, least in points if least <= detail)
