"""The screens kept in `docs/screens`: those of every page, and light enough to be kept."""

import importlib
import pkgutil
import re
from typing import get_type_hints

from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from impact_alliances.web import pages
from tools.screens import FOLDER, SCREENS, files

MOST_BYTES = 8_000_000


def _page_routes() -> list[APIRoute]:
    """The routes that answer with a page; the search answers with a block of it too."""
    modules = [
        importlib.import_module(f"{pages.__name__}.{found.name}")
        for found in pkgutil.iter_modules(pages.__path__)
    ]
    routes = [route for one in modules if hasattr(one, "router") for route in one.router.routes]
    return [
        route
        for route in routes
        if get_type_hints(route.endpoint)["return"] is HTMLResponse
        or route.endpoint.__name__ == "search"
    ]


def test_every_page_has_its_screen() -> None:
    """A new page is drawn with the others; the error page is the one that is at no address."""
    drawn = [re.sub(r"\?.*", "", one.path) for one in SCREENS if one.status == 200]
    routes = _page_routes()
    assert len(routes) > 10
    assert [one.path for one in routes if not any(map(one.path_regex.match, drawn))] == []
    assert {one.status for one in SCREENS} == {200, 404}


def test_the_folder_holds_what_the_command_draws() -> None:
    """No more and no less; all of it told in its index, and a few megabytes."""
    kept = list(FOLDER.glob("*.webp"))
    assert {one.name for one in kept} == files()
    assert sum(one.stat().st_size for one in kept) <= MOST_BYTES
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| \[([\w-]+)\]\(\1-1280-light\.webp\) \| `([^`]+)` \|", index, re.MULTILINE
    )
    assert rows == [(one.name, one.path) for one in SCREENS]
