"""The French of what frames a command: its help, and the sentence that refuses a wrong option.

Typer speaks English and has no other language; its words are replaced here, and nowhere else.
"""

import re
from typing import Any

from typer import Context, TyperException, rich_utils
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

_FRAMES = {
    "DEPRECATED_STRING": "(abandonné) ",
    "DEFAULT_STRING": "[par défaut : {}]",
    "ENVVAR_STRING": "[réglage : {}]",
    "REQUIRED_LONG_STRING": "[obligatoire]",
    "ARGUMENTS_PANEL_TITLE": "À donner",
    "OPTIONS_PANEL_TITLE": "Options",
    "COMMANDS_PANEL_TITLE": "Commandes",
    "ERRORS_PANEL_TITLE": "Erreur",
    "ABORTED_TEXT": "Interrompu.",
    "RICH_HELP": "Aide : [blue]{command_path} {help_option}[/]",
}
_TYPES = {
    "<bool>": "",
    "<str>": "<texte>",
    "<int>": "<nombre>",
    "<int range>": "<nombre>",
    "<path>": "<chemin>",
    "<list[str]>": "<texte>…",
}
# What Typer says, and what it means; the first that fits is taken, and applied inside a longer
# message.
_SENTENCES = [
    (r"Invalid value for '([^']+)': (.*)", r"« \1 » : \2"),
    (r"Invalid value: (.*)", r"Valeur refusée : \1"),
    (r"Missing argument '([^']+)'\.", r"Il manque « \1 »."),
    (r"Missing option '([^']+)'\.", r"Il manque l’option « \1 »."),
    (r"Missing command\.", "Il manque le nom d’une commande."),
    (r"No such option: (\S+)", r"L’option « \1 » n’existe pas."),
    (r"\(Possible options: (.*)\)", r"Peut-être : \1."),
    (r"No such command '([^']*)'\.?", r"La commande « \1 » n’existe pas."),
    (r"Did you mean (.*)\?", r"Peut-être : \1 ?"),
    (r"Got unexpected extra argument\(s\) \((.*)\)", r"« \1 » est de trop."),
    (r"Option '([^']+)' requires .*", r"L’option « \1 » demande une valeur."),
    (r"Option '([^']+)' does not take a value\.", r"L’option « \1 » ne prend pas de valeur."),
    (r"Argument '([^']+)' takes (\d+) values\.", r"« \1 » demande \2 valeurs."),
    (r"Choose from:\s*", "Valeurs possibles : "),
    (
        r"(?:Value error, )?'([^']*)' is not one of (.*)\.",
        r"« \1 » n’est pas connu. Valeurs possibles : \2.",
    ),
    (r"Input should be a valid integer.*", "un nombre entier est attendu."),
    (r"Input should be a valid number.*", "un nombre est attendu."),
    (r"Input should be a valid boolean.*", "« true » ou « false » est attendu."),
    (r"Input should be greater than or equal to (\S+)", r"il faut au moins \1."),
    (r"Input should be less than or equal to (\S+)", r"il faut au plus \1."),
    (r"\w+ '([^']+)' does not exist\.", r"le fichier « \1 » n’existe pas."),
    (r"\w+ '([^']+)' is a directory\.", r"« \1 » est un dossier, pas un fichier."),
    (r"\w+ '([^']+)' is not readable\.", r"« \1 » ne peut pas être lu : vérifiez les droits."),
]


def refused(error: TyperException) -> str:
    """A wrong option or argument, in French, with where to find help."""
    said = error.format_message()
    for english, words in _SENTENCES:
        said = re.sub(english, words, said)
    said = re.sub(r"\s+", " ", said).strip()
    context: Context | None = getattr(error, "ctx", None)
    return f"{said}\nAide : {context.command_path} --help" if context else said


def speak_french() -> None:
    """Give Typer's help its French words."""
    for name, words in _FRAMES.items():
        setattr(rich_utils, name, words)
    rich_utils.highlighter.highlights[-1] = r"(?P<usage>Emploi : )"
    for parameter in (TyperArgument, TyperOption):
        parameter.display_type = _type_shown  # type: ignore[method-assign,assignment]


_english_type = TyperOption.display_type


def _type_shown(parameter: Any, ctx: Any) -> str:
    label = _english_type(parameter, ctx)
    return _TYPES.get(label, label)


class _French:
    """A command whose usage line and help option are in French."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        pieces = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix="Emploi : ")

    def get_help_option(self, ctx: Any) -> TyperOption | None:
        option: TyperOption | None = super().get_help_option(ctx)  # type: ignore[misc]
        if option:
            option.help = "Montrer cette aide."
        return option


class Command(_French, TyperCommand):
    """One command."""


class Group(_French, TyperGroup):
    """All of them."""
