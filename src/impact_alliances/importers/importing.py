"""Import: judge each row, match it to what is stored, create or update, and report. Idempotent,
resumable, dry-runnable.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from impact_alliances.db import reading, written
from impact_alliances.importers import tables
from impact_alliances.importers.columns import (
    BadCell,
    Column,
    columns_of,
    hides_signs,
    shown,
    text_of,
)
from impact_alliances.importers.headers import Headers
from impact_alliances.importers.identity import Identities, Stored, Values
from impact_alliances.importers.report import Batch, Remark, Report, Verdict
from impact_alliances.importers.rows import Row
from impact_alliances.resources import publishing
from impact_alliances.resources.demandes import parted
from impact_alliances.resources.kinds import Kind
from impact_alliances.resources.resource import DRAFT, PUBLISHED, Resource
from impact_alliances.resources.wishes import LEFT, PAUSED, WITHDRAWN, Wish, lasting
from impact_alliances.vocabularies import french

# Rows written in one transaction: what an interruption can make do again, and what is held in
# memory.
BATCH = 200
_BATCH_SIGNS = 2_000_000
# How many rows are done, of how many.
Progress = Callable[[int, int], None]


def import_file(
    database: Engine,
    kind: Kind,
    path: Path,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Import a file. A dry run gives the same verdicts, writes nothing and keeps nobody from
    writing.

    Raises `Unreadable` for the file as a whole, before anything is written, and `Busy` when another
    process holds the database: what is in stays, and importing again ends the work.
    """
    run, report, done = _Run(kind), Report(dry_run=dry_run), 0
    report.unknown_columns = run.headers.unknown
    with tables.opened(path) as table:
        for batch in _batches(table.rows):
            if not done:
                run.headers.refuse_another_kind(batch)
            report.add(run.tried(database, batch) if dry_run else run.written(database, batch))
            done += len(batch)
            if progress:
                progress(done, table.total)
    return report


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """The rows, `BATCH` at a time, or fewer when they are long."""
    batch: list[Row] = []
    signs = 0
    for row in rows:
        batch.append(row)
        signs += sum(len(cell) for cell in row.cells.values() if isinstance(cell, str))
        if len(batch) == BATCH or signs > _BATCH_SIGNS:
            yield batch
            batch, signs = [], 0
    if batch:
        yield batch


@dataclass(frozen=True)
class _Judged:
    """A row, the values it gives, and whether one of them is its status."""

    row: Row
    values: Values
    remarks: list[Remark]
    says_status: bool = False

    @property
    def is_refused(self) -> bool:
        return not all(remark.warning for remark in self.remarks)


@dataclass(frozen=True)
class _Filled:
    """A resource that holds the values of a row, and what it was before: empty when it is new."""

    judged: _Judged
    resource: Resource
    before: Values


class _Run:
    """One import under way: what it has seen."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.headers = Headers(kind)
        self._columns = columns_of(kind)
        self._identities = Identities(kind)

    def written(self, database: Engine, rows: list[Row]) -> Batch:
        """Write these rows in one transaction, done again whole when another process took an id or
        an address meanwhile.
        """
        return written(database, lambda session: self._take(session, rows))

    def tried(self, database: Engine, rows: list[Row]) -> Batch:
        """Judge these rows as they would be written, in a session that only reads."""
        with reading(database) as session:
            return self._take(session, rows)

    def _take(self, session: Session, rows: list[Row]) -> Batch:
        batch = Batch()
        judged = [self._judge(row) for row in rows]
        # What is filled is flushed at the end alone: a refused row leaves nothing, and a trial
        # writes nothing.
        with session.no_autoflush:
            stored = self._identities.stored(session, [each.values for each in judged])
            filled = [one for each in judged if (one := self._fill(session, each, stored, batch))]
            slugs = publishing.Slugs(session, self.kind, [each.resource for each in filled])
            held = lasting(session, self.kind.slug, [each.resource.id for each in filled])
            for each in filled:
                slugs.give(each.resource)
                batch.remarks += [*_drop_repeated(each), *_settle(each, held.get(each.resource.id))]
                batch.verdicts[_keep(session, each)] += 1
                batch.drafts += each.resource.status == DRAFT
        return batch

    # -- judging ----------------------------------------------------------------------------------

    def _judge(self, row: Row) -> _Judged:
        """The values of a row, and what is wrong with it."""
        if row.broken:
            return _Judged(row, {}, [Remark(row.line, "", "", row.broken)])
        values: Values = {}
        remarks: list[Remark] = []
        for header, cell in row.cells.items():
            name = self.headers.field_of(header)
            if name:
                remarks += self._judge_cell(row.line, header, cell, name, values)
        if not any(remark.column == "id" for remark in remarks):
            remarks += self._identities.remarks(row.line, values)
        says_status = any(
            self.headers.field_of(header) == "status" and not _is_empty(cell)
            for header, cell in row.cells.items()
        )
        return _Judged(row, values, remarks, says_status)

    def _judge_cell(
        self, line: int, header: str, cell: object, name: str, values: Values
    ) -> list[Remark]:
        """Put the value of a cell among `values`, or say what is wrong with it."""
        if name in values:
            return [
                Remark(
                    line,
                    header,
                    "",
                    f"Une autre colonne donne déjà ce champ ({name}) : gardez-en une.",
                )
            ]
        try:
            values[name] = _value(self._columns[name], cell)
        except BadCell as bad:
            return [Remark(line, header, french.cut(shown(cell)), bad.reason, bad.near)]
        reason = "Des signes invisibles, ou qui changent le sens de lecture, sont ôtés."
        return [Remark(line, header, "", reason, warning=True)] if hides_signs(cell) else []

    # -- writing ----------------------------------------------------------------------------------

    def _fill(
        self, session: Session, judged: _Judged, stored: Stored, batch: Batch
    ) -> _Filled | None:
        """The resource a row speaks of, holding its values; None when the row is refused."""
        batch.remarks += judged.remarks
        line, values = judged.row.line, judged.values
        known = None if judged.is_refused else self._identities.match(line, values, stored)
        if judged.is_refused or isinstance(known, Remark):
            batch.refuse([known] if isinstance(known, Remark) else [])
            return None
        before = _snapshot(known) if known else {}
        resource = known or self.kind.table(id=self._identities.id_of(values), slug="")
        _set(resource, values)
        faults = [Remark(line, "", "", sentence) for sentence in resource.incoherences()]
        if not faults and not resource.title:
            faults = [Remark(line, "title", "", "Le titre manque.")]
        if faults:
            # What was just filled in must not be flushed with the rows around it.
            if known:
                session.refresh(known)
            batch.refuse(faults)
            return None
        if not known:
            batch.remarks += self._identities.likely_double(line, values, stored)
        self._identities.hold(line, resource)
        return _Filled(judged, resource, before)


def _set(resource: Resource, values: Values) -> None:
    for name, value in values.items():
        if name != "id" and getattr(resource, name) != value:
            setattr(resource, name, value)
    if not values.get("date") and resource.DAY in values:
        # The day of reference follows from the other one again, which this row may have changed.
        resource.date = None
    publishing.complete(resource)


def _drop_repeated(filled: _Filled) -> list[Remark]:
    """Take away the demandes that bring nothing, and say which."""
    resource, line = filled.resource, filled.judged.row.line
    kept, repeated = parted(resource.demandes, resource.title)
    if repeated:
        resource.demandes = kept
    reason = "Cette demande répète le titre ou une autre demande de la fiche : elle est ôtée."
    return [Remark(line, "demandes", french.cut(one), reason, warning=True) for one in repeated]


def _honour(filled: _Filled, wish: Wish) -> list[Remark]:
    """Keep a resource as its person asked, and say what of the row is left aside for it."""
    resource, line = filled.resource, filled.judged.row.line
    given = (resource.status, resource.person())
    publishing.hold(resource, wish.wish)
    if (resource.status, resource.person()) == given:
        return []
    asked = {
        PAUSED: "a mis cette fiche en pause : elle reste en brouillon",
        LEFT: "ne veut plus être jointe : son adresse n’est pas reprise",
        WITHDRAWN: "s’est retirée : la fiche le reste, et son adresse n’est pas reprise",
    }[wish.wish]
    reason = f"La personne {asked} (le {french.day(wish.at)})."
    return [Remark(line, "status", "", reason, warning=True)]


def _settle(filled: _Filled, held: Wish | None) -> list[Remark]:
    """Give a resource the status it may have: that which its person asked, or else that of the row
    if nothing lacks.
    """
    remarks = _honour(filled, held) if held else []
    return remarks if held and filled.resource.IS_PERSON else [*remarks, *_keep_drafts(filled)]


def _keep_drafts(filled: _Filled) -> list[Remark]:
    """Keep as a draft what may not be published, and say all that a draft lacks unless it was asked
    for.
    """
    resource, line = filled.resource, filled.judged.row.line
    lacking = publishing.missing_to_publish(resource)
    if resource.status == PUBLISHED and lacking:
        resource.status = DRAFT
        return [
            Remark(
                line,
                "status",
                "",
                f"Reste en brouillon : il manque {french.listed(lacking)}.",
                warning=True,
            )
        ]
    if resource.status == DRAFT and not filled.judged.says_status:
        lacking = [*lacking, f"{french.quoted('publié')} dans la colonne {french.quoted('statut')}"]
        return [
            Remark(
                line, "", "", f"En brouillon : il manque {french.listed(lacking)}.", warning=True
            )
        ]
    return []


def _keep(session: Session, filled: _Filled) -> Verdict:
    if filled.before == _snapshot(filled.resource):
        return "unchanged"
    session.add(filled.resource)
    if not filled.before:
        return "created"
    if publishing.is_news(filled.resource, filled.before):
        publishing.touch(filled.resource)
    return "updated"


def _value(column: Column, cell: object) -> object:
    if isinstance(cell, str):
        cell = text_of(cell)
    if _is_empty(cell):
        return list(column.empty) if isinstance(column.empty, list) else column.empty
    return column.read(cell)


def _is_empty(cell: object) -> bool:
    return cell is None or cell == [] or (isinstance(cell, str) and not text_of(cell))


def _snapshot(resource: Resource) -> Values:
    return {
        name: value
        for name, value in resource.model_dump().items()
        if name not in ("updated_at", "created_at")
    }
