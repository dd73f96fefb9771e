"""The house: imports go down only, over all its floors; so do those of what stands beside it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import impact_alliances

HOME = Path(impact_alliances.__file__).parent
# From the top down. Rooms of one floor do not know each other.
FLOORS = (
    {"__main__"},
    {"cli"},
    {"commands"},
    {"serving"},
    {"app", "terminal", "clients"},
    {"web"},
    {"diagnosis"},
    {"wiring"},
    {"seeding"},
    {"contact", "importers", "indexing", "search"},
    {"mail"},
    {"telling"},
    {"meaning", "faults"},
    {"engines", "migrating", "templating"},
    {"text", "embeddings", "urls"},
    {"resources", "locks"},
    {"db", "geo", "signing"},
    {"vocabularies", "errors", "postgresql", "settings"},
    {"addresses", "batching", "shipped", "frames", "capacity"},
)

# What stands beside the house, and what of that it may import.
BESIDE = {
    "support": set[str](),
    "tools": {"support"},
    "bench": {"support"},
    "tests": {"support", "tools"},
}
LONGEST_FUNCTION = 35


def _rooms() -> Iterator[tuple[str, Path]]:
    for file in sorted(HOME.rglob("*.py")):
        parts = file.relative_to(HOME).with_suffix("").parts
        if parts != ("__init__",):
            yield parts[0], file


def _imported(file: Path) -> Iterator[str]:
    """The rooms that a file imports from."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("impact_alliances"):
            _, *below = (node.module or "").split(".")
            yield from below[:1] or [name.name for name in node.names]


def _packages_imported(file: Path) -> set[str]:
    """The packages that a file imports from."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return {name.split(".")[0] for name in found}


def test_a_commit_is_checked_as_make_checks() -> None:
    """The hooks are the commands of `make check`, and fetch nothing."""
    root = HOME.parents[1]
    made = (root / "Makefile").read_text(encoding="utf-8")
    check = made.split("\ncheck:")[1].split("\n\n")[0].splitlines()[1:]
    commands = [line.strip().replace('@"$(BIN)/', ".venv/bin/").replace('"', "") for line in check]
    config = (root / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"entry: (.*)", config) == commands
    assert re.findall(r"repo: (.*)", config) == ["local"]


def test_every_room_has_its_floor() -> None:
    """A new room is given one on purpose."""
    assert {room for room, _ in _rooms()} == set().union(*FLOORS)


def _functions(file: Path) -> Iterator[tuple[str, int]]:
    """Each function of a file, decorators left out, with its number of lines."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield node.name, node.end_lineno - node.lineno + 1


def test_no_function_is_long() -> None:
    """One that is says more than one thing: part it."""
    long = [
        f"{file.relative_to(HOME)}: {name} has {lines} lines"
        for _, file in _rooms()
        for name, lines in _functions(file)
        if lines > LONGEST_FUNCTION
    ]
    assert long == []


def test_imports_go_down_only() -> None:
    """No room knows one above it, nor beside it."""
    floor = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
    up = [
        f"{file.relative_to(HOME)} imports {other}"
        for room, file in _rooms()
        for other in _imported(file)
        if other in floor and other != room and floor[other] <= floor[room]
    ]
    assert up == []


def test_tests_and_measures_share_what_is_in_support() -> None:
    """Neither imports the other, and what they share imports neither."""
    root = HOME.parents[1]
    astray = [
        f"{file.relative_to(root)} imports {other}"
        for package, allowed in BESIDE.items()
        for file in sorted((root / package).rglob("*.py"))
        for other in _packages_imported(file) & set(BESIDE) - {package} - allowed
    ]
    assert astray == []
