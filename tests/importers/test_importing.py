"""Import: judged row by row, idempotent, dry-runnable, resumable, and told in full."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from impact_alliances.db import reading, writing
from impact_alliances.errors import Unreadable
from impact_alliances.importers.importing import BATCH, _batches, import_file
from impact_alliances.importers.rows import Row
from impact_alliances.resources.case import Case
from impact_alliances.resources.catalyseur import Catalyseur
from impact_alliances.resources.changes import Change, OldSlug
from impact_alliances.resources.jeudi import Jeudi
from impact_alliances.resources.kinds import KINDS
from impact_alliances.shipped import shipped
from support.builders import a_case, a_jeudi, store, stored
from tests.importers.files import as_csv, as_jsonl, as_xlsx, take, verdicts, write

FULL = {
    "id": "cas-1",
    "title": "Un car pour le marché",
    "summary": "Chaque samedi.",
    "need": "Plus de car.",
    "alliance": "Mairie et garage.",
    "actions": "Un minibus.",
    "fragilites": "mobilite",
    "acteurs": "collectivites",
    "echelon": "local",
    "date": "16/05/2024",
    "commune": "22113",
    "status": "published",
}


def _lines(*rows: dict[str, Any]) -> list[list[Any]]:
    """Full cases, each changed by one of `rows`."""
    names = list(dict.fromkeys([*FULL, *(name for row in rows for name in row)]))
    return [names, *([{**FULL, **row}.get(name, "") for name in names] for row in rows)]


def _all(database: Engine) -> dict[str, Case]:
    with reading(database) as session:
        return {case.id: case for case in session.exec(select(Case))}


def _changes(database: Engine) -> list[str]:
    with reading(database) as session:
        return [row.resource_id for row in session.exec(select(Change).order_by(col(Change.id)))]


# -- creating, updating, leaving alone -----------------------------------------------------------


def test_the_moment_of_a_change_is_noted_and_only_of_a_change(
    database: Engine, tmp_path: Path
) -> None:
    """Feeds tell it."""
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    take(database, tmp_path, as_csv(_lines({}, {"id": "cas-2"})))
    with writing(database) as session:
        for case in session.exec(select(Case)):
            case.updated_at = long_ago
    take(database, tmp_path, as_csv(_lines({"title": "Deux cars"}, {"id": "cas-2"})))
    cases = _all(database)
    assert (cases["cas-1"].updated_at > long_ago, cases["cas-2"].updated_at) == (True, long_ago)


def test_what_visitors_do_not_read_is_no_change_for_them(database: Engine, tmp_path: Path) -> None:
    """An editor's address, a status: stored, and reported, without moving the day that sheets and
    feeds tell.
    """
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    person = {"id": "k-1", "title": "Awa", "name": "Awa", "role": "Aide", "status": "published"}
    person |= {"email": "a@b.example", "departement": "22"}
    verdict = []
    for change in ({}, {}, {"email": "c@d.example"}, {"status": "retired"}, {"role": "Pilote"}):
        person |= change
        lines = [[*person], [*person.values()]]
        report = take(database, tmp_path, as_csv(lines), kind="catalyseur")
        with writing(database) as session:
            stored = session.exec(select(Catalyseur)).one()
            verdict.append((*verdicts(report), stored.updated_at > long_ago))
            stored.updated_at = long_ago
    assert verdict == [
        ("created", True),
        ("unchanged", False),
        ("updated", False),
        ("updated", False),
        ("updated", True),
    ]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", as_csv(_lines({}), ",")),
        ("a.csv", as_csv(_lines({}), ";", "cp1252")),
        ("a.csv", as_csv(_lines({}), "\t", "utf-8-sig")),
        ("a.xlsx", as_xlsx(_lines({"date": dt.date(2024, 5, 16), "commune": 22113}))),
        ("a.jsonl", as_jsonl(_lines({"fragilites": ["mobilite"]}))),
    ],
    ids=["csv", "csv-cp1252", "csv-tab", "xlsx", "jsonl"],
)
def test_every_format_gives_the_same_case(
    either_database: Engine, tmp_path: Path, name: str, data: bytes
) -> None:
    report = take(either_database, tmp_path, data, name=name)
    assert (verdicts(report), report.remarks, report.unknown_columns) == ({"created": 1}, [], {})
    case = _all(either_database)["cas-1"]
    assert (
        case.title,
        case.fragilites,
        case.date,
        case.departement,
        case.region,
        case.status,
        case.slug,
    ) == (
        "Un car pour le marché",
        ["mobilite"],
        dt.date(2024, 5, 16),
        "22",
        "53",
        "published",
        "un-car-pour-le-marche",
    )
    assert _changes(either_database) == ["cas-1"]


def test_importing_again_changes_nothing(either_database: Engine, tmp_path: Path) -> None:
    data = as_csv(_lines({}, {"id": "cas-2", "tags": "b|a", "status": ""}))
    take(either_database, tmp_path, data)
    before = {key: case.model_dump() for key, case in _all(either_database).items()}
    report = take(either_database, tmp_path, data)
    assert verdicts(report) == {"unchanged": 2}
    assert {key: case.model_dump() for key, case in _all(either_database).items()} == before
    assert len(_changes(either_database)) == 2


def test_a_changed_row_updates_its_case_alone(either_database: Engine, tmp_path: Path) -> None:
    take(either_database, tmp_path, as_csv(_lines({}, {"id": "cas-2", "title": "Un vélo"})))
    report = take(
        either_database,
        tmp_path,
        as_csv(_lines({"title": "Un minibus"}, {"id": "cas-2", "title": "Un vélo"})),
    )
    assert verdicts(report) == {"updated": 1, "unchanged": 1}
    assert {key: case.slug for key, case in _all(either_database).items()} == {
        "cas-1": "un-minibus",
        "cas-2": "un-velo",
    }
    with reading(either_database) as session:
        assert session.get_one(OldSlug, ("case", "un-car-pour-le-marche")).resource_id == "cas-1"
    assert _changes(either_database)[2:] == ["cas-1"]


def test_a_column_left_out_keeps_its_value_and_an_empty_cell_clears_it(
    either_database: Engine, tmp_path: Path
) -> None:
    take(either_database, tmp_path, as_csv(_lines({"tags": "un|deux", "results": "Dix trajets."})))
    take(either_database, tmp_path, "id,tags\ncas-1,\n")
    case = _all(either_database)["cas-1"]
    assert (case.tags, case.results, case.title) == ([], "Dix trajets.", "Un car pour le marché")


def test_clearing_the_commune_clears_the_size_of_the_territory(
    either_database: Engine, tmp_path: Path
) -> None:
    take(either_database, tmp_path, as_csv(_lines({})))
    take(either_database, tmp_path, "id,commune,departement\ncas-1,,35\n")
    case = _all(either_database)["cas-1"]
    assert (case.commune, case.departement, case.region, case.taille) == ("", "35", "53", "")


def test_a_row_without_id_is_known_by_its_source(either_database: Engine, tmp_path: Path) -> None:
    row = {"id": "", "source_url": "https://exemple.example/1"}
    assert verdicts(take(either_database, tmp_path, as_csv(_lines(row)))) == {"created": 1}
    assert verdicts(take(either_database, tmp_path, as_csv(_lines(row)))) == {"unchanged": 1}
    assert verdicts(take(either_database, tmp_path, as_csv(_lines({**row, "title": "Autre"})))) == {
        "updated": 1
    }
    assert [case.title for case in _all(either_database).values()] == ["Autre"]


def test_a_row_without_id_finds_the_case_that_has_its_source(
    either_database: Engine, tmp_path: Path
) -> None:
    take(either_database, tmp_path, as_csv(_lines({"source_url": "https://exemple.example/1"})))
    report = take(
        either_database,
        tmp_path,
        as_csv(_lines({"id": "", "source_url": "https://exemple.example/1", "title": "Autre"})),
    )
    assert verdicts(report) == {"updated": 1}
    assert {key: case.title for key, case in _all(either_database).items()} == {"cas-1": "Autre"}


def test_two_cases_of_one_source_stay_two(either_database: Engine, tmp_path: Path) -> None:
    """Two cases read in one report share its address; an id of their own keeps them apart, file
    after file.
    """
    one, other = (
        {"id": key, "title": key, "source_url": "https://exemple.example/rapport"}
        for key in ("cas-1", "cas-2")
    )
    take(either_database, tmp_path, as_csv(_lines(one)))
    assert verdicts(take(either_database, tmp_path, as_csv(_lines(other)))) == {"created": 1}
    assert {key: case.title for key, case in _all(either_database).items()} == {
        "cas-1": "cas-1",
        "cas-2": "cas-2",
    }


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_same_id_in_two_kinds_is_two_resources(
    database: Engine, tmp_path: Path, kind: str
) -> None:
    store(database, a_case(id="un") if kind != "case" else a_jeudi(id="un"))
    assert verdicts(take(database, tmp_path, "id,title\nun,Titre\n", kind=kind)) == {"created": 1}


# -- refusing ------------------------------------------------------------------------------------


def test_good_rows_come_in_though_others_are_refused(
    either_database: Engine, tmp_path: Path
) -> None:
    data = as_csv(
        _lines(
            {},
            {"id": "cas-2", "fragilites": "mobilitée"},
            {"id": "cas-3", "date": "hier"},
            {"id": "cas-4"},
        )
    )
    report = take(either_database, tmp_path, data)
    assert verdicts(report) == {"created": 2, "refused": 2}
    assert sorted(_all(either_database)) == ["cas-1", "cas-4"]
    first, second = report.remarks
    assert (first.line, first.column, first.value, first.nearest) == (
        3,
        "fragilites",
        "mobilitée",
        "mobilite",
    )
    assert (second.line, second.column, second.value) == (4, "date", "hier")
    assert first.sentence == (
        "Ligne 3, colonne « fragilites » («\u00a0mobilitée\u00a0») : Valeur inconnue pour "
        "«\u00a0Fragilité\u00a0»."
        " Valeur la plus proche : «\u00a0mobilite\u00a0»."
    )
    assert report.refused == 2


def test_all_that_is_wrong_in_a_row_is_told_at_once(
    either_database: Engine, tmp_path: Path
) -> None:
    report = take(
        either_database,
        tmp_path,
        as_csv(
            _lines({"echelon": "comunal", "date": "hier", "commune": "Lanion 22300", "odd": "18"})
        ),
    )
    assert [remark.column for remark in report.remarks] == ["echelon", "date", "commune", "odd"]
    assert "Vouliez-vous dire « Lannion (22300) »" in report.remarks[2].sentence
    assert _all(either_database) == {}


def test_a_refused_update_leaves_the_stored_case_as_it_was(
    either_database: Engine, tmp_path: Path
) -> None:
    """Neither a bad cell, nor a contradiction found once the row is put together, is written."""
    take(either_database, tmp_path, as_csv(_lines({"started_on": "2024-01-10"})))
    before = _all(either_database)["cas-1"].model_dump()
    data = as_csv(
        _lines(
            {"title": "Autre", "started_on": "2024-01-10", "ended_on": "2024-01-09"},
            {"id": "cas-2"},
        )
    )
    report = take(either_database, tmp_path, data)
    assert verdicts(report) == {"refused": 1, "created": 1}
    assert "La fin (ended_on) précède le début" in report.remarks[0].sentence
    assert _all(either_database)["cas-1"].model_dump() == before
    assert _changes(either_database) == ["cas-1", "cas-2"]


def test_a_jeudi_of_a_friday_is_refused_and_its_note_kept(
    either_database: Engine, tmp_path: Path
) -> None:
    store(either_database, a_jeudi(id="j-1", title="Note"))
    report = take(
        either_database, tmp_path, "id,title,published_on\nj-1,Autre,2024-05-17\n", kind="jeudi"
    )
    assert verdicts(report) == {"refused": 1}
    kept = stored(either_database, Jeudi, "j-1")
    assert kept is not None
    assert (kept.title, kept.published_on) == ("Note", dt.date(2024, 5, 16))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("id,title\n,Sans rien\n", "Il faut un « id »"),
        ("id,title\ncas-9,\n", "Le titre manque"),
        ("title\nSans colonne\n", "Il faut un « id »"),
        ("id,title\ncas 9,Un\n", "lettres sans accent"),
    ],
)
def test_a_row_that_names_nothing_is_refused(
    either_database: Engine, tmp_path: Path, data: str, reason: str
) -> None:
    report = take(either_database, tmp_path, data)
    assert verdicts(report) == {"refused": 1}
    assert reason in report.remarks[0].reason
    assert [remark.line for remark in report.remarks] == [2]


def test_a_title_cannot_be_taken_away(either_database: Engine, tmp_path: Path) -> None:
    take(either_database, tmp_path, as_csv(_lines({})))
    assert verdicts(take(either_database, tmp_path, "id,title\ncas-1,\n")) == {"refused": 1}
    assert _all(either_database)["cas-1"].title == "Un car pour le marché"


def test_the_second_row_of_one_id_is_refused(either_database: Engine, tmp_path: Path) -> None:
    report = take(either_database, tmp_path, as_csv(_lines({}, {"title": "Bis"}, {"id": "cas-2"})))
    assert verdicts(report) == {"created": 2, "refused": 1}
    assert (report.remarks[0].line, report.remarks[0].reason) == (
        3,
        "Cet identifiant est déjà celui de la ligne 2.",
    )
    assert _all(either_database)["cas-1"].title == "Un car pour le marché"


def test_the_second_row_of_one_source_without_id_is_refused(
    either_database: Engine, tmp_path: Path
) -> None:
    source = "https://exemple.example/1"
    report = take(
        either_database,
        tmp_path,
        as_csv(_lines({"source_url": source}, {"id": "", "title": "Bis", "source_url": source})),
    )
    assert verdicts(report) == {"created": 1, "refused": 1}
    assert report.remarks[0].line == 3
    assert {key: case.title for key, case in _all(either_database).items()} == {
        "cas-1": "Un car pour le marché"
    }


def test_a_broken_line_is_named_and_the_rest_comes_in(
    either_database: Engine, tmp_path: Path
) -> None:
    report = take(
        either_database, tmp_path, 'id,title\na,Un\nb,"deux" ou trois\nc,Quatre,cinq\nd,Six\n'
    )
    assert verdicts(report) == {"created": 2, "refused": 2}
    assert [remark.line for remark in report.remarks if not remark.warning] == [3, 4]
    assert sorted(_all(either_database)) == ["a", "d"]


def test_what_may_not_be_published_stays_a_draft_and_says_why(
    either_database: Engine, tmp_path: Path
) -> None:
    data = as_csv(_lines({"need": "", "echelon": ""}))
    report = take(either_database, tmp_path, data)
    assert verdicts(report) == {"created": 1}
    assert report.remarks[0].warning
    assert report.remarks[0].reason == "Reste en brouillon : il manque un échelon et le besoin."
    assert _all(either_database)["cas-1"].status == "draft"
    assert verdicts(take(either_database, tmp_path, data)) == {"unchanged": 1}


def test_a_published_case_that_loses_a_section_becomes_a_draft(
    either_database: Engine, tmp_path: Path
) -> None:
    take(either_database, tmp_path, as_csv(_lines({})))
    report = take(either_database, tmp_path, "id,need\ncas-1,\n")
    assert verdicts(report) == {"updated": 1}
    assert _all(either_database)["cas-1"].status == "draft"


def test_unknown_columns_are_reported_with_the_nearest_one(
    either_database: Engine, tmp_path: Path
) -> None:
    report = take(either_database, tmp_path, "id,title,sumary,xyz,\na,Un,b,c,d\n")
    assert report.unknown_columns == {
        "sumary": "summary",
        "xyz": "",
        "colonne n°\u00a05 sans nom": "",
    }
    assert verdicts(report) == {"created": 1}
    told = "\n".join(report.lines())
    assert (
        "Colonne inconnue, ignorée : «\u00a0sumary\u00a0». Vouliez-vous dire "
        "«\u00a0summary\u00a0» ?" in told
    )


def test_a_title_alike_gets_an_address_of_its_own(either_database: Engine, tmp_path: Path) -> None:
    rows = ({"id": "a"}, {"id": "b"}, {"id": "B"}, {"id": "c", "title": "Un car pour le marché b"})
    assert verdicts(take(either_database, tmp_path, as_csv(_lines(*rows)))) == {"created": 4}
    assert len({case.slug for case in _all(either_database).values()}) == 4


# -- a file as a whole ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.csv", b""), ("a.csv", b"\x00\x01\x02"), ("a.xlsx", b"PK\x03\x04"), ("a.odt", b"x")],
)
@pytest.mark.parametrize("dry_run", [False, True])
def test_an_unreadable_file_writes_nothing(
    database: Engine, tmp_path: Path, name: str, data: bytes, dry_run: bool
) -> None:
    with pytest.raises(Unreadable):
        take(database, tmp_path, data, name=name, dry_run=dry_run)
    assert _all(database) == {}


def test_a_header_alone_imports_nothing(database: Engine, tmp_path: Path) -> None:
    report = take(database, tmp_path, "id,title\n")
    assert (verdicts(report), report.remarks) == ({}, [])


def test_two_columns_of_one_name_write_nothing(database: Engine, tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        take(database, tmp_path, "id,title,title\na,b,c\n")
    assert _all(database) == {}


MIXED = _lines(
    {"title": "Changé"},
    {"id": "cas-2"},
    {"id": "cas-3", "echelon": "?"},
    {"id": "cas-2", "title": "Bis"},
    {"id": "cas-5", "need": ""},
)


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.csv", as_csv(MIXED)), ("a.xlsx", as_xlsx(MIXED)), ("a.jsonl", as_jsonl(MIXED))],
)
def test_a_dry_run_gives_the_same_report_and_writes_nothing(
    either_database: Engine, tmp_path: Path, name: str, data: bytes
) -> None:
    take(either_database, tmp_path, as_csv(_lines({})))
    before = _all(either_database)["cas-1"].model_dump()
    dry = take(either_database, tmp_path, data, name=name, dry_run=True)
    assert {key: case.model_dump() for key, case in _all(either_database).items()} == {
        "cas-1": before
    }
    assert _changes(either_database) == ["cas-1"]
    real = take(either_database, tmp_path, data, name=name)
    assert verdicts(dry) == verdicts(real) == {"updated": 1, "created": 2, "refused": 2}
    assert (dry.remarks, dry.unknown_columns) == (real.remarks, real.unknown_columns)
    assert dry.lines()[0].startswith("Essai à blanc, rien n’est écrit : ")
    assert (
        real.lines()[0] == "2\u00a0créées, 1\u00a0modifiée, 0\u00a0inchangée, 2\u00a0refusées. "
        "En brouillon, donc invisibles : 1."
    )


def test_a_dry_run_larger_than_a_batch_judges_like_the_real_one(
    database: Engine, tmp_path: Path
) -> None:
    """One case per title but one address for all, spread over several transactions."""
    rows = [
        {"id": f"cas-{number}", "source_url": "https://exemple.example/rapport"}
        for number in range(BATCH + 20)
    ]
    data = as_csv(_lines(*rows))
    dry = take(database, tmp_path, data, dry_run=True)
    real = take(database, tmp_path, data)
    assert verdicts(dry) == verdicts(real) == {"created": BATCH + 20}
    assert verdicts(take(database, tmp_path, data)) == {"unchanged": BATCH + 20}


class _PlugPulled(Exception):
    pass


def test_an_interrupted_import_resumes(either_database: Engine, tmp_path: Path) -> None:
    """What was committed stays, what was under way leaves nothing, and importing again ends the
    work.
    """
    rows = [{"id": f"cas-{number:03d}", "title": f"Cas {number}"} for number in range(BATCH + 50)]
    path = write(tmp_path, "base.csv", as_csv(_lines(*rows)))
    done: list[int] = []

    def pull_the_plug(count: int, _: int) -> None:
        done.append(count)
        raise _PlugPulled

    with pytest.raises(_PlugPulled):
        import_file(either_database, KINDS["case"], path, progress=pull_the_plug)
    assert len(_all(either_database)) == len(_changes(either_database)) == BATCH
    assert verdicts(import_file(either_database, KINDS["case"], path)) == {
        "unchanged": BATCH,
        "created": 50,
    }
    assert verdicts(import_file(either_database, KINDS["case"], path)) == {"unchanged": BATCH + 50}
    assert len(_changes(either_database)) == BATCH + 50


def test_progress_counts_every_row(database: Engine, tmp_path: Path) -> None:
    rows = [
        {"id": f"cas-{number}", "echelon": "local" if number % 3 else "?"}
        for number in range(BATCH + 7)
    ]
    seen: list[tuple[int, int]] = []
    import_file(
        database,
        KINDS["case"],
        write(tmp_path, "a.csv", as_csv(_lines(*rows))),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(BATCH, BATCH + 7), (BATCH + 7, BATCH + 7)]


def test_texts_that_spreadsheets_would_run_are_only_texts(
    either_database: Engine, tmp_path: Path
) -> None:
    data = as_csv(
        [
            ["id", "title", "tags"],
            ["a", "=1+1", "@x|-y"],
            ["b", "'=1+1", ""],
            ["c", "'entre guillemets'", ""],
        ]
    )
    take(either_database, tmp_path, data)
    cases = _all(either_database)
    assert [cases[key].title for key in "abc"] == ["=1+1", "=1+1", "'entre guillemets'"]
    assert cases["a"].tags == ["@x", "-y"]


def test_accents_in_two_signs_are_stored_in_one(either_database: Engine, tmp_path: Path) -> None:
    """What a Mac writes as « e » and an accent is found by those who type « é »."""
    take(either_database, tmp_path, "id,title\na,Une e\u0301cole\n")
    assert _all(either_database)["a"].title == "Une école"


def test_contacts_of_a_catalyseur_come_in(either_database: Engine, tmp_path: Path) -> None:
    data = as_csv(
        [
            [
                "id",
                "title",
                "name",
                "role",
                "email",
                "phone",
                "departement",
                "area",
                "metiers",
                "remote",
                "status",
            ],
            [
                "k",
                "Awa",
                "Awa",
                "Animatrice",
                "awa@liens.example",
                "06 39 98 00 01",
                "53",
                "53|Bretagne",
                "Accompagnement",
                "oui",
                "publié",
            ],
        ]
    )
    assert verdicts(take(either_database, tmp_path, data, kind="catalyseur")) == {"created": 1}
    found = stored(either_database, Catalyseur, "k")
    assert found is not None
    assert (found.email, found.departements(), found.regions(), found.remote, found.status) == (
        "awa@liens.example",
        ["53"],
        ["52", "53"],
        True,
        "published",
    )


def test_the_cases_we_ship_are_taken_whole(database: Engine) -> None:
    report = import_file(database, KINDS["case"], shipped("seed") / "cases.csv", dry_run=True)
    assert set(verdicts(report)) == {"created"}
    assert (report.remarks, report.unknown_columns) == ([], {})


def test_long_rows_are_taken_fewer_at_a_time() -> None:
    """What is held in memory is bounded in signs, not only in rows."""
    long = [Row(line, {"actions": "a" * 900_000}) for line in range(7)]
    assert [len(batch) for batch in _batches(iter(long))] == [3, 3, 1]


# -- demandes ------------------------------------------------------------------------------------


def test_demandes_that_bring_nothing_are_dropped_and_told(database: Engine, tmp_path: Path) -> None:
    """Again at the next import, which changes nothing."""
    said = "Plus de car|un CAR pour le marché !|comment aller en ville|plus de car"
    for verdict in ("created", "unchanged"):
        report = take(database, tmp_path, as_csv(_lines({"demandes": said})))
        assert verdicts(report) == {verdict: 1}
        assert _all(database)["cas-1"].demandes == ["Plus de car", "comment aller en ville"]
        assert [fault.sentence for fault in report.faults] == [
            f"Ligne 2, colonne « demandes » («\u00a0{demande}\u00a0») : Cette demande répète le "
            "titre ou une autre demande de la fiche : elle est ôtée."
            for demande in ("un CAR pour le marché !", "plus de car")
        ]


def test_a_title_that_takes_the_words_of_a_demande_drops_it(
    database: Engine, tmp_path: Path
) -> None:
    """The demande came in another file."""
    take(database, tmp_path, as_csv(_lines({"demandes": "Plus de car|Ville"})))
    report = take(database, tmp_path, "id,title\ncas-1,Ville\n")
    assert (verdicts(report), len(report.faults)) == ({"updated": 1}, 1)
    assert _all(database)["cas-1"].demandes == ["Plus de car"]
