"""Export, then import: nothing changes, in the three formats, whatever the texts hold."""

import csv
import datetime as dt
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlmodel import select

from impact_alliances.db import make_engine, reading, writing
from impact_alliances.errors import Refusal
from impact_alliances.importers import tables
from impact_alliances.importers.columns import columns_of, text_of
from impact_alliances.importers.exporting import export_file, format_of, template, write_for_editors
from impact_alliances.resources.demandes import as_heard
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.publishing import missing_to_publish
from impact_alliances.resources.resource import Resource
from impact_alliances.vocabularies.terms import (
    ACTEURS,
    DEPARTEMENTS,
    ECHELONS,
    FRAGILITES,
    METIERS,
    REGIONS,
    STATES,
    Vocabulary,
)
from support.builders import a_case, a_catalyseur, a_jeudi, an_article, store
from tests.conftest import Make
from tests.importers.files import take, verdicts

FORMS = ("csv", "xlsx", "jsonl")
AWKWARD = 'À 5 € : « a|b », "c";\nd\\|e\\ \'=1 -2 +3 @4 _x0041_ 😀 œ \u2028 fin\\'
BUILDERS: dict[str, Callable[..., Resource]] = {
    "case": a_case,
    "catalyseur": a_catalyseur,
    "jeudi": a_jeudi,
    "article": an_article,
}


def _dump(database: Engine, kind: str) -> list[dict[str, Any]]:
    """Everything stored of that kind, but the moments of writing."""
    with reading(database) as session:
        rows = session.exec(select(KINDS[kind].table)).all()
    return sorted(
        (row.model_dump(exclude={"created_at", "updated_at"}) for row in rows),
        key=lambda row: str(row["id"]),
    )


def _awkward(kind: str) -> list[Resource]:
    """Resources of that kind whose every free text is hard to carry."""
    build = BUILDERS[kind]
    firm = {
        "id",
        "title",
        "fragilites",
        "acteurs",
        "echelon",
        "odd",
        "commune",
        "departement",
        "region",
        "date",
        "status",
        "verified_on",
    }
    firm |= {
        "source_url",
        "partners",
        "organisation_size",
        "impacts",
        "started_on",
        "ended_on",
        "state",
        "metiers",
        "area",
        "remote",
    }
    firm |= {"email", "website", "phone", "published_on", "number", "bulletin", "strand"}
    firm |= {"contact_email"}
    texts: dict[str, Any] = {
        name: AWKWARD
        for name, column in columns_of(KINDS[kind]).items()
        if name not in firm and column.empty == ""
    }
    lists: dict[str, Any] = {
        name: ["a|b", "c\\", "=d", "'"]
        for name in ("tags", "related")
        if name in columns_of(KINDS[kind])
    }
    lines: dict[str, Any] = {
        name: " ".join(AWKWARD.split())
        for name in (
            *("role", "organisation", "month_theme", "author", "source", "name"),
            "contact_name",
        )
        if name in texts
    }
    partners = {
        "partners": [
            {"name": "A: b|c\\", "profile": "", "role": "medias:d"},
            {"name": "E", "profile": "medias", "role": ""},
        ]
    }
    full: dict[str, Any] = {**texts, **lists, **lines}
    full |= partners if kind == "case" else {}
    return [
        build(
            id="plein",
            title="'=A|b : « c »",
            verified_on=dt.date(2025, 1, 2),
            source_url="https://a.example/?a=b|c",
            odd=["4", "17"],
            **full,
        ),
        build(id="brouillon", title="-1", status="draft"),
        build(id="retire", title="@x", status="retired"),
    ]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", list(KINDS))
def test_importing_an_export_changes_nothing(
    either_database: Engine, tmp_path: Path, kind: str, form: str
) -> None:
    store(either_database, *_awkward(kind))
    before = _dump(either_database, kind)
    report = take(
        either_database,
        tmp_path,
        export_file(either_database, KINDS[kind], form),
        kind=kind,
        name=f"a.{form}",
    )
    assert (verdicts(report), report.unknown_columns) == ({"unchanged": 3}, {})
    assert [remark for remark in report.remarks if not remark.warning] == []
    assert _dump(either_database, kind) == before


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", list(KINDS))
def test_an_export_fills_an_empty_base_alike(
    make_database: Make, tmp_path: Path, kind: str, form: str
) -> None:
    """Only the addresses are given anew, from the titles."""
    first, second = make_database(), make_database()
    store(first, *_awkward(kind))
    report = take(
        second, tmp_path, export_file(first, KINDS[kind], form), kind=kind, name=f"a.{form}"
    )
    assert verdicts(report) == {"created": 3}
    without_slug = [
        [{**row, "slug": ""} for row in _dump(database, kind)] for database in (first, second)
    ]
    assert without_slug[0] == without_slug[1]


def test_a_csv_opens_in_a_french_spreadsheet_and_runs_nothing(database: Engine) -> None:
    """A mark for UTF-8, semicolons, and no cell that begins like a formula."""
    store(database, a_case(title="=cmd()", summary="+1", need="-1", alliance="＝1", actions="'=1"))
    data = export_file(database, KINDS["case"], "csv")
    assert data.startswith(b"\xef\xbb\xbfid;title;")
    header, line = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";")
    assert header == list(columns_of(KINDS["case"]))
    assert [cell for cell in line if cell.startswith(("=", "+", "-", "@", "＝"))] == []
    assert "'=cmd()" in line


def test_a_workbook_holds_texts_not_formulas(database: Engine, tmp_path: Path) -> None:
    store(database, a_case(id="a", title='=HYPERLINK("http://x.example")'))
    path = tmp_path / "a.xlsx"
    path.write_bytes(export_file(database, KINDS["case"], "xlsx"))
    with tables.opened(path) as table:
        assert next(table.rows).cells["title"] == '=HYPERLINK("http://x.example")'


def test_jsonl_keeps_lists_and_dates_readable(database: Engine) -> None:
    store(database, a_case(id="a", tags=["été"], date=dt.date(2024, 5, 16)))
    record = json.loads(export_file(database, KINDS["case"], "jsonl"))
    assert (record["tags"], record["date"], record["partners"][0]["profile"]) == (
        ["été"],
        "2024-05-16",
        "collectivites",
    )


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_base_gives_a_header_or_nothing(
    database: Engine, tmp_path: Path, form: str
) -> None:
    data = export_file(database, KINDS["jeudi"], form)
    if form == "jsonl":
        assert data == b""
    else:
        assert verdicts(take(database, tmp_path, data, kind="jeudi", name=f"a.{form}")) == {}


def test_a_text_too_long_for_a_workbook_is_refused_not_cut(database: Engine) -> None:
    limit = tables.LONGEST_XLSX_CELL
    store(database, a_case(id="a", body="'" + "x" * (limit - 1)))
    with pytest.raises(Refusal, match="exportez en csv ou jsonl"):
        export_file(database, KINDS["case"], "xlsx")
    assert len(export_file(database, KINDS["case"], "csv")) > limit


# -- any text whatever ---------------------------------------------------------------------------

_hard = st.text("a|\\:;,\"'\n\t=+-@ é_x0041\u00a0\u2028\u0085\ufeff", max_size=12)
_texts = st.one_of(_hard, st.text(max_size=20)).map(text_of)
_lines = _texts.map(lambda cell: " ".join(cell.split()))
_lists = st.lists(_texts.filter(bool), max_size=3)


def _some(vocabulary: Vocabulary) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(sorted(vocabulary.by_slug)), max_size=3, unique=True)


# What would be dropped, as saying nothing new, is no loss and none of these.
_demandes = st.lists(_lines.filter(as_heard), max_size=3, unique_by=as_heard)
_days = st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)).map(str)
_shared = {
    "title": _lines.filter(bool),
    "summary": _texts,
    "body": _texts,
    "tags": _lists,
    "demandes": _demandes,
    "fragilites": _some(FRAGILITES),
    "echelon": st.sampled_from(["", *ECHELONS.by_slug]),
    "date": _days,
    "status": st.sampled_from(["draft", "retired", "published"]),
}
_partner = st.fixed_dictionaries(
    {
        "name": _lines.filter(bool),
        "profile": st.sampled_from(["", *ACTEURS.by_slug]),
        "role": _lines,
    }
)
_own: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "case": {
        "need": _texts,
        "means": _texts,
        "partners": st.lists(_partner, max_size=3),
        "state": st.sampled_from(["", *STATES.by_slug]),
    },
    "catalyseur": {
        "name": _lines,
        "role": _lines,
        "metiers": _some(METIERS),
        "remote": st.booleans(),
        "area": _some(DEPARTEMENTS).map(lambda codes: [f"dep:{code}" for code in codes])
        | _some(REGIONS).map(lambda codes: [f"reg:{code}" for code in codes]),
    },
    "jeudi": {
        "number": st.none() | st.integers(0, 999_999_999),
        "month_theme": _lines,
        "related": _lists,
    },
    "article": {"source": _lines, "author": _lines},
}


@pytest.fixture(scope="module")
def bases(
    tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path
) -> Iterator[tuple[Engine, Engine]]:
    """Two SQLite bases, emptied between examples."""
    folder = tmp_path_factory.mktemp("bases")
    engines = []
    for name in ("one", "two"):
        (folder / name).write_bytes(_sqlite_template.read_bytes())
        engines.append(make_engine(f"sqlite:///{folder / name}"))
    yield engines[0], engines[1]
    for engine in engines:
        engine.dispose()


def _clear(*databases: Engine) -> None:
    for database in databases:
        with writing(database) as session:
            for table in ("case_study", "catalyseur", "jeudi", "article", "change", "old_slug"):
                session.execute(text(f'DELETE FROM "{table}"'))


@pytest.mark.parametrize("kind", list(KINDS))
def test_any_resource_survives_the_round_trip(
    bases: tuple[Engine, Engine], tmp_path: Path, kind: str
) -> None:
    """Imported as JSON, exported in each format: importing changes nothing here, and an empty base
    gets the same.
    """

    # Several resources an example: a workbook is read by a process of its own, which takes a moment
    # to start.
    @given(st.lists(st.fixed_dictionaries({**_shared, **_own[kind]}), min_size=2, max_size=8))
    @example([{"title": "=1", "tags": ["a\\", "b"], "body": "'"}])
    @example([{"title": "_x0041_", "tags": ["|", "\\|"], "body": "a\x85b\ufeffc"}])
    @settings(
        max_examples=6,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
        ],
    )
    def survives(records: list[dict[str, Any]]) -> None:
        first, second = bases
        _clear(first)
        data = "".join(
            json.dumps({"id": f"r-{number}", **record}) + "\n"
            for number, record in enumerate(records)
        )
        report = take(first, tmp_path, data, kind=kind, name="a.jsonl")
        assert verdicts(report) == {"created": len(records)}, report.lines()
        stored = _dump(first, kind)
        for form in FORMS:
            exported = export_file(first, KINDS[kind], form)
            assert verdicts(take(first, tmp_path, exported, kind=kind, name=f"b.{form}")) == {
                "unchanged": len(records)
            }
            _clear(second)
            take(second, tmp_path, exported, kind=kind, name=f"b.{form}")
            assert _dump(second, kind) == stored

    survives()


# -- files for editors ---------------------------------------------------------------------------


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_what_holds_contacts_is_for_its_owner_alone(tmp_path: Path, umask: int) -> None:
    """A file that was there, open to all, is replaced by one that is not."""
    path = tmp_path / "a.csv"
    path.write_text("avant")
    path.chmod(0o644)
    before = os.umask(umask)
    try:
        write_for_editors(path, b"contenu")
    finally:
        os.umask(before)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"contenu", 0o600)
    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """What the system says of it goes up, under the name that was asked for: `faults` makes a
    sentence of it.
    """
    asked = tmp_path / "absent" / "a.csv"
    with pytest.raises(FileNotFoundError) as absent:
        write_for_editors(asked, b"")
    with pytest.raises(IsADirectoryError) as folder:
        write_for_editors(tmp_path, b"")
    assert (absent.value.filename, folder.value.filename) == (str(asked), str(tmp_path))


def test_a_file_half_written_leaves_nothing_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds the addresses of people, under a name that nobody would look for."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_for_editors(tmp_path / "a.csv", b"awa@liens.example")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "asked", "form"),
    [
        ("y.xlsx", None, "xlsx"),
        ("Y.JSONL", None, "jsonl"),
        ("y.csv", "csv", "csv"),
        ("y.dat", "xlsx", "xlsx"),
        (None, None, "csv"),
    ],
)
def test_the_extension_says_the_format(name: str | None, asked: str | None, form: str) -> None:
    assert format_of(Path(name) if name else None, asked) == form


@pytest.mark.parametrize(
    ("name", "asked"), [("y.xlsx", "csv"), ("y.csv", "jsonl"), ("y", None), ("y.pdf", None)]
)
def test_a_format_that_nothing_says_or_two_say_is_refused(name: str, asked: str | None) -> None:
    with pytest.raises(Refusal, match="format"):
        format_of(Path(name), asked)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", list(KINDS))
def test_the_template_is_a_file_that_import_takes(
    database: Engine, tmp_path: Path, kind: str, form: str
) -> None:
    """As a draft that lacks nothing, so that an example left there is never public."""
    report = take(database, tmp_path, template(KINDS[kind], form), kind=kind, name=f"modele.{form}")
    assert (verdicts(report), report.remarks, report.unknown_columns, report.drafts) == (
        {"created": 1},
        [],
        {},
        1,
    )
    with reading(database) as session:
        assert missing_to_publish(session.exec(select(KINDS[kind].table)).one()) == []
