"""The base that a command works on: which one it is, its schema, its state."""

import errno
import os
from pathlib import Path

import typer
from sqlalchemy import Engine, make_url

from impact_alliances.db import make_engine
from impact_alliances.diagnosis import examine
from impact_alliances.errors import Refusal
from impact_alliances.mail.mailing import Mailing
from impact_alliances.mail.queue import Queue
from impact_alliances.migrating import is_current, is_empty
from impact_alliances.migrating import migrate as migrate_database
from impact_alliances.settings import Settings
from impact_alliances.terminal import err, out
from impact_alliances.wiring import Service, make_service

DEMO_DIR = Path("data/demo")


def _settings_of_existing() -> Settings:
    """The settings of a base that is there."""
    settings = _settings_or_demo()
    file = _sqlite_file(settings)
    if file and not file.exists():
        _forbid_files_above(file)
        raise Refusal(
            f"Il n’y a pas encore de base de données dans « {file.parent} » : {_begin(settings)}."
        )
    return settings


def _begin(settings: Settings) -> str:
    """What to do where there is no base: a folder that was chosen may be misspelt, and the
    demonstration would not be found from it.
    """
    first = "« impact-alliances import FICHIER --kind … » en commence une"
    if settings.model_fields_set & {"data_dir", "database_url"}:
        return f"{first} ; si vous en attendiez une autre, corrigez le réglage IMPACT_DATA_DIR"
    return f"{first}, « impact-alliances demo » montre un essai"


def existing() -> Service:
    """The service over a base that is there, of whatever schema."""
    return make_service(_settings_of_existing())


def ready() -> Service:
    """The service over a base of this version's schema."""
    service = existing()
    _check_schema(service.database)
    return service


def ready_database() -> Engine:
    """The same base alone: neither model nor engine is loaded for it."""
    database = make_engine(_settings_of_existing().database)
    _check_schema(database)
    return database


def ready_mail() -> tuple[Mailing, Queue]:
    """Whether messages leave the same base, and those it holds."""
    settings = _settings_of_existing()
    database = make_engine(settings.database)
    _check_schema(database)
    return Mailing.of(settings), Queue(database)


def database_to_try_on() -> Engine:
    """The base that an import would write, for a trial to read; where there is none yet, one in
    memory: a trial makes neither a file nor a table.
    """
    settings = Settings()
    file = _sqlite_file(settings)
    if not file or file.exists():
        database = make_engine(settings.database)
        if not is_empty(database):
            _check_schema(database)
            return database
    if file:
        _forbid_files_above(file)
    in_memory = make_engine("sqlite://")
    migrate_database(in_memory)
    return in_memory


def _check_schema(database: Engine) -> None:
    if not is_current(database):
        raise Refusal(
            "Le schéma de la base de données n’est pas à jour : lancez « impact-alliances "
            "migrate »."
        )


def _settings_or_demo() -> Settings:
    """The settings; those of the demonstration where nothing is set and there is no other base."""
    settings = Settings()
    chosen = settings.model_fields_set & {"data_dir", "database_url", "search_engine"}
    demonstration = settings.model_copy(
        update={"data_dir": DEMO_DIR, "demo": True, "smtp_host": ""}
    )
    ours, theirs = _sqlite_file(settings), _sqlite_file(demonstration)
    if chosen or not ours or not theirs or ours.exists() or not theirs.exists():
        return settings
    err.print(f"Base de démonstration ({DEMO_DIR}) : il n’y en a pas d’autre ici.", markup=False)
    return demonstration


def _sqlite_file(settings: Settings) -> Path | None:
    url = make_url(settings.database)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _forbid_files_above(file: Path) -> None:
    nearest = next((folder for folder in file.parents if folder.exists()), file.parent)
    if nearest.exists() and not nearest.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(nearest))


def migrate() -> None:
    """Mettre la base de données au schéma de cette version."""
    migrate_database(make_engine(Settings().database))
    out.print("La base de données est à jour.")


def doctor() -> None:
    """Vérifier la base, l’index, les vecteurs et le courrier, et dire quoi faire."""
    found = examine(existing())
    for part in found:
        mend = f" → {part.mend}" if part.mend and not part.ok else ""
        out.print(f"{'✓' if part.ok else '✗'} {part.name} : {part.detail}{mend}", markup=False)
    raise typer.Exit(0 if all(part.ok for part in found) else 1)
