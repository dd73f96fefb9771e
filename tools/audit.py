"""`make audit`: the known flaws of the frozen dependencies, then their licences.

Exit code 1 when there is a flaw, or when not all of them could be looked up.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements.lock"
_AUDIT = ("pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner=off", "-f=json")
_LICENCES = ("piplicenses", "--from=mixed", "--order=license", "--format=plain")


def main() -> int:
    """Say what was found, and what could not be looked up."""
    asked = _module(*_AUDIT, "-r", str(LOCK))
    try:
        found: list[dict[str, Any]] = json.loads(asked.stdout)["dependencies"]
    except ValueError:
        _say("Failles : rien n’a été vérifié, le service qui les connaît n’a pas répondu.")
        _say(f"  {(asked.stderr.strip().splitlines() or ['sans raison dite'])[-1]}")
        found = []
    is_sound = say_flaws(found)
    _say("Licences :")
    _say(_module(*_LICENCES).stdout)
    return 0 if is_sound else 1


def say_flaws(dependencies: list[dict[str, Any]]) -> bool:
    """Whether every dependency could be looked up and none has a known flaw."""
    passed_over = [one["name"] for one in dependencies if "skip_reason" in one]
    flawed = [(one, flaw) for one in dependencies for flaw in one.get("vulns", ())]
    checked = len(dependencies) - len(passed_over)
    _say(f"Failles : {checked} dépendances vérifiées, {len(flawed)} failles connues.")
    for one, flaw in flawed:
        mended = ", ".join(flaw["fix_versions"]) or "aucune version"
        _say(f"  {one['name']} {one['version']} : {flaw['id']}, corrigée par {mended}.")
    if passed_over:
        _say(
            f"  {len(passed_over)} n’ont pu l’être, le service qui connaît les failles n’en dit "
            f"rien : {', '.join(passed_over[:5])}…"
        )
    return bool(checked) and not flawed and not passed_over


def _module(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", name, *arguments], capture_output=True, text=True, check=False
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
