"""The command that searches, with an option for each filter."""

import inspect
import json
from collections.abc import Callable
from typing import Annotated

import typer

from impact_alliances.commands.base import ready
from impact_alliances.faults import MISUSED
from impact_alliances.search.bounds import RAYONS
from impact_alliances.search.parameters import MOST_TOLD, parse
from impact_alliances.search.query import FILTERS, SORTS, SearchQuery
from impact_alliances.terminal import err, out
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import Vocabulary
from impact_alliances.web.answering import answer, lines


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


@_with_filters
def search(
    text: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXTE", help="Le besoin, en une phrase ou en mots."),
    ] = None,
    mode: Annotated[str, typer.Option(help="hybrid, keyword ou semantic.")] = "hybrid",
    near: Annotated[
        str,
        typer.Option(help="Près d’une commune (code INSEE) ou d’un point (latitude,longitude)."),
    ] = "",
    rayon: Annotated[
        str, typer.Option(help=f"Autour de --near : {french.listed(list(RAYONS.by_slug), 'ou')}.")
    ] = "",
    comme: Annotated[
        str, typer.Option(help="Territoires de la taille de cette commune (code INSEE).")
    ] = "",
    tri: Annotated[str, typer.Option(help=f"{french.listed(list(SORTS), 'ou')}.")] = "",
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
        ("near", near),
        ("rayon", rayon),
        ("comme", comme),
        ("tri", tri),
        ("page", str(page)),
        ("par_page", str(limit)),
    ]
    pairs += [(name, value) for name, values in filters.items() for value in values or ()]
    query = _query_of(pairs)
    service = ready()
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
