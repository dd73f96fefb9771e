"""The command that searches, with an option for each filter."""

import inspect
import json
from collections.abc import Callable
from typing import Annotated, Any

import typer

from impact_alliances.commands.base import ready
from impact_alliances.faults import MISUSED
from impact_alliances.search.parameters import MOST_TOLD, VOCABULARIES, Parameters, parse
from impact_alliances.search.query import FILTERS, SearchQuery
from impact_alliances.terminal import err, out
from impact_alliances.vocabularies import french
from impact_alliances.web.answering import answer, lines

# Options that have one value, described as the parameters of the API are.
ONE_VALUE = ("near", "rayon", "comme", "tri", "mode")


def _with_parameters(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each filter of a search, and for what has one value, beside its
    own: it takes them as `**parameters`.
    """
    described = inspect.signature(command)
    text, *others = [
        own for own in described.parameters.values() if own.kind is not own.VAR_KEYWORD
    ]
    labels = {name: f"{vocabulary.label} (répétable)." for name, vocabulary in FILTERS.items()}
    filters = [_option(name, list[str] | None, label) for name, label in labels.items()]
    told = {name: Parameters.model_fields[name].description for name in ONE_VALUE}
    single = [_option(name, str | None, description) for name, description in told.items()]
    options = [text, *filters, *single, *others]
    command.__signature__ = described.replace(parameters=options)  # type: ignore[attr-defined]
    return command


def _option(name: str, taken: Any, described: str | None) -> inspect.Parameter:
    slugs = list(VOCABULARIES[name].by_slug) if name in VOCABULARIES else []
    values = f" {french.listed(slugs, 'ou')}." if 0 < len(slugs) <= MOST_TOLD else ""
    option = typer.Option(help=f"{described}{values}")
    return inspect.Parameter(
        name,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        default=None,
        annotation=Annotated[taken, option],
    )


@_with_parameters
def search(
    text: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXTE", help="Le besoin, en une phrase ou en mots."),
    ] = None,
    page: Annotated[int, typer.Option(help="Page.", min=1)] = 1,
    limit: Annotated[int, typer.Option(help="Fiches par page.", min=1, max=100)] = 10,
    as_json: Annotated[
        bool, typer.Option("--json", help="La réponse de l’API, telle quelle.")
    ] = False,
    **parameters: list[str] | str | None,
) -> None:
    """Chercher dans la base."""
    pairs = [("q", " ".join(text or ())), ("page", str(page)), ("par_page", str(limit))]
    for name, given in parameters.items():
        values = [given] if isinstance(given, str) else given or ()
        pairs += [(name, value) for value in values]
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
