"""The one Jinja environment: escaping on, unknown variables are errors, French filters for dates, counts and text."""

import datetime as dt
import hashlib
from functools import lru_cache
from pathlib import Path

import nh3
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from impact_alliances import urls
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.resource import Resource
from impact_alliances.shipped import shipped
from impact_alliances.vocabularies import french, terms

STATIC = Path(__file__).parent / "web" / "static"
_TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "a", "blockquote", "br", "hr", "code", "pre", "del"}
_TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def markdown(text: str) -> Markup:
    """Markdown as safe HTML: raw HTML is shown as text, links keep to the web and to mail."""
    html = nh3.clean(_markdown.render(text), tags=_TAGS, url_schemes={"http", "https", "mailto"}, link_rel="noopener nofollow")
    # nh3 has cleaned it just above.
    return Markup(html)  # noqa: S704


def fine(text: str) -> Markup:
    """Plain text as HTML, its line ends kept."""
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


@lru_cache
def asset(name: str) -> str:
    """The address of a static file, with a mark that changes with its content so that browsers may keep it."""
    content = (STATIC / name).read_bytes()
    return f"/static/{name}?v={hashlib.blake2b(content, digest_size=5).hexdigest()}"


def iso(date: dt.date | dt.datetime | None) -> str:
    """A date for machines."""
    return date.isoformat() if date else ""


def make_environment() -> Environment:
    """The environment shared by pages and mail."""
    environment = Environment(
        loader=FileSystemLoader(shipped("templates")),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "markdown": markdown,
        "fine": fine,
        "number": french.number,
        "day": french.day,
        "month": french.month,
        "quoted": french.quoted,
        "listed": french.listed,
        "iso": iso,
    }
    environment.globals |= {"asset": asset, "urls": urls, "terms": terms, "KINDS": KINDS, "counted": french.counted}
    environment.globals["kind_of"] = _kind_of
    return environment


def _kind_of(resource: Resource) -> object:
    return next(kind for kind in KINDS.values() if isinstance(resource, kind.table))
