"""The one Jinja environment: escaping on, unknown variables are errors, French filters for dates,
counts and text.
"""

import datetime as dt
import re
from functools import lru_cache

import nh3
import pyromark
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from impact_alliances import urls
from impact_alliances.resources.kinds import KINDS
from impact_alliances.shipped import shipped
from impact_alliances.vocabularies import french

_TAGS = {
    "p",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "a",
    "blockquote",
    "br",
    "hr",
    "code",
    "pre",
    "del",
}
_TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
_OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH
# A text with more markup than this is no text: it is shown as it was written. An ordinary sheet has
# a few hundred tags, a book of 100,000 signs 15,000; the cleaning of deeper ones takes quadratic
# time.
MOST_TAGS, DEEPEST = 20_000, 100
# Texts whose HTML is kept: the sheets that are read most.
REMEMBERED_TEXTS = 128
# What is text for us and markup for the reader of Markdown: a « < » that begins no address (raw
# HTML), and a « ~ » alone, which says « about » in French. Code points that no text holds stand for
# them while it reads.
_LITERAL = re.compile(
    r"<(?!(?:https?://|mailto:)[^\s<>]*>|[\w.+-]{1,64}@[\w.-]{1,255}>)|(?<!~)~(?!~)"
)
_STAND_INS = {"<": "\ufdd0", "~": "\ufdd1"}
# As they come out: in a text, and in an address.
_STOOD_FOR = {"\ufdd0": "&lt;", "\ufdd1": "~", "%EF%B7%90": "%3C", "%EF%B7%91": "~"}
_TAG = re.compile(r"<(/?)(\w+)")
_VOID = {"br", "hr", "img"}


@lru_cache(maxsize=REMEMBERED_TEXTS)
def markdown(text: str) -> Markup:
    """Markdown as safe HTML: raw HTML is shown as text, links keep to the web and to mail.

    Costs 10 ms for 100,000 ordinary signs, and at most about 100 ms whatever they are.
    """
    marked = _LITERAL.sub(lambda sign: _STAND_INS[sign[0]], text)
    html = pyromark.html(marked, options=_OPTIONS)
    for stand_in, sign in _STOOD_FOR.items():
        html = html.replace(stand_in, sign)
    if _is_flood(text, html):
        return Markup("<p>{}</p>").format(fine(text))
    html = nh3.clean(
        html,
        tags=_TAGS,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow",
        # A heading of a table written in Markdown is that of its column.
        set_tag_attribute_values={"th": {"scope": "col"}},
    )
    # nh3 has cleaned it just above.
    return Markup(html)  # noqa: S704


def _is_flood(text: str, html: str) -> bool:
    """Whether cleaning this HTML would cost more than any text is worth."""
    if html.count("<") > MOST_TAGS or html.count("&") > len(text) // 4 + 1_000:
        return True
    depth = 0
    for closing, name in _TAG.findall(html):
        depth += -1 if closing else name not in _VOID
        if depth > DEEPEST:
            return True
    return False


def fine(text: str) -> Markup:
    """Plain text as HTML, its line ends kept."""
    return escape(text).replace("\n", Markup("<br>"))


def iso(date: dt.date | dt.datetime | None) -> str:
    """A date for machines."""
    return date.isoformat() if date else ""


def make_environment() -> Environment:
    """The environment shared by pages and mail."""
    environment = Environment(
        loader=FileSystemLoader(shipped("templates")),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        # Templates are part of a version: asking the disk at each page whether they changed was a
        # tenth of its cost.
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "markdown": markdown,
        "fine": fine,
        "number": french.number,
        "day": french.day,
        "month": french.month,
        "short_month": french.short_month,
        "quoted": french.quoted,
        "listed": french.listed,
        "iso": iso,
    }
    environment.globals |= {
        "urls": urls,
        "KINDS": KINDS,
        "counted": french.counted,
    }
    return environment
