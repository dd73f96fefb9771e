"""What part of the map is shown. A view goes by the address: `carte=352-410-4`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

# The parameter of a page that tells the view: not one of the search.
VIEW = "carte"
# What it says when all France is asked for, where a map would show less by itself.
ALL = "france"
# The drawing of all France, in points.
WIDTH, HEIGHT = 1000, 1356
# How many times the closest view is enlarged: 17 km wide in metropolitan France.
CLOSEST = 64
_WRITTEN = re.compile(r"(\d{1,4})-(\d{1,4})-(\d{1,2})", re.ASCII)
# What a view leaves free around what it is to hold, part of its width.
_MARGIN = 0.12


@dataclass(frozen=True)
class View:
    """The middle, in points of the drawing, and how many times it is enlarged."""

    x: int = WIDTH // 2
    y: int = HEIGHT // 2
    zoom: int = 1

    @classmethod
    def read(cls, text: str) -> "View | None":
        """The view that a parameter tells; None when it tells none."""
        if text == ALL:
            return WHOLE
        written = _WRITTEN.fullmatch(text)
        return cls.at(*map(int, written.groups())) if written else None

    @classmethod
    def at(cls, x: float, y: float, zoom: int) -> "View":
        """The nearest one that stays within the drawing."""
        zoom = max(1, min(CLOSEST, zoom))
        across, along = WIDTH / zoom / 2, HEIGHT / zoom / 2
        return cls(
            round(max(across, min(WIDTH - across, x))),
            round(max(along, min(HEIGHT - along, y))),
            zoom,
        )

    @classmethod
    def holding(cls, spots: Iterable[tuple[float, float]]) -> "View":
        """The closest one that shows all these points of the drawing."""
        xs, ys = zip(*spots, strict=True)
        room = 1 - 2 * _MARGIN
        across = room * WIDTH / max(max(xs) - min(xs), 1)
        along = room * HEIGHT / max(max(ys) - min(ys), 1)
        return cls.at(
            (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2, int(min(across, along, CLOSEST))
        )

    @property
    def text(self) -> str:
        """What the parameter says of it."""
        return ALL if self.zoom == 1 else f"{self.x}-{self.y}-{self.zoom}"

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of what is shown, in points of the drawing."""
        width, height = WIDTH / self.zoom, HEIGHT / self.zoom
        return self.x - width / 2, self.y - height / 2, width, height

    def shows(self, x: float, y: float) -> bool:
        """Whether it shows that point of the drawing."""
        left, top, width, height = self.box
        return left <= x <= left + width and top <= y <= top + height

    def share(self, x: float, y: float) -> tuple[float, float]:
        """Where that point is in it, from 0 to 1: from the left, from the top."""
        left, top, width, height = self.box
        return (x - left) / width, (y - top) / height

    def enlarged(self, times: float) -> "View":
        """The same, so many times closer."""
        return View.at(self.x, self.y, round(self.zoom * times))

    def moved(self, across: float, along: float) -> "View":
        """The same, so many widths to the east and heights to the south."""
        _, _, width, height = self.box
        return View.at(self.x + across * width, self.y + along * height, self.zoom)


WHOLE = View()
