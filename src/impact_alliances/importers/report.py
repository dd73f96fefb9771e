"""How an import went: what became of the rows, and what is wrong with them, told once for all the
lines it concerns.
"""

import itertools
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from impact_alliances.vocabularies import french

Verdict = Literal["created", "updated", "unchanged", "refused"]
# Of one row, and of several.
VERDICTS: dict[Verdict, tuple[str, str]] = {
    "created": ("créée", "créées"),
    "updated": ("modifiée", "modifiées"),
    "unchanged": ("inchangée", "inchangées"),
    "refused": ("refusée", "refusées"),
}
# How many values and ranges of lines are told of one cause, and how many faults and unknown columns
# in all.
_MOST_VALUES, _MOST_RANGES, _MOST_FAULTS, MOST_UNKNOWN = 10, 6, 1_000, 100


@dataclass(frozen=True)
class Remark:
    """What is wrong at one place of a file. A `warning` does not refuse the row."""

    line: int
    column: str
    value: str
    reason: str
    nearest: str = ""
    warning: bool = False

    @property
    def sentence(self) -> str:
        return Fault(self, [(self.line, self.line)]).sentence


@dataclass
class Fault:
    """One remark, and every line it was found at: `ranges` holds the first ones, `count` counts
    all.
    """

    first: Remark
    ranges: list[tuple[int, int]]
    count: int = 1
    other_values: bool = False

    def also_at(self, line: int) -> None:
        """Note the same remark at a later line."""
        self.count += 1
        if line == self.ranges[-1][1] + 1:
            self.ranges[-1] = (self.ranges[-1][0], line)
        elif len(self.ranges) <= _MOST_RANGES:
            self.ranges.append((line, line))

    @property
    def sentence(self) -> str:
        remark = self.first
        where = self._where() + (f", colonne « {remark.column} »" if remark.column else "")
        value = f" ({french.quoted(french.cut(remark.value))})" if remark.value else ""
        if self.other_values:
            value = " (d’autres valeurs)"
        hint = (
            f" Valeur la plus proche : {french.quoted(remark.nearest)}."
            if remark.nearest and not self.other_values
            else ""
        )
        return f"{where}{value} : {remark.reason}{hint}"

    def _where(self) -> str:
        if self.count == 1:
            return f"Ligne {self.first.line}"
        told = self.ranges[:_MOST_RANGES]
        rest = self.count - sum(last - start + 1 for start, last in told)
        named = [str(start) if start == last else f"{start} à {last}" for start, last in told]
        others = [f"{french.number(rest)} autres"] if rest else []
        return f"Lignes {french.listed([*named, *others])}"


@dataclass
class Batch:
    """What became of some rows, in one transaction that may yet fail."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    drafts: int = 0
    remarks: list[Remark] = field(default_factory=list)

    def refuse(self, remarks: list[Remark]) -> None:
        """Count a row out, for these reasons beside those already noted."""
        self.remarks += remarks
        self.verdicts["refused"] += 1


@dataclass
class Report:
    """How an import went, or would go."""

    dry_run: bool = False
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    drafts: int = 0
    unknown_columns: dict[str, str] = field(default_factory=dict)
    _faults: dict[tuple[object, ...], Fault] = field(default_factory=dict)
    _values: Counter[tuple[object, ...]] = field(default_factory=Counter)
    _untold: int = 0

    @property
    def refused(self) -> int:
        """How many rows were left out."""
        return self.verdicts["refused"]

    @property
    def faults(self) -> list[Fault]:
        """What is wrong, in the order it was found, each with its lines."""
        return list(self._faults.values())

    @property
    def remarks(self) -> list[Remark]:
        """The first remark of each fault."""
        return [fault.first for fault in self.faults]

    def note(self, remark: Remark) -> None:
        """Add a remark to the fault it is one more case of: same column, value and reason."""
        cause = (remark.column, remark.reason, remark.warning)
        key: tuple[object, ...] = (*cause, french.cut(remark.value), remark.nearest)
        if key not in self._faults and self._values[cause] >= _MOST_VALUES:
            key = cause
        if key in self._faults:
            self._faults[key].also_at(remark.line)
        elif len(self._faults) < _MOST_FAULTS:
            self._values[cause] += 1
            self._faults[key] = Fault(
                remark, [(remark.line, remark.line)], other_values=key == cause
            )
        else:
            self._untold += 1

    def add(self, batch: Batch) -> None:
        """Add what a batch gave, its remarks in the order of the file."""
        self.verdicts.update(batch.verdicts)
        self.drafts += batch.drafts
        for remark in sorted(batch.remarks, key=lambda remark: remark.line):
            self.note(remark)

    def lines(self) -> list[str]:
        """The report for a reader, one sentence a line."""
        opening = "Essai à blanc, rien n’est écrit : " if self.dry_run else ""
        counts = ", ".join(
            french.counted(self.verdicts[verdict], *nouns) for verdict, nouns in VERDICTS.items()
        )
        drafts = (
            f" En brouillon, donc invisibles : {french.number(self.drafts)}." if self.drafts else ""
        )
        columns = [
            f"Colonne inconnue, ignorée : {french.quoted(name)}."
            + (f" Vouliez-vous dire {french.quoted(near)} ?" if near else "")
            for name, near in itertools.islice(self.unknown_columns.items(), MOST_UNKNOWN)
        ]
        if len(self.unknown_columns) > MOST_UNKNOWN:
            rest = french.counted(
                len(self.unknown_columns) - MOST_UNKNOWN,
                "autre colonne inconnue, ignorée",
                "autres colonnes inconnues, ignorées",
            )
            columns.append(f"… et {rest}.")
        untold = (
            [f"… et {french.counted(self._untold, 'autre défaut', 'autres défauts')}."]
            if self._untold
            else []
        )
        return [
            f"{opening}{counts}.{drafts}",
            *columns,
            *(fault.sentence for fault in self.faults),
            *untold,
        ]
