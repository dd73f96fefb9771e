"""The commands that keep the index and the vectors."""

import logging
import threading
from typing import Annotated

import typer

from impact_alliances.commands.base import ready
from impact_alliances.errors import Refusal
from impact_alliances.indexing.indexer import Indexer
from impact_alliances.locks import Busy
from impact_alliances.seeding import write_vectors
from impact_alliances.terminal import leave_when_stopped, out, progress
from impact_alliances.vocabularies import french
from impact_alliances.wiring import Service

_OTHER_READS = "le service en cours calcule les vecteurs qui manquent."


def worker(
    once: Annotated[bool, typer.Option("--once", help="S’arrêter quand tout est indexé.")] = False,
) -> None:
    """Indexer ce qui change et envoyer ce qui attend, sans servir de pages."""
    service = ready()
    if once:
        catch_up(service)
        return
    logging.getLogger("impact_alliances.indexing").setLevel(logging.INFO)
    leave_when_stopped("Arrêté : ce qui reste à faire attend dans la base.", 0)
    out.print("L’indexation et l’envoi des messages sont en marche (Ctrl+C pour arrêter).")
    beside = [service.postman.keep, *(indexer.keep for indexer in service.indexers[:-1])]
    for keep in beside:
        threading.Thread(target=keep, args=(threading.Event(),), daemon=True).start()
    service.indexer.keep(threading.Event())


def reindex() -> None:
    """Reconstruire l’index à côté, puis basculer."""
    service = ready()
    for indexer in service.indexers:
        said = _rebuilt(indexer)
    out.print(said)


def _rebuilt(indexer: Indexer) -> str:
    # A server may have us wait for minutes: it is said that it works.
    logging.getLogger("impact_alliances.engines.meilisearch.tasks").setLevel(logging.INFO)
    try:
        with indexer.alone(), progress("Indexation") as advance:
            indexer.rebuild(advance)
            indexer.catch_up()
        return "L’index est reconstruit."
    except Busy:
        indexer.outbox.ask_rebuild()
        return "Le service en cours reconstruira l’index dans un instant."


def embed() -> None:
    """Calculer les vecteurs de sens qui manquent."""
    service = ready()
    if not service.embedder:
        raise Refusal(
            "Aucun modèle de sens ne peut servir ici : voyez « impact-alliances doctor »."
        )
    try:
        with service.indexer.alone(), progress("Vecteurs") as advance:
            service.indexer.catch_up()
            done, total = 0, service.vectorizer.needs.lacking()
            while some := service.vectorizer.embed_some():
                done += some
                advance(done, total)
        # An engine that carries vectors has documents to be given again; the spare index follows.
        catch_up(service)
        # Another process may be reading what lacks, for an index of its own.
        is_whole = not service.vectorizer.needs.lacking()
        out.print(
            "Tous les vecteurs sont calculés." if is_whole else f"Il en reste : {_OTHER_READS}"
        )
    except Busy:
        out.print(f"{_OTHER_READS[0].upper()}{_OTHER_READS[1:]}")


def seed_vectors() -> None:
    """Recalculer les vecteurs livrés avec les contenus de démonstration (make seed-vectors)."""
    with progress("Vecteurs") as advance:
        done = write_vectors(advance)
    out.print(f"{french.counted(done, 'texte lu', 'textes lus')}.")


def catch_up(service: Service) -> None:
    """Bring each index up to date, save those that another process keeps."""
    for indexer in service.indexers:
        try:
            with indexer.alone(), progress("Indexation") as advance:
                indexer.catch_up(advance)
        except Busy:
            out.print("Un autre processus indexe déjà : il fera le travail.")
