"""The commands by their names, and how each ends: answers are French; exit code 0 done, 1 not done,
2 misused.
"""

import logging
from typing import Annotated

import typer

from impact_alliances import __version__, frames
from impact_alliances.commands.base import doctor, migrate
from impact_alliances.commands.files import export, import_
from impact_alliances.commands.index import embed, reindex, seed_vectors, worker
from impact_alliances.commands.mail import mail
from impact_alliances.commands.search import search
from impact_alliances.commands.site import demo, serve
from impact_alliances.commands.unmet import unmet
from impact_alliances.commands.wishes import wishes
from impact_alliances.faults import MISUSED
from impact_alliances.terminal import drop_output, err, leave_when_stopped, out, speak_utf8, tell

app = typer.Typer(
    cls=frames.Group,
    help="La base IMPACT-Alliances : servir, importer, chercher, vérifier.",
    no_args_is_help=True,
    add_completion=False,
    subcommand_metavar="COMMANDE …",
)
frames.speak_french()


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
        return tell(fault)


def version() -> None:
    """Dire la version."""
    out.print(__version__)


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


# In the order of the help; what is for maintainers alone is not told there.
for _name, _command in (
    ("version", version),
    ("migrate", migrate),
    ("serve", serve),
    ("demo", demo),
    ("worker", worker),
    ("import", import_),
    ("export", export),
    ("reindex", reindex),
    ("embed", embed),
    ("seed-vectors", seed_vectors),
    ("search", search),
    ("unmet", unmet),
    ("wishes", wishes),
    ("doctor", doctor),
):
    app.command(_name, cls=frames.Command, hidden=_command is seed_vectors)(_command)
app.add_typer(mail, name="mail")
