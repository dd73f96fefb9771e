"""What is public is a list of what is allowed: nothing else of the database leaves it."""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, get_origin, get_type_hints

import pytest
from fastapi import Request
from pydantic import SecretStr

import impact_alliances
from impact_alliances.app import create_app
from impact_alliances.resources.fields import PUBLIC
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.resource import Resource
from impact_alliances.shipped import shipped
from impact_alliances.web import pages
from impact_alliances.web.api.schemas import HitOut
from impact_alliances.web.pages.documentation import AboutPage
from impact_alliances.web.presenting import Shown
from impact_alliances.web.rendering import context_of
from support.service import a_service

HOME = Path(impact_alliances.__file__).parent
ROOT = Path(__file__).parents[2]
UNTOLD = "marge-tenue-par-la-redaction"
# Asks every page, feed and answer that can tell of a case, and prints what it was told.
VISITOR = f"""
import sys
from pathlib import Path
from starlette.testclient import TestClient
from impact_alliances.app import create_app
from support.builders import a_case, a_jeudi
from support.service import a_service
from impact_alliances.urls import page_of
from sqlmodel import SQLModel
import support.service

support.service.migrate = SQLModel.metadata.create_all
case = a_case(id="cas-1", margin="{UNTOLD}", title="Une alliance discrète")
other = a_case(id="cas-2", margin="{UNTOLD}")
service = a_service(Path(sys.argv[1]), case, other, a_jeudi(related=["cas-1"]))
client = TestClient(create_app(service.settings, service))
for address in (
    "/", "/recherche", "/recherche?q=alliance", page_of(case), "/cas.atom", "/recherche.atom",
    "/api/search?q=alliance", "/api/cases/cas-1", "/api/cases/cas-1/similar", "/api/openapi.json",
    "/api/docs", "/api/suggest?q=alliance", "/api/vocabularies", "/une-alliance-discrete",
):
    answer = client.get(address)
    print(address, answer.status_code, answer.text)
service.close()
"""


def test_a_column_that_no_field_tells_appears_nowhere(tmp_path: Path) -> None:
    """A model is given one more column, in a copy of the code, and a visitor asks for everything
    that is told of it.
    """
    code = tmp_path / "src" / "impact_alliances"
    code.parent.mkdir()
    subprocess.run(["cp", "-r", str(HOME), str(code)], check=True)
    for name in ("templates", "migrations", "seed", "docs"):
        (tmp_path / name).symlink_to(shipped(name))
    model = code / "resources" / "case.py"
    written = model.read_text(encoding="utf-8")
    assert '    state: str = ""\n' in written
    model.write_text(
        written.replace('    state: str = ""\n', '    state: str = ""\n    margin: str = ""\n'),
        encoding="utf-8",
    )
    told = subprocess.run(
        [sys.executable, "-c", VISITOR, str(tmp_path / "data")],
        env={**os.environ, "PYTHONPATH": f"{code.parent}:{ROOT}"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "Une alliance discrète" in told
    assert told.count(" 200 ") >= 13
    assert UNTOLD not in told
    assert "margin" not in told


def _held(given: type, seen: set[type]) -> Iterator[tuple[type, str, Any]]:
    """Every field of a dataclass, and of the dataclasses it holds, with its type."""
    seen.add(given)
    for name, hint in get_type_hints(given).items():
        for part in _parts(hint):
            yield given, name, part
            if isinstance(part, type) and is_dataclass(part) and part not in seen:
                yield from _held(part, seen)


def _parts(hint: Any) -> Iterator[Any]:
    """The classes of the values that a hint allows; a class given as a value tells nothing."""
    if get_origin(hint) is type:
        return
    if arguments := getattr(hint, "__args__", ()):
        for argument in arguments:
            yield from _parts(argument)
    elif isinstance(hint, type):
        yield hint


def test_no_template_is_given_a_whole_resource() -> None:
    """A page's context holds values made to be shown."""
    seen: set[type] = set()
    contexts = [
        found
        for module in iter_modules(pages.__path__)
        for found in vars(import_module(f"{pages.__name__}.{module.name}")).values()
        if isinstance(found, type) and is_dataclass(found) and found.__name__.endswith("Page")
    ]
    assert len(contexts) >= 5
    held = [
        f"{given.__name__}.{name}"
        for context in contexts
        for given, name, part in _held(context, seen)
        if issubclass(part, Resource)
    ]
    assert held == []
    assert all(fields(context) for context in contexts)


def test_no_template_is_given_a_secret(tmp_path: Path) -> None:
    """Of the settings it gets what pages print: whatever it holds, no key is behind it."""
    service = a_service(
        tmp_path,
        editor="L’observatoire",
        meilisearch_key="sesame",
        secret_key=SecretStr("sesame" * 8),
    )
    app = create_app(service.settings, service)
    asked = Request({"type": "http", "method": "GET", "path": "/", "headers": [], "app": app})
    held = pickle.dumps(context_of(asked, AboutPage("À propos")))
    service.close()
    assert "L’observatoire".encode() in held
    assert b"sesame" not in held


@pytest.mark.parametrize("kind", list(KINDS))
def test_what_hits_and_pages_name_is_public(kind: str) -> None:
    """They name fields by hand: each is one that the table tells to visitors."""
    named = {*HitOut.model_fields, *(field.name for field in fields(Shown))}
    columns = named & set(KINDS[kind].table.model_fields)
    assert {"title", "summary", "date"} <= columns <= {field.name for field in PUBLIC[kind]}
