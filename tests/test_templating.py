"""Texts shown as HTML: what Markdown says, safely, and at a cost that no text can raise."""

import time

import pytest

from impact_alliances.templating import markdown

LONG = 100_000
FLOODS = {
    "images": "![](" * (LONG // 4),
    "brackets": "[" * LONG,
    "stars": "*" * (LONG // 2) + "_" * (LONG // 2),
    "a wide table": "\n".join(
        ["|".join("a" * 5_000), "|".join(["-"] * 5_000), *["|".join("a" * 5_000)] * 8]
    ),
    "a table to be filled": "|".join(["-"] * 200)
    + "\n"
    + "|".join(["-"] * 200)
    + "\na" * (LONG // 2 - 500),
    "references": "\n".join(f"[r{number}]: http://x/{number}" for number in range(5_000)),
    "quotes": ">" * LONG,
    "deep quotes": ">" * 9_000 + "a",
    "raw HTML": "<a " * (LONG // 3),
    "entities": "&" * LONG,
}


def _cost(text: str) -> float:
    """Seconds of processor, whatever else the machine does."""
    markdown.cache_clear()
    started = time.thread_time()
    markdown(text)
    return time.thread_time() - started


def test_no_flood_of_markup_costs_more_than_a_few_texts_of_its_length() -> None:
    """A sheet with such fields once took a minute of a place in the service."""
    ordinary = (
        "Un **paragraphe** avec un [lien](https://x.fr), *et* des mots.\n\n- un\n- deux\n\n" * 1_400
    )[:LONG]
    usual = min(_cost(ordinary) for _ in range(3))
    costs = {name: _cost(text) / usual for name, text in FLOODS.items()}
    assert {name: cost for name, cost in costs.items() if cost > 25} == {}
    # About that of five ordinary sheets.
    assert usual < 0.5


@pytest.mark.parametrize("name", ["deep quotes", "a table to be filled"])
def test_a_flood_is_shown_as_it_was_written(name: str) -> None:
    text = FLOODS[name]
    assert markdown(text).replace("<br>", "\n") == f"<p>{text.replace('>', '&gt;')}</p>"


def test_a_text_is_rendered_once() -> None:
    assert markdown("**une fois**") is markdown("**une fois**")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "**gras** et *penché*, ~~rayé~~",
            "<p><strong>gras</strong> et <em>penché</em>, <del>rayé</del></p>",
        ),
        ("## Titre\n\n1. un\n2. deux", "<h2>Titre</h2>\n<ol>\n<li>un</li>\n<li>deux</li>\n</ol>"),
        (
            "<b>x</b> <script>y</script>",
            "<p>&lt;b&gt;x&lt;/b&gt; &lt;script&gt;y&lt;/script&gt;</p>",
        ),
        ("<div>\n*a*\n</div>", "<p>&lt;div&gt;\n<em>a</em>\n&lt;/div&gt;</p>"),
        ("[a](<script>)", '<p><a href="%3Cscript%3E" rel="noopener nofollow">a</a></p>'),
        ("[a](https://x.fr/~b)", '<p><a href="https://x.fr/~b" rel="noopener nofollow">a</a></p>'),
        ("`<i> ~`", "<p><code>&lt;i&gt; ~</code></p>"),
        ("(~5 % ou ~10) ~", "<p>(~5 % ou ~10) ~</p>"),
        ("[a](javascript:b)", '<p><a rel="noopener nofollow">a</a></p>'),
        (
            "<https://x.fr>",
            '<p><a href="https://x.fr" rel="noopener nofollow">https://x.fr</a></p>',
        ),
        ("<a@b.fr>", '<p><a href="mailto:a@b.fr" rel="noopener nofollow">a@b.fr</a></p>'),
        ("| a | b |\n|---|---|\n| 1 | 2 |", None),
    ],
)
def test_markdown_is_html_and_html_is_text(text: str, html: str | None) -> None:
    found = str(markdown(text)).strip()
    assert found == html if html else "<td>1</td>" in found


def test_headings_of_a_table_are_those_of_their_columns() -> None:
    """And said so, to who listens; a table has nothing but headings and cells, one by one."""
    drawn = markdown("| Qui | Quoi |\n|---|---|\n| la mairie | pilote |")
    assert '<th scope="col">Qui</th><th scope="col">Quoi</th>' in drawn
    merged = markdown('<table><caption>x</caption><tr><td colspan="2">y</td></tr></table>')
    assert "<td" not in merged
