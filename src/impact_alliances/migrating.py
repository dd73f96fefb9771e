"""The schema of the database, brought up to date by Alembic. Importing this module registers every
table.
"""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select

from impact_alliances.embeddings import store  # noqa: F401
from impact_alliances.errors import NewerSchema
from impact_alliances.resources import (  # noqa: F401
    changes,
    contacts,
    kinds,
    letter,
    unmet,
    wishes,
)
from impact_alliances.shipped import shipped

# The number of the lock that whoever migrates holds: ours among those of the database.
_ALONE = 5_766_017


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def migrate(database: Engine) -> None:
    """Bring the schema to its latest version; nothing happens when it is there already.

    Several processes may ask at once, as when services start together: the first does it, the
    others wait for its end and find nothing left to do. Raises `NewerSchema`.
    """
    config = _config()
    with database.execution_options(writes=True).begin() as connection:
        # On SQLite a transaction that writes is alone from its first word on.
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_ALONE)))
        _revision(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Engine) -> bool:
    """Whether the schema is that of this version of the code. Raises `NewerSchema`."""
    with database.connect() as connection:
        return _revision(connection) == _revisions()[0]


def is_empty(database: Engine) -> bool:
    """Whether the database never had any schema of ours."""
    with database.connect() as connection:
        return _revision(connection) is None


def _revision(connection: Connection) -> str | None:
    present = MigrationContext.configure(connection).get_current_revision()
    if present and present not in _revisions():
        raise NewerSchema
    return present


def _revisions() -> list[str]:
    """Those that this version of the code knows, the latest first."""
    scripts = ScriptDirectory.from_config(_config())
    return [script.revision for script in scripts.walk_revisions()]
