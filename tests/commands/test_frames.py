"""Help and refusals of the commands, without a word of English."""

import ast
import re
from pathlib import Path

import pytest
import typer
import typer.main

from impact_alliances import cli, frames
from tests.commands.processes import Command

ENGLISH = re.compile(
    r"\b(Usage|Error|Try|Show|default|required|Missing|Invalid|Got|No "
    r"such|Commands?|Arguments?|range|bool|str|int)\b"
)
NAMES = sorted(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["", *NAMES])
def test_help_is_in_french(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the whole and of each command."""
    monkeypatch.setattr("sys.argv", ["impact-alliances", *([name] if name else []), "--help"])
    assert cli.run() == 0
    said = capsys.readouterr().out
    assert (ENGLISH.findall(said), "Emploi : " in said) == ([], True)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("cherche", "La commande « cherche » n’existe pas"),
        ("search x --limite 3", "L’option « --limite » n’existe pas"),
        ("search x --limit", "demande une valeur"),
        ("search x --limit trois", "un nombre entier est attendu"),
        ("search x --limit 1000", "il faut au plus 100"),
        ("serve --port 0", "il faut au moins 1"),
        ("export", "Il manque l’option « --kind »"),
        ("export --kind maison", "Valeurs possibles"),
        ("migrate maintenant", "« maintenant » est de trop"),
        ("worker --once=oui", "ne prend pas de valeur"),
    ],
)
def test_a_misuse_is_refused_in_french(line: str, said: str, tmp_path: Path) -> None:
    """Exit code 2."""
    outcome = Command(tmp_path).run(*line.split())
    assert (outcome.code, said in outcome.err) == (2, True), outcome.err
    assert ENGLISH.findall(outcome.err.split("\nAide")[0]) == []


def test_every_word_that_typer_translates_has_its_french() -> None:
    """A new version that frames help with other words is noticed here."""
    source = Path(typer.__file__).with_name("rich_utils.py").read_text(encoding="utf-8")
    named = {
        target.id
        for statement in ast.parse(source).body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Call)
        and ast.unparse(statement.value.func) == "_"
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    assert named == set(frames._FRAMES)
