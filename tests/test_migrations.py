"""The schema: built from nothing, built twice, equal to the models, and taken down again."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect
from sqlmodel import SQLModel

from impact_alliances.migrating import is_current, migrate
from impact_alliances.shipped import shipped
from support.builders import a_case, store, stored
from tests.conftest import Make


def _tables(database: Engine) -> set[str]:
    return set(inspect(database).get_table_names())


def test_an_empty_database_gets_every_table(make_database: Make) -> None:
    database = make_database(empty=True)
    assert not is_current(database)
    migrate(database)
    assert is_current(database)
    assert set(SQLModel.metadata.tables) <= _tables(database)


def test_migrating_twice_keeps_what_is_stored(make_database: Make) -> None:
    database = make_database(empty=True)
    migrate(database)
    case = a_case()
    store(database, case)
    migrate(database)
    assert is_current(database)
    kept = stored(database, type(case), case.id)
    assert kept is not None
    assert kept.model_dump() == case.model_dump()


def test_the_migrated_schema_equals_the_models(either_database: Engine) -> None:
    with either_database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_first_revision_can_be_taken_down(either_database: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    config.set_main_option("path_separator", "os")
    with either_database.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert _tables(either_database) <= {"alembic_version"}
    assert not is_current(either_database)
