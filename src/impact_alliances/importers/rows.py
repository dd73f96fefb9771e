"""What import speaks of: rows of text, problems found in them, and the report of a run."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from impact_alliances.vocabularies import french

Verdict = Literal["created", "updated", "unchanged", "refused"]
VERDICTS: dict[Verdict, str] = {
    "created": "créées",
    "updated": "modifiées",
    "unchanged": "inchangées",
    "refused": "refusées",
}


@dataclass(frozen=True)
class Row:
    """One record of a file: its first line, its cells by column. `broken` says why it cannot be read at all."""

    line: int
    cells: dict[str, object]
    broken: str = ""


@dataclass(frozen=True)
class Problem:
    """What is wrong at one place of a file. A `warning` does not refuse the row."""

    line: int
    column: str
    value: str
    reason: str
    nearest: str = ""
    warning: bool = False

    @property
    def sentence(self) -> str:
        where = f"Ligne {self.line}" + (f", colonne « {self.column} »" if self.column else "")
        value = f" ({french.quoted(self.value[:60])})" if self.value else ""
        hint = f" Valeur la plus proche : {french.quoted(self.nearest)}." if self.nearest else ""
        return f"{where}{value} : {self.reason}{hint}"


@dataclass
class Report:
    """How an import went, or would go."""

    dry_run: bool = False
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    unknown_columns: dict[str, str] = field(default_factory=dict)

    @property
    def refused(self) -> int:
        """How many rows were left out."""
        return self.verdicts["refused"]

    def lines(self) -> list[str]:
        """The report for a reader, one sentence a line."""
        opening = "Essai à blanc, rien n’est écrit : " if self.dry_run else ""
        counts = ", ".join(f"{french.number(self.verdicts[verdict])} {noun}" for verdict, noun in VERDICTS.items())
        columns = [
            f"Colonne inconnue, ignorée : {french.quoted(name)}." + (f" Vouliez-vous dire {french.quoted(near)} ?" if near else "")
            for name, near in self.unknown_columns.items()
        ]
        return [f"{opening}{counts}.", *columns, *(problem.sentence for problem in self.problems)]
