"""The commands. Each is a few lines over a use-case; answers are French; exit code 0 done, 1 not
done, 2 misused.
"""

import errno
import inspect
import json
import logging
import os
import socket
import threading
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine, make_url

from impact_alliances import __version__, frames
from impact_alliances.db import make_engine
from impact_alliances.diagnosis import examine
from impact_alliances.engines.engine import EngineFailure
from impact_alliances.errors import Refusal
from impact_alliances.faults import MISUSED, told
from impact_alliances.importers.exporting import (
    export_file,
    format_of,
    template,
    told_fields,
    write_for_editors,
)
from impact_alliances.importers.importing import import_file
from impact_alliances.indexing.indexer import Indexer
from impact_alliances.locks import Busy
from impact_alliances.migrating import is_current
from impact_alliances.migrating import migrate as migrate_database
from impact_alliances.resources.kinds import KINDS, Kind, KindSlug
from impact_alliances.search.parameters import MOST_TOLD, parse
from impact_alliances.search.query import FILTERS, SearchQuery
from impact_alliances.seeding import load_seed, write_vectors
from impact_alliances.serving import Address
from impact_alliances.serving import serve as serve_forever
from impact_alliances.settings import Settings
from impact_alliances.terminal import (
    drop_output,
    err,
    leave_when_stopped,
    out,
    progress,
    speak_utf8,
)
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import Vocabulary
from impact_alliances.web.answering import answer, lines
from impact_alliances.wiring import Service, make_service

DEMO_DIR = Path("data/demo")
# What the bundled model takes to read a sheet, in seconds: .28 of processor (sixteen sheets in
# 4.5), told as on a busy machine.
EMBED_S = 0.5
app = typer.Typer(
    cls=frames.Group,
    help="La base IMPACT-Alliances : servir, importer, chercher, vérifier.",
    no_args_is_help=True,
    add_completion=False,
    subcommand_metavar="COMMANDE …",
)
frames.speak_french()
_OTHER_READS = "le service en cours calcule les vecteurs qui manquent."
_log = logging.getLogger(__name__)


class FormatName(StrEnum):
    """The formats of a file."""

    csv = "csv"
    xlsx = "xlsx"
    jsonl = "jsonl"


def main() -> None:
    """The entry point: whatever goes wrong becomes a sentence and an exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s : %(message)s")
    speak_utf8()
    leave_when_stopped()
    code = run()
    drop_output()
    raise SystemExit(code)


def run() -> int:
    """Run the command of the command line. Returns its exit code: 0 done, 1 not done, 2 misused."""
    try:
        return int(app(standalone_mode=False) or 0)
    except typer.TyperException as misuse:
        err.print(frames.refused(misuse), markup=False)
        return MISUSED
    except Exception as fault:
        _log.debug("La cause.", exc_info=fault)
        found = told(fault)
        err.print(found.sentence, markup=False)
        return found.code


def _version(is_asked: bool) -> None:
    if is_asked:
        version()
        raise typer.Exit


@app.callback()
def _whole(
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Montrer la cause d’une erreur.")
    ] = False,
    _: Annotated[
        bool, typer.Option("--version", help="Dire la version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    if verbose:
        logging.getLogger("impact_alliances").setLevel(logging.DEBUG)


# -- which base ----------------------------------------------------------------------------------


def _settings_of_existing() -> Settings:
    """The settings of a base that is there."""
    settings = _settings_or_demo()
    file = _sqlite_file(settings)
    if file and not file.exists():
        _forbid_files_above(file)
        raise Refusal(
            f"Il n’y a pas encore de base de données dans « {file.parent} » : lancez « make "
            "demo » pour un essai, "
            "ou « impact-alliances import » pour la vôtre."
        )
    return settings


def _existing() -> Service:
    """The service over a base that is there, of whatever schema."""
    return make_service(_settings_of_existing())


def _ready() -> Service:
    """The service over a base of this version's schema."""
    service = _existing()
    _check_schema(service.database)
    return service


def _ready_database() -> Engine:
    """The same base alone: neither model nor engine is loaded for it."""
    database = make_engine(_settings_of_existing().database)
    _check_schema(database)
    return database


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
    demonstration = settings.model_copy(update={"data_dir": DEMO_DIR, "demo": True})
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


# -- commands ------------------------------------------------------------------------------------


@app.command(cls=frames.Command)
def version() -> None:
    """Dire la version."""
    out.print(__version__)


@app.command(cls=frames.Command)
def migrate() -> None:
    """Mettre la base de données au schéma de cette version."""
    migrate_database(make_engine(Settings().database))
    out.print("La base de données est à jour.")


@app.command(cls=frames.Command)
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


@app.command(cls=frames.Command)
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
    with Address("127.0.0.1", port).bound() as listening:
        _prepare_demo(settings)
        _serve(settings, "127.0.0.1", port, listening)


def _prepare_demo(settings: Settings) -> None:
    """Load and index what a former start has not."""
    service = make_service(settings)
    migrate_database(service.database)
    with progress("Contenus de démonstration") as advance:
        if load_seed(service.database, service.embedder, advance):
            out.print("Contenus de démonstration chargés.")
    _catch_up(service)
    service.close()


@app.command(cls=frames.Command)
def worker(
    once: Annotated[bool, typer.Option("--once", help="S’arrêter quand tout est indexé.")] = False,
) -> None:
    """Indexer ce qui change, sans servir de pages."""
    service = _ready()
    if once:
        _catch_up(service)
        return
    logging.getLogger("impact_alliances.indexing").setLevel(logging.INFO)
    leave_when_stopped("Arrêté : ce qui reste à indexer attend dans la base.", 0)
    out.print("L’indexation est en marche (Ctrl+C pour arrêter).")
    for indexer in service.indexers[:-1]:
        threading.Thread(target=indexer.keep, args=(threading.Event(),), daemon=True).start()
    service.indexer.keep(threading.Event())


def _catch_up(service: Service) -> None:
    """Bring each index up to date, save those that another process keeps."""
    for indexer in service.indexers:
        try:
            with indexer.alone(), progress("Indexation") as advance:
                indexer.catch_up(advance)
        except Busy:
            out.print("Un autre processus indexe déjà : il fera le travail.")


@app.command("import", cls=frames.Command)
def import_(
    file: Annotated[
        Path | None, typer.Argument(metavar="FICHIER", help="Fichier .csv, .xlsx, .ods ou .jsonl.")
    ] = None,
    kind: Annotated[KindSlug | None, typer.Option(help="Ce que contient le fichier.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Dire ce qui se passerait, sans rien écrire.")
    ] = False,
    fields: Annotated[
        bool,
        typer.Option(
            "--fields", help="Dire quelles colonnes sont admises, et ce qu’elles contiennent."
        ),
    ] = False,
    model: Annotated[
        Path | None,
        typer.Option("--template", help="Écrire un fichier modèle, à remplir : .csv ou .xlsx."),
    ] = None,
) -> None:
    """Importer un tableau ; le refaire ne double rien. « --fields » dit les colonnes admises."""
    if fields:
        _tell_fields([kind] if kind else list(KINDS))
    elif not kind:
        _misused(f"Dites ce que contient le fichier : --kind {french.listed(list(KINDS), 'ou')}.")
    elif model:
        _write_template(model, KINDS[kind])
    elif not file:
        _misused("Donnez le fichier à importer, ou --fields, ou --template FICHIER.")
    else:
        _import(file, KINDS[kind], dry_run)


def _write_template(file: Path, kind: Kind) -> None:
    write_for_editors(file, template(kind, format_of(file, None)))
    out.print(
        f"{file} écrit : remplacez la ligne d’exemple par les vôtres ; une étoile marque ce qu’il "
        "faut pour publier.",
        markup=False,
    )


def _misused(sentence: str) -> None:
    err.print(sentence, markup=False)
    raise typer.Exit(MISUSED)


def _tell_fields(kinds: list[str]) -> None:
    for kind in kinds:
        out.print(f"{KINDS[kind].tab} (--kind {kind})", markup=False)
        for line in told_fields(KINDS[kind]):
            out.print(f"  {line}", markup=False)


def _import(file: Path, kind: Kind, dry_run: bool) -> None:
    service = make_service(Settings())
    # A trial takes no lock, were it only to find the schema up to date.
    if not (dry_run and is_current(service.database)):
        migrate_database(service.database)
    with progress("Import") as advance:
        report = import_file(service.database, kind, file, dry_run=dry_run, progress=advance)
    for line in report.lines():
        out.print(line, markup=False)
    if not dry_run:
        _index_what_was_saved(service)
    raise typer.Exit(1 if report.refused else 0)


def _index_what_was_saved(service: Service) -> None:
    """Index it now where that needs no rebuild and nobody else does it; else it waits for whoever
    keeps the index.
    """
    try:
        is_done = [_followed(service, indexer) for indexer in service.indexers][-1]
    except EngineFailure as failure:
        err.print(
            f"{failure} Tout est enregistré ; la recherche le trouvera quand l’index répondra "
            "de nouveau.",
            markup=False,
        )
        return
    if not is_done:
        out.print(
            "Tout est enregistré ; l’index est à construire : « impact-alliances worker » ou "
            "le service en cours le fera."
        )
    _say_who_reads(service)


def _say_who_reads(service: Service) -> None:
    """Who is to compute the vectors that lack, and how long that takes."""
    if lacking := service.vectorizer.needs.lacking():
        said = french.counted(
            lacking, "texte attend son vecteur de sens", "textes attendent leur vecteur de sens"
        )
        minutes = french.counted(max(1, round(lacking * EMBED_S / 60)), "minute", "minutes")
        out.print(
            f"{said} : « impact-alliances embed » les calcule (environ {minutes}), ou « serve "
            "» et « worker » quand ils tournent."
        )


def _followed(service: Service, indexer: Indexer) -> bool:
    try:
        with indexer.alone():
            if service.settings.is_shared:
                return indexer.follow()
            # An index that is this folder's alone is nobody else's to build.
            with progress("Indexation") as advance:
                indexer.catch_up(advance)
    except Busy:
        out.print("Un autre processus indexe déjà : il fera le travail.")
    return True


@app.command(cls=frames.Command)
def export(
    kind: Annotated[KindSlug, typer.Option(help="Ce qu’il faut exporter.")],
    form: Annotated[
        FormatName | None,
        typer.Option("--format", help="Format, quand le nom du fichier ne le dit pas."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Fichier à écrire (sinon la sortie standard)."),
    ] = None,
) -> None:
    """Exporter ce qu’un import reprend, coordonnées comprises : fichier réservé aux éditeurs."""
    content = export_file(
        _ready_database(), KINDS[kind], format_of(output, form.value if form else None)
    )
    if output:
        write_for_editors(output, content)
        out.print(f"{output} écrit ({french.number(len(content) // 1000)} ko).", markup=False)
    else:
        typer.get_binary_stream("stdout").write(content)


@app.command(cls=frames.Command)
def reindex() -> None:
    """Reconstruire l’index à côté, puis basculer."""
    service = _ready()
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


@app.command(cls=frames.Command)
def embed() -> None:
    """Calculer les vecteurs de sens qui manquent."""
    service = _ready()
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
        _catch_up(service)
        # Another process may be reading what lacks, for an index of its own.
        is_whole = not service.vectorizer.needs.lacking()
        out.print(
            "Tous les vecteurs sont calculés." if is_whole else f"Il en reste : {_OTHER_READS}"
        )
    except Busy:
        out.print(f"{_OTHER_READS[0].upper()}{_OTHER_READS[1:]}")


@app.command("seed-vectors", hidden=True, cls=frames.Command)
def seed_vectors() -> None:
    """Recalculer les vecteurs livrés avec les contenus de démonstration (make seed-vectors)."""
    with progress("Vecteurs") as advance:
        done = write_vectors(advance)
    out.print(f"{french.counted(done, 'fiche calculée', 'fiches calculées')}.")


def _with_filters(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each filter of a search, beside its own: it takes them as
    `**filters`.
    """
    described = inspect.signature(command)
    text, *others = [
        own for own in described.parameters.values() if own.kind is not own.VAR_KEYWORD
    ]
    filters = [_filter_option(name, vocabulary) for name, vocabulary in FILTERS.items()]
    command.__signature__ = described.replace(parameters=[text, *filters, *others])  # type: ignore[attr-defined]
    return command


def _filter_option(name: str, vocabulary: Vocabulary) -> inspect.Parameter:
    slugs = list(vocabulary.by_slug)
    values = f" : {french.listed(slugs, 'ou')}" if 0 < len(slugs) <= MOST_TOLD else ""
    option = typer.Option(help=f"{vocabulary.label}{values} (répétable).")
    return inspect.Parameter(
        name,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        default=None,
        annotation=Annotated[list[str] | None, option],
    )


@app.command(cls=frames.Command)
@_with_filters
def search(
    text: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXTE", help="Le besoin, en une phrase ou en mots."),
    ] = None,
    mode: Annotated[str, typer.Option(help="hybrid, keyword ou semantic.")] = "hybrid",
    tri: Annotated[str, typer.Option(help="pertinence, date ou titre.")] = "",
    page: Annotated[int, typer.Option(help="Page.", min=1)] = 1,
    limit: Annotated[int, typer.Option(help="Fiches par page.", min=1, max=100)] = 10,
    as_json: Annotated[
        bool, typer.Option("--json", help="La réponse de l’API, telle quelle.")
    ] = False,
    **filters: list[str] | None,
) -> None:
    """Chercher dans la base."""
    pairs = [
        ("q", " ".join(text or ())),
        ("mode", mode),
        ("tri", tri),
        ("page", str(page)),
        ("par_page", str(limit)),
    ]
    pairs += [(name, value) for name, values in filters.items() for value in values or ()]
    query = _query_of(pairs)
    service = _ready()
    found = service.finder.find(query)
    if as_json:
        typer.echo(
            json.dumps(answer(found, service.settings.base_url), ensure_ascii=False, indent=2)
        )
        return
    for line in lines(found):
        out.print(line, markup=False)


def _query_of(pairs: list[tuple[str, str]]) -> SearchQuery:
    query, problems = parse(pairs)
    for problem in problems:
        err.print(problem.sentence, markup=False)
    if problems:
        raise typer.Exit(MISUSED)
    return query


@app.command(cls=frames.Command)
def doctor() -> None:
    """Vérifier la base, l’index et les vecteurs, et dire quoi faire."""
    found = examine(_existing())
    for part in found:
        mend = f" → {part.mend}" if part.mend and not part.ok else ""
        out.print(f"{'✓' if part.ok else '✗'} {part.name} : {part.detail}{mend}", markup=False)
    raise typer.Exit(0 if all(part.ok for part in found) else 1)
