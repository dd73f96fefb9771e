"""The commands that serve the site."""

import logging
import socket
from pathlib import Path
from typing import Annotated

import typer

from impact_alliances.commands.base import DEMO_DIR
from impact_alliances.commands.index import catch_up
from impact_alliances.db import make_engine
from impact_alliances.migrating import migrate as migrate_database
from impact_alliances.seeding import load_seed
from impact_alliances.serving import Address
from impact_alliances.serving import serve as serve_forever
from impact_alliances.settings import Settings
from impact_alliances.terminal import leave_when_stopped, out, progress
from impact_alliances.wiring import make_service


def serve(
    host: Annotated[str, typer.Option(help="Adresse d’écoute.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port d’écoute.", min=1, max=65535)] = 8000,
    workers: Annotated[
        int, typer.Option(help="Processus qui se partagent les visites.", min=1, max=64)
    ] = 1,
) -> None:
    """Servir le site et l’API, et indexer à côté."""
    settings = Settings()
    with Address(host, port).bound() as listening:
        _serve(settings, host, port, listening, workers)


def _serve(
    settings: Settings, host: str, port: int, listening: socket.socket, workers: int = 1
) -> None:
    settings = settings.served_at(host, port)
    database = make_engine(settings.database)
    migrate_database(database)
    database.dispose()
    leave_when_stopped("Arrêté.", 0)
    serve_forever(settings, listening, workers)


def demo(
    port: Annotated[int, typer.Option(help="Port d’écoute.", min=1, max=65535)] = 8000,
    data_dir: Annotated[Path, typer.Option(help="Dossier des données.", readable=False)] = DEMO_DIR,
) -> None:
    """Essayer la base avec ses contenus de démonstration ; la seconde fois, tout est prêt."""
    settings = Settings.of_demo(data_dir, f"http://127.0.0.1:{port}")
    if Settings().is_shared:
        out.print(
            "La démonstration a sa base et son index à elle, dans son dossier : "
            "la base de données et le serveur de recherche de vos réglages ne sont pas touchés."
        )
    # Messages are told there, as they come.
    logging.getLogger("impact_alliances.mail.demonstration").setLevel(logging.INFO)
    with Address("127.0.0.1", port, "demo").bound() as listening:
        _prepare_demo(settings)
        _serve(settings, "127.0.0.1", port, listening)


def _prepare_demo(settings: Settings) -> None:
    """Load and index what a former start has not."""
    service = make_service(settings)
    migrate_database(service.database)
    with progress("Contenus de démonstration") as advance:
        if load_seed(service.database, service.embedder, advance):
            out.print("Contenus de démonstration chargés.")
    catch_up(service)
    service.close()
