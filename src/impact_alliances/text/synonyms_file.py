"""Reading the file of synonyms, and telling an editor, line by line, what is wrong in it.

One line, one group. `expressions`, parted by bars, find one another; they also find those of
`trouvent_aussi`, which do not find them in return. One of several words may stand alone: it is then
looked for as a whole. An acronym is written with its capitals, and read as the first of its
`expressions` that is none. `majuscules` (oui) tells those that are another word when written small;
`note` is for editors.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from impact_alliances.errors import Refusal
from impact_alliances.text.analysis import LONGEST_WORD, clean, tokens
from impact_alliances.text.expressions import Expression, exact, joined
from impact_alliances.vocabularies import french

COLUMNS = ("expressions", "trouvent_aussi", "majuscules", "note")
YES = "oui"
_BAR = "|"


@dataclass(frozen=True)
class Member:
    """An expression as shown, as the stems of its words, and as the one stem that stands for it."""

    shown: str
    expression: Expression
    word: str

    @property
    def is_acronym(self) -> bool:
        """« ESS », « FabLab »: one word that holds capitals beyond its first letter."""
        return bool(self.word) and any(map(str.isupper, self.shown[1:]))

    @property
    def stem(self) -> str:
        return exact(self.word) if self.is_acronym else joined(self.expression)


@dataclass(frozen=True)
class Group:
    """One line: `equals` find one another, and find `also`."""

    line: int
    equals: tuple[Member, ...]
    also: tuple[Member, ...]
    in_capitals: bool

    @property
    def members(self) -> tuple[Member, ...]:
        return (*self.equals, *self.also)

    @property
    def in_full(self) -> str:
        """What its acronyms stand for: the first of `equals` that is none; empty when all are."""
        return next((one.shown for one in self.equals if not one.is_acronym), "")


def read(path: Path) -> list[Group]:
    """The groups of a file. Raises `Refusal`, with a sentence for each line at fault."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Refusal(f"{path.name} : enregistrez ce fichier en UTF-8.") from fault
    except OSError as fault:
        raise Refusal(f"{path} : ce fichier est absent ou ne se laisse pas lire.") from fault
    groups, faults = parse(text)
    if faults:
        raise Refusal(f"{path.name} : {' '.join(faults)}")
    return groups


def parse(text: str) -> tuple[list[Group], list[str]]:
    """The groups of a text, and a sentence for each fault."""
    head = text.partition("\n")[0]
    separator = ";" if ";" in head else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    read_to = 0
    try:
        header = tuple(cell.strip() for cell in next(rows, ()))
        if header != COLUMNS:
            return [], [f"La ligne 1 doit nommer {french.listed(COLUMNS)}, dans cet ordre."]
        read_to, lines = rows.line_num, []
        for row in rows:
            read_to = rows.line_num
            if any(map(str.strip, row)):
                lines.append(_group(rows.line_num, row))
    except csv.Error:
        # What is at fault begins after the last line read well: an open quote runs to the end.
        return [], [f"Ligne {read_to + 1} : elle ne se lit pas ; fermez-en les guillemets."]
    groups = [group for group, _ in lines]
    faults = [fault for group, cells in lines for fault in _faults(group, cells)]
    return groups, [*faults, *_said_again(groups)]


def _group(line: int, row: list[str]) -> tuple[Group, list[str]]:
    """A group and the cells it was read from."""
    cells = [*row, "", "", "", ""]
    group = Group(line, _members(cells[0]), _members(cells[1]), cells[2].strip().lower() == YES)
    return group, row


def _members(cell: str) -> tuple[Member, ...]:
    """The expressions of a cell."""
    return tuple(map(_member, map(clean, cell.split(_BAR)))) if cell.strip() else ()


def _member(shown: str) -> Member:
    kept = list(tokens(shown))
    expression = tuple(token.stem for token in kept if token.stem)
    return Member(shown, expression, kept[0].word if len(kept) == 1 else "")


# -- faults --------------------------------------------------------------------------------------


def _faults(group: Group, row: list[str]) -> Iterator[str]:
    at = f"Ligne {group.line}"
    if len(row) > len(COLUMNS):
        yield f"{at} : {len(row)} cellules, pour {len(COLUMNS)} colonnes."
    if len(row) > 2 and row[2].strip().lower() not in ("", YES):
        yield f"{at} : la colonne majuscules se laisse vide, ou dit {YES}."
    if not group.equals:
        yield f"{at} : la colonne expressions est vide."
    elif len(group.members) == 1 and len(group.equals[0].expression) == 1:
        yield f"{at} : un mot seul ne trouve que lui-même ; ajoutez ce qu’il trouve aussi."
    if group.in_capitals and not any(member.is_acronym for member in group.equals):
        yield f"{at} : la colonne majuscules est pour un sigle, écrit en capitales."
    for member in group.members:
        yield from (f"{at} : {fault}" for fault in _faults_of(member))


def _faults_of(member: Member) -> Iterator[str]:
    if not member.shown:
        yield f"une expression est vide ; retirez une barre « {_BAR} »."
    elif not member.expression:
        yield f"{french.quoted(member.shown)} n’a que des mots que la recherche passe."
    elif len(joined(member.expression).encode()) >= LONGEST_WORD:
        yield f"{french.quoted(french.cut(member.shown))} est trop longue."


def _said_again(groups: Iterable[Group]) -> Iterator[str]:
    """The expressions that find others in two groups: which ones would depend on their order."""
    seen: dict[str, Group] = {}
    for group in groups:
        for member in filter(lambda one: one.expression, group.equals):
            former = seen.setdefault(member.stem, group)
            if former is not group:
                said = french.quoted(member.shown)
                yield f"Ligne {group.line} : {said} est déjà dite ligne {former.line}."
