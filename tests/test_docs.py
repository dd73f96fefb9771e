"""What the documents say is true: settings, commands, files, templates."""

import importlib
import re
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, PackagePath, files
from pathlib import Path

import typer.main

from impact_alliances.cli import app
from impact_alliances.settings import Settings
from impact_alliances.shipped import shipped
from impact_alliances.web.conformity import conformity

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_readme_with_its_sentence() -> None:
    """None forgotten, none invented."""
    said = set(re.findall(r"`(IMPACT_[A-Z_]+)`", README))
    assert said == {f"IMPACT_{name.upper()}" for name in Settings.model_fields}
    assert all(field.description for field in Settings.model_fields.values())


def test_every_command_is_in_the_readme() -> None:
    """But the hidden ones, which are for maintainers."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    shown = {name for name, command in commands.items() if not command.hidden}
    table = README.split("## Commands")[1].split("## Settings")[0]
    said = {
        name
        for cell in re.findall(r"^\| (`.*?) \| ", table, re.MULTILINE)
        for name in re.findall(r"`([a-z]+)[` ]", cell)
    }
    assert said == shown


def test_the_files_the_readme_links_to_exist() -> None:
    """No dead link."""
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_what_is_installed_is_as_large_as_it_is_said() -> None:
    """As its packages tell their files: once compiled, they are a quarter larger on disk."""
    script = (ROOT / "tools/environment.sh").read_text(encoding="utf-8")
    said = re.findall(r"(\d+) (?:Mo sur le disque|MB on disk)", script + README)
    assert len(said) == 2
    assert len(set(said)) == 1
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = set(re.findall(r"^([\w.-]+)==", lock, re.MULTILINE))
    told = sum(file.size or 0 for name in pinned for file in _files_of(name)) / 2**20
    assert 0.95 <= told * 1.25 / int(said[0]) <= 1.05


def _files_of(package: str) -> Sequence[PackagePath]:
    """None of a package for another system or another Python."""
    try:
        return files(package) or ()
    except PackageNotFoundError:
        return ()


def test_every_template_is_used() -> None:
    """A template no page renders or includes is dead."""
    sources = [*(ROOT / "src").rglob("*.py"), *shipped("templates").glob("*.html")]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    assert [
        path.name for path in shipped("templates").glob("*.html") if f'"{path.name}"' not in text
    ] == []


def test_decisions_are_numbered_without_a_gap() -> None:
    """0001, 0002, …"""
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs/decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_figure_of_the_limits_is_that_of_the_code() -> None:
    """The constant named beside it, or the default of a setting."""
    page = (ROOT / "docs/limits.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [^|]+ \| ([\d,]+)[^|]* \| `([\w.]+)` \|", page, re.MULTILINE)
    assert len(rows) > 30
    said = {name: int(figure.replace(",", "")) for figure, name in rows}
    assert said == {name: _figure(name) for name in said}
    # A figure without a name would be held by nothing.
    assert len(rows) == len(re.findall(r"^\| [^|]+ \| [\d,]+", page, re.MULTILINE))


def _figure(name: str) -> object:
    module, _, constant = name.rpartition(".")
    if module == "settings":
        return Settings.model_fields[constant].default
    return getattr(importlib.import_module(f"impact_alliances.{module}"), constant)


def test_the_evidence_of_the_threat_model_exists() -> None:
    """Each test it names is there; each guard and each line of the checklist has its state."""
    page = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", page))
    assert len(named) > 15
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
    lines = re.findall(r"^\| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", page, re.MULTILINE)
    assert all(cell.strip() for line in lines for cell in line)


# The criteria of each of the thirteen themes of RGAA 4.1.
THEMES = (9, 2, 3, 13, 8, 2, 5, 10, 4, 14, 13, 11, 12)


def test_every_criterion_of_accessibility_is_told_once_in_order() -> None:
    """Those of the RGAA; each with how it is met, or why it is not, and what shows it."""
    told = conformity().criteria
    asked = [
        f"{theme}.{number}" for theme, last in enumerate(THEMES, 1) for number in range(1, last + 1)
    ]
    assert len(asked) == 106
    assert [one.number for one in told] == asked


def test_the_evidence_of_accessibility_exists() -> None:
    """Each test is defined in the file it is named with, each file read is there."""
    for one in conformity().criteria:
        named = re.findall(r"`([^`]+)`", one.evidence)
        assert named, one.number
        for path, _, test in (name.partition("::") for name in named):
            assert (ROOT / path).exists(), one.number
            if path.startswith("tests/"):
                written = (ROOT / path).read_text(encoding="utf-8")
                assert f"\ndef {test}(" in written, (one.number, test)
