"""How far the pages meet the RGAA, as `docs/accessibility.md` tells it, criterion by criterion: the
declaration of the site follows from that file alone.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from impact_alliances.shipped import shipped

State = Literal["conforme", "sans objet", "pas encore"]
_ROW = re.compile(
    r"^\| (\d+\.\d+) \| ([^|]+) \| (conforme|sans objet|pas encore) \| ([^|]+) \| ([^|]+) \|$",
    re.MULTILINE,
)
_DAY = re.compile(r"^Vérifié le (\d{4}-\d{2}-\d{2})\.$", re.MULTILINE)


@dataclass(frozen=True)
class Criterion:
    """One criterion: its number, what it asks for in our words, its state, how it is met or why it
    is not, and what shows it.
    """

    number: str
    asked: str
    state: State
    how: str
    evidence: str


@dataclass(frozen=True)
class Conformity:
    """The criteria in their order, and the day on which they were gone through."""

    criteria: tuple[Criterion, ...]
    day: dt.date

    def of(self, state: State) -> tuple[Criterion, ...]:
        """Those in that state."""
        return tuple(one for one in self.criteria if one.state == state)

    @property
    def applicable(self) -> int:
        """How many the pages have matter for."""
        return len(self.criteria) - len(self.of("sans objet"))

    @property
    def percent(self) -> int:
        """The part of these that is met, rounded down."""
        return 100 * len(self.of("conforme")) // self.applicable

    @property
    def level(self) -> str:
        """The word of the law for it: all is met, half at least, or less."""
        if not self.of("pas encore"):
            return "totalement conforme"
        return "partiellement conforme" if self.percent >= 50 else "non conforme"


@cache
def conformity() -> Conformity:
    """What the file shipped with this version tells."""
    return read((shipped("docs") / "accessibility.md").read_text(encoding="utf-8"))


def read(page: str) -> Conformity:
    """What such a page tells: one criterion a row."""
    rows: Iterable[tuple[str, str, State, str, str]] = _ROW.findall(page)
    told = _DAY.search(page)
    if told is None:
        raise ValueError("a page that does not say when it was gone through")
    return Conformity(tuple(Criterion(*row) for row in rows), dt.date.fromisoformat(told[1]))
