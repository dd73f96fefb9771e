"""Import: judge each row, match it to what is stored, create or update, and report. Idempotent, resumable, dry-runnable."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from rapidfuzz import fuzz, process
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from impact_alliances.batching import batched
from impact_alliances.db import writing
from impact_alliances.importers import tables
from impact_alliances.importers.columns import BadCell, Column, columns_of, shown, text_of
from impact_alliances.importers.rows import Problem, Report, Row, Verdict
from impact_alliances.resources import publishing
from impact_alliances.resources.kinds import Kind
from impact_alliances.resources.resource import DRAFT, PUBLISHED, Resource
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.matching import slugify

# Rows written in one transaction: what an interruption can make do again.
BATCH = 200
Progress = Callable[[int], None]


class _Undone(Exception):
    """Rolls a dry run back."""


def import_file(database: Engine, kind: Kind, path: Path, *, dry_run: bool = False, progress: Progress | None = None) -> Report:
    """Import a file. A dry run gives the same verdicts and writes nothing. Raises `Unreadable` for the file as a whole."""
    run = _Run(kind, Report(dry_run=dry_run))
    rows = tables.read(path)
    if dry_run:
        try:
            with writing(database) as session:
                run.take(session, rows, progress)
                raise _Undone
        except _Undone:
            return run.report
    for batch in batched(rows, BATCH):
        with writing(database) as session:
            run.take(session, iter(batch), progress)
    return run.report


class _Run:
    """One import under way: what it has seen, and its report."""

    def __init__(self, kind: Kind, report: Report) -> None:
        self.kind = kind
        self.report = report
        self._columns = columns_of(kind)
        self._lines: dict[str, int] = {}
        self._addresses: dict[str, int] = {}
        self._slugs: dict[str, str] | None = None

    def take(self, session: Session, rows: Iterator[Row], progress: Progress | None) -> None:
        """Judge and write these rows in the session's transaction."""
        if self._slugs is None:
            self._slugs = publishing.slugs_of(session, self.kind)
        for batch in batched(rows, BATCH):
            judged = [(row, *self._judge(row)) for row in batch]
            stored = self._stored(session, [values for _, values, _ in judged])
            for row, values, problems in judged:
                self.report.verdicts[self._write(session, row, values, problems, stored)] += 1
            session.flush()
            if progress:
                progress(len(batch))

    # -- judging ----------------------------------------------------------------------------------

    def _judge(self, row: Row) -> tuple[dict[str, object], list[Problem]]:
        """The values of a row, and what is wrong with it."""
        if row.broken:
            return {}, [Problem(row.line, "", "", row.broken)]
        values: dict[str, object] = {}
        problems: list[Problem] = []
        for name, cell in row.cells.items():
            column = self._columns.get(name)
            if column is None:
                self._note_unknown(name)
                continue
            try:
                values[name] = _value(column, cell)
            except BadCell as bad:
                problems.append(Problem(row.line, name, shown(cell), bad.reason, bad.near))
        if any(problem.column == "id" for problem in problems):
            return values, problems
        return values, [*problems, *self._identity_problems(row, values)]

    def _identity_problems(self, row: Row, values: dict[str, object]) -> list[Problem]:
        identifier, address = str(values.get("id") or ""), str(values.get("source_url") or "")
        first = self._addresses.setdefault(address, row.line) if address else row.line
        if not identifier and first != row.line:
            return [Problem(row.line, "source_url", address, f"Cette adresse est déjà celle de la ligne {first} : donnez un « id ».")]
        identifier = identifier or _id_from(self.kind, address)
        if not identifier:
            return [Problem(row.line, "id", "", "Il faut un « id », ou un « source_url » qui en tient lieu.")]
        first = self._lines.setdefault(identifier, row.line)
        if first != row.line:
            return [Problem(row.line, "id", identifier, f"Cet identifiant est déjà celui de la ligne {first}.")]
        return []

    def _note_unknown(self, name: str) -> None:
        if name not in self.report.unknown_columns:
            near = process.extractOne(name, list(self._columns), scorer=fuzz.ratio, score_cutoff=70)
            self.report.unknown_columns[name] = near[0] if near else ""

    # -- writing ----------------------------------------------------------------------------------

    def _stored(self, session: Session, several: list[dict[str, object]]) -> dict[str, Resource]:
        table = self.kind.table
        addresses = [str(values["source_url"]) for values in several if values.get("source_url")]
        identifiers = [str(values["id"]) for values in several if values.get("id")]
        identifiers += [_id_from(self.kind, address) for address in addresses]
        statement = select(table).where(col(table.id).in_(identifiers) | col(table.source_url).in_(addresses))
        rows = session.exec(statement.order_by(col(table.id).desc())).all()
        return {**{row.source_url: row for row in rows}, **{row.id: row for row in rows}}

    def _write(
        self, session: Session, row: Row, values: dict[str, object], problems: list[Problem], stored: dict[str, Resource]
    ) -> Verdict:
        if problems:
            return self._refuse(problems)
        identifier, address = str(values.get("id") or ""), str(values.get("source_url") or "")
        derived = _id_from(self.kind, address)
        # An id of its own is the whole identity of a row: two cases may come from one source.
        found = stored.get(identifier) if identifier else stored.get(derived) or stored.get(address)
        before = _snapshot(found) if found else {}
        resource = found or self.kind.table(id=identifier or derived, slug="")
        self._fill(resource, values)
        faults = [Problem(row.line, "", "", sentence) for sentence in publishing.incoherences(resource)]
        if not faults and not resource.title:
            faults = [Problem(row.line, "title", "", "Le titre manque.")]
        if faults:
            # What was just filled in must not be flushed with the rows around it.
            if found:
                session.refresh(found)
            return self._refuse(faults)
        self._settle(session, row, resource)
        return self._keep(session, resource, before)

    def _refuse(self, problems: list[Problem]) -> Verdict:
        self.report.problems += problems
        return "refused"

    def _fill(self, resource: Resource, values: dict[str, object]) -> None:
        for name, value in values.items():
            if name != "id" and getattr(resource, name) != value:
                setattr(resource, name, value)
        if not values.get("date") and values.keys() & {"started_on", "published_on"}:
            # The day of reference follows from the other one again, which this row may have changed.
            resource.date = None
        publishing.complete(resource)

    def _settle(self, session: Session, row: Row, resource: Resource) -> None:
        """Give the address, and keep as a draft what may not be published."""
        with session.no_autoflush:
            publishing.give_slug(session, resource, self._slugs if self._slugs is not None else {})
        lacking = publishing.missing_to_publish(resource)
        if resource.status == PUBLISHED and lacking:
            resource.status = DRAFT
            reason = f"Reste en brouillon : il manque {french.listed(lacking)}."
            self.report.problems.append(Problem(row.line, "status", "", reason, warning=True))

    def _keep(self, session: Session, resource: Resource, before: dict[str, object]) -> Verdict:
        if before == _snapshot(resource):
            return "unchanged"
        publishing.touch(resource)
        session.add(resource)
        return "updated" if before else "created"


def _value(column: Column, cell: object) -> object:
    if isinstance(cell, str):
        cell = text_of(cell)
    is_empty = cell is None or cell == "" or cell == []
    return (list(column.empty) if isinstance(column.empty, list) else column.empty) if is_empty else column.read(cell)


def _id_from(kind: Kind, address: str) -> str:
    """The id of a row that has none: it follows from its source's address, so that importing again finds it."""
    return f"{slugify(kind.slug)}-{hashlib.blake2b(address.encode(), digest_size=6).hexdigest()}" if address else ""


def _snapshot(resource: Resource) -> dict[str, object]:
    return {name: value for name, value in resource.model_dump().items() if name not in ("updated_at", "created_at")}
