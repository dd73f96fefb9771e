"""The command that lists what persons of the base asked of their sheet, for the editor."""

from typing import Annotated

import typer

from impact_alliances.commands.base import ready_database
from impact_alliances.db import reading, writing
from impact_alliances.errors import NotFound
from impact_alliances.resources import wishes as asked
from impact_alliances.resources.wishes import Wish
from impact_alliances.terminal import out
from impact_alliances.vocabularies import french

_SAID = {
    asked.PAUSED: "en pause",
    asked.LEFT: "contact retiré",
    asked.WITHDRAWN: "fiche retirée",
    asked.CORRECTED: "correction proposée",
    asked.REPORTED: "abus signalé",
}


def wishes(
    done: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Rayer le souhait n° N, une fois traité ; une pause ou un retrait cesse alors "
            "d’être imposé aux imports.",
        ),
    ] = None,
) -> None:
    """Dire ce que les personnes souhaitent de leur fiche : pauses, retraits, corrections, abus."""
    database = ready_database()
    if done is not None:
        with writing(database) as session:
            wish = session.get(Wish, done)
            if wish is None:
                raise NotFound(f"Il n’y a pas de souhait n° {done}.")
            session.delete(wish)
        out.print(f"Le souhait n° {done} est rayé.")
        return
    with reading(database) as session:
        held = asked.all_of(session)
    for wish in held:
        out.print(_told(wish), markup=False)
    out.print(f"{french.counted(len(held), 'souhait', 'souhaits')}.")


def _told(wish: Wish) -> str:
    """A wish in a line, and in those that follow what it says."""
    line = f"n° {wish.id}  {french.day(wish.at)}  {wish.resource_id}  {_SAID[wish.wish]}"
    return "\n".join([line, *(f"    {said}" for one in wish.details for said in _details(one))])


def _details(one: dict[str, str]) -> list[str]:
    if "note" in one:
        return one["note"].splitlines()
    return [one["field"], f"- {one['before'] or '(vide)'}", f"+ {one['after'] or '(vide)'}"]
