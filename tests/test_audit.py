"""What is told of the dependencies' flaws: no silence passes for health."""

from typing import Any

import pytest

from tools.audit import say_flaws

SOUND: dict[str, Any] = {"name": "a", "version": "1", "vulns": []}
FLAWED: dict[str, Any] = {
    "name": "b",
    "version": "2",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}],
}
UNKNOWN: dict[str, Any] = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("dependencies", "is_sound", "told"),
    [
        ([SOUND], True, "1 dépendances vérifiées, 0 failles connues."),
        ([SOUND, FLAWED], False, "b 2 : PYSEC-1, corrigée par 2.1."),
        ([SOUND, UNKNOWN], False, "1 n’ont pu l’être"),
        ([UNKNOWN], False, "0 dépendances vérifiées"),
        ([], False, "0 dépendances vérifiées"),
    ],
)
def test_only_what_was_looked_up_is_sound(
    dependencies: list[dict[str, Any]],
    is_sound: bool,
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert say_flaws(dependencies) is is_sound
    assert told in capsys.readouterr().out
