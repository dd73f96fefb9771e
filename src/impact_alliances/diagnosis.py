"""What works, what does not, and the command that mends it: for `doctor` and for `/readyz`."""

import shutil
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from sqlalchemy import func, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from impact_alliances.db import reading, writing
from impact_alliances.engines.engine import EngineFailure
from impact_alliances.engines.tantivy.generations import FOLDER
from impact_alliances.errors import NewerSchema
from impact_alliances.faults import DAMAGED, told
from impact_alliances.indexing.agreement import differences
from impact_alliances.indexing.indexer import Indexer
from impact_alliances.mail import saying
from impact_alliances.mail.carrier import Unreachable
from impact_alliances.migrating import is_current
from impact_alliances.resources import published
from impact_alliances.resources.changes import Follower
from impact_alliances.resources.demandes import doubles
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.letter import REFUSED, UNCERTAIN, WAITING
from impact_alliances.vocabularies import french
from impact_alliances.wiring import Service

# Below this free space a SQLite commit or a rebuild of the index may fail.
LEAST_FREE_BYTES = 500_000_000
# Resources named in a sentence; the rest is counted.
_NAMED = 10
_REINDEX, _MAIL = "impact-alliances reindex", "courrier"


@runtime_checkable
class OnServer(Protocol):
    """A writer whose index lives on a server, which has a version and settings of its own."""

    def version(self) -> str: ...

    def is_recent(self, version: str) -> bool: ...

    def drift(self) -> list[str]: ...

    def trouble(self) -> str: ...


@runtime_checkable
class OnDisk(Protocol):
    """A writer whose index is a folder, where another program, or the disk, may damage files."""

    def damaged(self) -> list[str]: ...


@dataclass(frozen=True)
class Part:
    """The state of one part. `mend` is the command to run, empty when there is nothing to do."""

    name: str
    ok: bool
    detail: str
    mend: str = ""
    essential: bool = False


def parts(service: Service) -> list[Part]:
    """The quick look: database, index, model."""
    return [_database(service), _index(service), _model(service), *_reranking(service)]


def examine(service: Service) -> list[Part]:
    """The whole examination, document by document."""
    first = _database(service)
    if first.ok:
        first = _soundness(service, first)
    if not first.ok:
        return [first, _disk(service)]
    return [
        first,
        *_server(service),
        *_indexes(service),
        *_agreements(service),
        _vectors(service),
        _demandes(service),
        _model(service),
        *_reranking(service),
        _mail(service),
        *_links(service),
        _disk(service),
    ]


def _database(service: Service) -> Part:
    try:
        if not is_current(service.database):
            return Part(
                "base de données",
                False,
                "Le schéma n’est pas à jour.",
                "impact-alliances migrate",
                essential=True,
            )
        with reading(service.database) as session:
            total = sum(published.count(session, kind) for kind in KINDS.values())
    except NewerSchema as newer:
        return Part("base de données", False, newer.detail, essential=True)
    except SQLAlchemyError as fault:
        return _broken_database(fault)
    return Part(
        "base de données",
        True,
        f"{french.counted(total, 'fiche publiée', 'fiches publiées')}.",
        essential=True,
    )


def _broken_database(fault: SQLAlchemyError) -> Part:
    found = told(fault)
    return Part("base de données", False, f"{found.what}.", found.mend, essential=True)


def _soundness(service: Service, sound: Part) -> Part:
    """What a question does not show: whether every page of a SQLite file is whole, and whether
    anything can be written.
    """
    try:
        with writing(service.database) as session:
            session.connection()
        with reading(service.database) as session:
            is_file = service.database.dialect.name == "sqlite"
            if is_file and session.execute(text("PRAGMA quick_check(1)")).scalar_one() != "ok":
                return Part(
                    "base de données", False, f"{DAMAGED.what}.", DAMAGED.mend, essential=True
                )
    except SQLAlchemyError as fault:
        return _broken_database(fault)
    return sound


def _index(service: Service) -> Part:
    # With a sound spare index, pages go on answering.
    is_essential = service.spare is None or not service.spare.is_ready()
    try:
        is_ready = service.writer.is_ready()
        trouble = (
            service.writer.trouble()
            if isinstance(service.writer, OnServer) and not is_ready
            else ""
        )
        if is_ready:
            # By the way of visitors too: their key is another one.
            service.cascade.check()
    except EngineFailure as failure:
        return Part("index", False, str(failure), essential=is_essential)
    if is_ready:
        return Part("index", True, "Lisible.", essential=is_essential)
    return Part(
        "index",
        False,
        trouble or "Absent ou abîmé.",
        "" if trouble else _REINDEX,
        essential=is_essential,
    )


def _indexes(service: Service) -> list[Part]:
    """The index that serves, and the files of each one on disk, read whole."""
    found = [_index(service)]
    if isinstance(service.writer, OnDisk):
        found = [_files(found[0], service.writer)]
    if isinstance(service.spare, OnDisk):
        found.append(_files(Part("index de secours", True, "Lisible."), service.spare))
    return found


def _files(sound: Part, writer: OnDisk) -> Part:
    try:
        damaged = writer.damaged()
    except EngineFailure as failure:
        return replace(sound, ok=False, detail=str(failure), mend=_REINDEX)
    if not damaged:
        return sound
    said = french.counted(len(damaged), "fichier abîmé", "fichiers abîmés")
    return replace(sound, ok=False, detail=f"{said} ({', '.join(damaged[:3])}…).", mend=_REINDEX)


def _server(service: Service) -> list[Part]:
    """The search server, where there is one: its version and the settings of our index on it."""
    writer = service.writer
    if not isinstance(writer, OnServer):
        return []
    try:
        version, drift, trouble = writer.version(), writer.drift(), writer.trouble()
    except EngineFailure as failure:
        return [Part("serveur de recherche", False, str(failure))]
    said = f"Meilisearch {version or '(version cachée à cette clé)'}"
    if not writer.is_recent(version):
        return [
            Part(
                "serveur de recherche",
                False,
                f"{said} : trop ancien, il faut au moins la version 1.13.",
                "mettez le serveur à jour",
            )
        ]
    if trouble:
        return [Part("serveur de recherche", False, trouble)]
    if drift:
        return [
            Part(
                "serveur de recherche",
                False,
                f"{said} ; réglages différents des nôtres : {', '.join(drift)}.",
                _REINDEX,
            )
        ]
    return [Part("serveur de recherche", True, f"{said}, réglages conformes.")]


def _agreements(service: Service) -> list[Part]:
    names = {service.indexer: "accord index et base"}
    if service.spare_indexer:
        names[service.spare_indexer] = "accord index de secours et base"
    return [_agreement(service, name, indexer) for indexer, name in names.items()]


def _agreement(service: Service, name: str, indexer: Indexer) -> Part:
    pending = indexer.pending()
    try:
        found = differences(service.database, indexer.writer)
    except EngineFailure as failure:
        return Part(name, False, str(failure))
    wrong = {state: keys for state, keys in found.items() if keys}
    if not wrong and not pending:
        return Part(name, True, "Aucune différence.")
    names = {
        "missing": "absentes de l’index",
        "stale": "périmées",
        "extra": "en trop",
        "refused": "refusées par l’index, qui les passe : corrigez-les",
    }
    said = [
        f"{len(keys)} {names[state]} ({', '.join(map(str, keys[:3]))}…)"
        for state, keys in wrong.items()
    ]
    waiting = (
        [french.counted(pending, "modification en attente", "modifications en attente")]
        if pending
        else []
    )
    mend = (
        "impact-alliances worker --once"
        if pending
        else _REINDEX
        if wrong.keys() - {"refused"}
        else ""
    )
    return Part(name, False, f"{', '.join([*waiting, *said])}.", mend)


def _vectors(service: Service) -> Part:
    lacking = service.vectorizer.needs.lacking()
    if lacking:
        said = french.counted(lacking, "manque", "manquent")
        answering = service.meanings.now().model
        meanwhile = (
            f" ; en attendant répond {answering}"
            if answering != service.meanings.wanted.model
            else ""
        )
        return Part("vecteurs de sens", False, f"{said}{meanwhile}.", "impact-alliances embed")
    return Part(
        "vecteurs de sens",
        True,
        _all_read(service.vectorizer.needs.unreadable()) if service.embedder else "Sans modèle.",
    )


def _all_read(unreadable: list[Key]) -> str:
    if not unreadable:
        return "Tous calculés."
    texts = french.counted(len(unreadable), "texte illisible", "textes illisibles")
    more = "…" if len(unreadable) > _NAMED else ""
    return (
        f"Tous calculés, sauf {texts} par le modèle, à réécrire "
        f"({', '.join(map(str, unreadable[:_NAMED]))}{more})."
    )


def _demandes(service: Service) -> Part:
    """How many there are, and those that two resources share: they tell neither from the other."""
    with reading(service.database) as session:
        said = list(published.demandes(session))
    shared = doubles(said)
    detail = french.counted(len(said), "demande", "demandes")
    if shared:
        named = ", ".join(f"{one} et {other} : {demande}" for one, other, demande in shared[:3])
        twice = french.counted(len(shared), "est dans deux fiches", "sont dans deux fiches")
        detail = f"{detail}, dont {twice}, à distinguer ({named}{'…' * (len(shared) > 3)})"
    return Part("demandes", True, f"{detail}.")


def _model(service: Service) -> Part:
    if service.embedder:
        return Part("modèle de sens", True, service.embedder.name)
    wanted = service.settings.embedder
    return Part(
        "modèle de sens",
        wanted == "none",
        "Recherche par les mots seulement.",
        "" if wanted == "none" else "IMPACT_EMBEDDER=none",
    )


def _reranking(service: Service) -> list[Part]:
    """The model that puts the first hits in order, where one is wanted."""
    if not service.reranking:
        return []
    if service.reranking.has_model:
        return [Part("modèle de reclassement", True, service.settings.reranker)]
    said = "Absent : les fiches sont dans leur ordre habituel ; le journal dit pourquoi."
    return [Part("modèle de reclassement", False, said, "IMPACT_RERANKER=")]


def _mail(service: Service) -> Part:
    """Whether messages leave, and what became of those there are."""
    mailing, counts = service.mailing, service.postman.queue.counts()
    said = saying.counted(counts)
    if mailing.is_kept_here:
        return Part(_MAIL, True, f"Démonstration, rien ne part ; {said}.")
    if mailing.lacking:
        # That none is wanted is well; that some wait, or that half is set, is not.
        is_wanted = len(mailing.lacking) < 2 or bool(counts.get(WAITING))
        missing = " et ".join(mailing.lacking)
        return Part(_MAIL, not is_wanted, f"Rien ne part sans {missing} ; {said}.", missing)
    try:
        service.postman.check()
    except Unreachable as fault:
        return Part(_MAIL, False, f"{fault.detail} {said.capitalize()}.")
    is_well = not (counts.get(REFUSED) or counts.get(UNCERTAIN))
    return Part(_MAIL, is_well, f"Le serveur répond ; {said}.", "impact-alliances mail")


def _links(service: Service) -> list[Part]:
    """Where several machines serve one base, whether they sign links alike."""
    if service.settings.secret_key.get_secret_value():
        return []
    here = col(Follower.name).startswith(FOLDER)
    with reading(service.database) as session:
        folders = session.exec(select(func.count()).select_from(Follower).where(here)).one()
    if folders < 2 or service.database.dialect.name == "sqlite":
        return []
    said = (
        f"{folders} dossiers de données suivent cette base, chacun avec sa clé : les liens signés "
        "par une machine sont refusés par les autres."
    )
    return [Part("clé des liens", False, said, "IMPACT_SECRET_KEY")]


def _disk(service: Service) -> Part:
    folder = service.settings.data_dir
    present = next(place for place in (folder, *folder.resolve().parents) if place.exists())
    free = shutil.disk_usage(present).free
    said = f"{french.number(free // 1_000_000)} Mo libres."
    return Part(
        "disque",
        free >= LEAST_FREE_BYTES,
        said,
        "" if free >= LEAST_FREE_BYTES else "libérez de la place",
    )
