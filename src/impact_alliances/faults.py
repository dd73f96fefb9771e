"""Faults of the machine, the database and the settings, each told in French with what mends it: for
`doctor` and every command.
"""

import errno
import sqlite3
from dataclasses import dataclass

import psycopg
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy import exc

from impact_alliances.embeddings.embedder import EmbedderUnavailable
from impact_alliances.engines.engine import EngineFailure
from impact_alliances.errors import Refusal
from impact_alliances.vocabularies import french

NOT_DONE, MISUSED = 1, 2
# Settings whose value may hold a secret, and is not repeated.
_SECRET = {
    "database_url",
    "meilisearch_key",
    "meilisearch_indexing_key",
    "secret_key",
    "smtp_password",
}


@dataclass(frozen=True)
class Told:
    """A fault for its reader: `what` happened and what `mend`s it, two French clauses; `code` is
    the exit code of the command.
    """

    what: str
    mend: str = ""
    code: int = NOT_DONE

    @property
    def sentence(self) -> str:
        """Both in one line."""
        return f"{self.what} : {self.mend}." if self.mend else f"{self.what.rstrip('.')}."


class Misuse(Refusal):
    """A command that was asked what it cannot do, whatever the state of the machine: exit code
    2.
    """

    title = "Commande incorrecte"


def told(fault: BaseException) -> Told:
    """The fault in French. One that nobody foresaw says so, and how to see its trace."""
    match fault:
        case Refusal():
            return Told(fault.detail, code=MISUSED if isinstance(fault, Misuse) else NOT_DONE)
        case EngineFailure() | EmbedderUnavailable():
            return Told(str(fault))
        case ValidationError():
            return Told("\n".join(setting_refused(error) for error in fault.errors()), code=MISUSED)
        case exc.SQLAlchemyError() | sqlite3.Error() | psycopg.Error():
            return _of_database(fault)
        case OSError():
            return _of_system(fault)
        case MemoryError():
            return Told(
                "La mémoire de la machine ne suffit pas",
                "fermez d’autres programmes, puis relancez",
            )
    return Told(
        f"Erreur imprévue ({type(fault).__name__})",
        "relancez avec « impact-alliances --verbose … » pour en voir la cause, puis signalez-la",
    )


# -- settings ------------------------------------------------------------------------------------

_WRONG_VALUES = {
    "int_parsing": "un nombre entier est attendu",
    "int_type": "un nombre entier est attendu",
    "float_parsing": "un nombre est attendu",
    "bool_parsing": "« true » ou « false » est attendu",
    "greater_than": "il faut plus de {gt}",
    "greater_than_equal": "il faut au moins {ge}",
    "less_than_equal": "il faut au plus {le}",
    "string_pattern_mismatch": "seuls des lettres sans accent, des chiffres, « - » et « _ » "
    "conviennent",
    "value_error": "{error}",
}


def setting_refused(error: ErrorDetails) -> str:
    """One wrong setting, with what it may be."""
    if not error["loc"]:
        # Of no one setting: its sentence says which.
        return value_refused(error)
    name = str(error["loc"][0])
    given = (
        "" if name in _SECRET or not isinstance(error["input"], str) else f" (« {error['input']} »)"
    )
    return f"Le réglage IMPACT_{name.upper()} ne convient pas{given} : {value_refused(error)}."


def value_refused(error: ErrorDetails) -> str:
    """What a refused value should have been, in a clause."""
    context = error.get("ctx", {})
    if error["type"] in ("literal_error", "enum"):
        allowed = str(context["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
        return (
            f"valeurs possibles : {french.listed([f'« {value} »' for value in allowed], link='ou')}"
        )
    return _WRONG_VALUES.get(error["type"], "cette valeur n’est pas comprise").format(**context)


# -- databases -----------------------------------------------------------------------------------

_RESTORE = "restaurez une sauvegarde (docs/deploy.md), puis lancez « impact-alliances reindex »"
_MIGRATE = Told(
    "Le schéma de la base de données n’est pas à jour", "lancez « impact-alliances migrate »"
)
_LOCKED = Told(
    "La base de données est verrouillée par un autre processus",
    "attendez la fin de la commande qui écrit (import, migrate…) ou arrêtez-la, puis relancez",
)
_FULL = Told(
    "Le disque est plein (ou la taille des fichiers y est limitée)",
    "libérez de la place, puis relancez ; rien de ce qui était enregistré n’est perdu",
)
_READ_ONLY = Told(
    "La base de données ne peut pas être écrite (fichier ou dossier en lecture seule)",
    "donnez à cet utilisateur le droit d’écrire dans le dossier de IMPACT_DATA_DIR",
)
DAMAGED = Told("Le fichier de la base de données est abîmé, ou n’en est pas un", _RESTORE)
_SQLITE = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_IOERR: Told(
        "Le disque ne rend pas la base de données",
        "vérifiez l’état du disque, puis relancez",
    ),
    sqlite3.SQLITE_CANTOPEN: Told(
        "La base de données ne peut pas être ouverte",
        "donnez à cet utilisateur le droit de lire et d’écrire dans le dossier de IMPACT_DATA_DIR",
    ),
    sqlite3.SQLITE_ERROR: _MIGRATE,
}
_WRITING = {
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMMAP,
    sqlite3.SQLITE_IOERR_FSYNC,
}
_URL = "vérifiez IMPACT_DATABASE_URL"
# By the first letters of PostgreSQL's code for the fault; none when it never connected.
_POSTGRESQL = {
    "28": Told("PostgreSQL refuse l’utilisateur ou le mot de passe", _URL),
    "3D": Told(
        "Cette base n’existe pas sur le serveur PostgreSQL", f"créez-la (createdb), ou {_URL}"
    ),
    "42501": Told(
        "PostgreSQL refuse ce droit à l’utilisateur",
        "donnez-lui la base (ALTER DATABASE … OWNER TO …)",
    ),
    "42": _MIGRATE,
    "25006": Told("PostgreSQL est en lecture seule", f"{_URL} : il faut le serveur principal"),
    "53100": Told(
        "Le disque du serveur PostgreSQL est plein", "libérez-y de la place, puis relancez"
    ),
    "53300": Told(
        "Le serveur PostgreSQL n’accepte plus de connexions",
        "augmentez max_connections, ou lancez moins de processus",
    ),
    "55P03": _LOCKED,
    "57014": Told(
        "PostgreSQL n’a pas répondu à temps", "relancez quand le serveur est moins chargé"
    ),
}
_UNREACHABLE = Told(
    "PostgreSQL est injoignable",
    f"vérifiez que le serveur est démarré, et {_URL[len('vérifiez ') :]}",
)
# Before it is connected the driver gives words alone, no code.
_REFUSED = {
    "authentication failed": "28",
    "role ": "28",
    "database ": "3D",
    "too many clients": "53300",
}


def _of_database(fault: BaseException) -> Told:
    driver = fault.orig if isinstance(fault, exc.DBAPIError) else fault
    match driver:
        case sqlite3.Error():
            return _of_sqlite(driver)
        case psycopg.Error():
            return _of_postgresql(driver)
        case exc.TimeoutError():
            return Told(
                "Toutes les connexions à la base de données sont prises", "relancez dans un instant"
            )
    return Told("La base de données a refusé l’opération", "lancez « impact-alliances doctor »")


def _of_sqlite(fault: sqlite3.Error) -> Told:
    code = getattr(fault, "sqlite_errorcode", sqlite3.SQLITE_IOERR)
    # The low byte is the kind; the whole code tells, of a fault of the disk, whether it was met in
    # writing.
    return _FULL if code in _WRITING else _SQLITE.get(code & 0xFF, _SQLITE[sqlite3.SQLITE_IOERR])


def _of_postgresql(fault: psycopg.Error) -> Told:
    state = fault.sqlstate
    if not state:
        said = str(fault)
        state = next(
            (code for words, code in _REFUSED.items() if words in said and "FATAL" in said), ""
        )
    fitting = (state[:length] for length in (5, 2))
    return next((_POSTGRESQL[part] for part in fitting if part in _POSTGRESQL), _UNREACHABLE)


# -- files and folders ---------------------------------------------------------------------------

_RIGHTS = "donnez à cet utilisateur le droit d’y écrire, ou choisissez un autre endroit"
_SYSTEM = {
    errno.EACCES: ("L’accès est refusé", _RIGHTS),
    errno.EPERM: ("L’accès est refusé", _RIGHTS),
    errno.EROFS: (
        "Ce dossier est en lecture seule",
        "choisissez un autre endroit (IMPACT_DATA_DIR pour les données)",
    ),
    errno.ENOENT: (
        "Ce chemin n’existe pas",
        "vérifiez-le, ou créez le dossier qui doit le contenir",
    ),
    errno.ENOTDIR: (
        "Ce chemin passe par un fichier, qui n’est pas un dossier",
        "choisissez un autre endroit (IMPACT_DATA_DIR pour les données)",
    ),
    errno.EEXIST: (
        "Ce chemin passe par un fichier, qui n’est pas un dossier",
        "choisissez un autre endroit (IMPACT_DATA_DIR pour les données)",
    ),
    errno.EISDIR: ("C’est un dossier, pas un fichier", "donnez le nom d’un fichier"),
    errno.ENAMETOOLONG: ("Ce nom est trop long", "choisissez-en un plus court"),
    errno.ENOSPC: (_FULL.what, _FULL.mend),
    errno.EDQUOT: (_FULL.what, _FULL.mend),
    errno.EFBIG: (
        "Le système limite la taille des fichiers",
        "levez la limite (ulimit -f), puis relancez",
    ),
    errno.EMFILE: ("Trop de fichiers sont ouverts", "levez la limite (ulimit -n), puis relancez"),
}


def _of_system(fault: OSError) -> Told:
    what, mend = _SYSTEM.get(
        fault.errno or 0,
        ("Le système a refusé l’opération", "vérifiez le disque et les droits, puis relancez"),
    )
    return Told(f"{what} (« {fault.filename} »)" if fault.filename else what, mend)


# Below it, ports are the administrator's; above the other, there are none.
_FIRST_FREE_PORT, _LAST_PORT = 1024, 65_535


def of_port(fault: OSError, host: str, port: int, command: str) -> Refusal:
    """Why `command` cannot listen there, and how to give it another port."""
    other = port + 1 if _FIRST_FREE_PORT <= port < _LAST_PORT else 8000
    by_make = f" (ou « make demo PORT={other} »)" if command == "demo" else ""
    choose = f"choisissez-en un autre : « impact-alliances {command} --port {other} »{by_make}"
    match fault.errno:
        case errno.EADDRINUSE:
            return Refusal(
                f"Le port {port} est déjà pris par un autre programme : arrêtez-le, ou {choose}."
            )
        case errno.EACCES | errno.EPERM:
            return Misuse(
                f"Le port {port} est réservé à l’administrateur de la machine : {choose}."
            )
    return Misuse(
        f"L’adresse « {host} » n’est pas celle de cette machine : écrivez « --host 127.0.0.1 "
        "» ou « --host 0.0.0.0 »."
    )
