"""Processes beside each other on one database: none hinders or spoils the work of another."""

from pathlib import Path

from sqlalchemy import Engine, inspect

from impact_alliances.migrating import is_current
from support.builders import a_case
from support.processes import log_of, start
from support.service import a_service
from support.website import Site
from tests.conftest import Make
from tests.engines.scripted import Reply, scripted


def url_of(database: Engine) -> str:
    """The address of a database, as a setting gives it."""
    return database.url.render_as_string(hide_password=False)


def test_several_processes_migrate_an_empty_database_together(
    make_database: Make, tmp_path: Path
) -> None:
    """One does it, the others wait and find it done."""
    database = make_database(empty=True)
    chosen = {"data_dir": tmp_path, "database_url": url_of(database), "embedder": "none"}
    together = [start(["migrate"], chosen) for _ in range(3)]
    assert [process.wait() for process in together] == [0, 0, 0], log_of(chosen).read_text()
    assert is_current(database)


def test_the_demonstration_touches_nothing_of_what_the_environment_names(
    make_database: Make, tmp_path: Path
) -> None:
    """Its database and its index are its own, and it says so."""
    # A demonstration that has something already: it need not load its five thousand sheets.
    a_service(tmp_path, a_case(id="a-elle", title="Les haies")).close()
    database = make_database(empty=True)
    with scripted(lambda *_: Reply({}, status=500)) as server:
        shared = {"database_url": url_of(database), "search_engine": "meilisearch"}
        chosen = {"data_dir": tmp_path, "embedder": "none", "meilisearch_url": server.url, **shared}
        with Site(chosen, "demo") as site:
            found = site.get("/api/search?mode=keyword&q=haies").json
    assert ([hit["id"] for hit in found["hits"]], found["degraded"]) == (["a-elle"], None)
    assert "ne sont pas touchés" in log_of(chosen).read_text(encoding="utf-8")
    assert (server.asked, inspect(database).get_table_names()) == ([], [])
