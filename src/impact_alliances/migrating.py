"""The schema of the database, brought up to date by Alembic. Importing this module registers every
table.
"""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, select

from impact_alliances.embeddings import store  # noqa: F401
from impact_alliances.resources import changes, kinds  # noqa: F401
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
    others wait for its end and find nothing left to do.
    """
    config = _config()
    with database.execution_options(writes=True).begin() as connection:
        # On SQLite a transaction that writes is alone from its first word on.
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_ALONE)))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Engine) -> bool:
    """Whether the schema is that of this version of the code."""
    with database.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    return present == ScriptDirectory.from_config(_config()).get_current_head()
