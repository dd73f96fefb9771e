"""French for people: numbers, plurals, dates and lists, typeset as French is."""

import datetime as dt
from collections.abc import Sequence

# How many signs are quoted of a value that someone gave.
QUOTED = 60
NARROW_SPACE, NO_BREAK_SPACE = "\u202f", "\u00a0"
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def number(value: int) -> str:
    """« 1 234 », parted by narrow no-break spaces."""
    return f"{value:,}".replace(",", NARROW_SPACE)


def counted(value: int, one: str, many: str) -> str:
    """« 0 cas », « 1 note », « 12 notes »: French is plural from two on."""
    return f"{number(value)}{NO_BREAK_SPACE}{many if value >= 2 else one}"


def day(date: dt.date, *, weekday: bool = False) -> str:
    """« 3 octobre 2024 », or « jeudi 3 octobre 2024 »."""
    first = f"1er{NO_BREAK_SPACE}" if date.day == 1 else f"{date.day}{NO_BREAK_SPACE}"
    named = f"{DAYS[date.weekday()]} " if weekday else ""
    return f"{named}{first}{MONTHS[date.month - 1]} {date.year}"


def month(date: dt.date) -> str:
    """« octobre 2024 »."""
    return f"{MONTHS[date.month - 1]} {date.year}"


def listed(items: Sequence[str], link: str = "et") -> str:
    """« a, b et c »."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {link} {items[-1]}"


def cut(text: str) -> str:
    """The beginning of a text that someone gave, as a sentence quotes it: `QUOTED` signs, then « …
    ». Cut twice, it is the same.
    """
    return text if len(text) <= QUOTED else f"{text[:QUOTED]}…"


def quoted(text: str) -> str:
    """« text » with its no-break spaces."""
    return f"«{NO_BREAK_SPACE}{text}{NO_BREAK_SPACE}»"
