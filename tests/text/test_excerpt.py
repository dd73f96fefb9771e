"""Excerpts: the words found are marked, all else is escaped."""

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import Markup

from impact_alliances.shipped import shipped
from impact_alliances.text.analysis import stems, tokens
from impact_alliances.text.excerpt import EXCERPT_CHARS, excerpt, highlighted
from impact_alliances.text.expressions import joined

_MARK = re.compile(r"<mark>(.*?)</mark>", re.DOTALL)


def _excerpt(query: str, *texts: str) -> str:
    return str(excerpt(texts, frozenset(stems(query))))


def _plain(excerpted: str) -> str:
    """What a reader sees, without the marks and the ellipses."""
    seen = html.unescape(excerpted.replace("<mark>", "").replace("</mark>", ""))
    return seen.removeprefix("… ").removesuffix(" …")


def test_the_words_found_are_marked_as_they_are_written() -> None:
    assert (
        _excerpt("ecole medecin", "L’École et les médecins du village")
        == "L’<mark>École</mark> et les <mark>médecins</mark> du village"
    )


def test_an_expression_is_marked_where_its_words_follow_one_another() -> None:
    """Stop words between them are no obstacle; a word of it alone is not what was asked for."""
    asked = frozenset({joined(tuple(stems("maison de retraite"))), *stems("bus")})
    text = "La maison du maire, sa retraite, le bus ; les Maisons de retraite."
    assert highlighted(text, asked) == (
        "La maison du maire, sa retraite, le <mark>bus</mark> ; "
        "les <mark>Maisons de retraite</mark>."
    )


def test_the_longest_expression_is_marked_and_words_asked_for_apart_too() -> None:
    short, long = (joined(tuple(stems(text))) for text in ("zéro chômeur", "zéro chômeur durable"))
    asked = frozenset({short, long, *stems("durable")})
    assert highlighted("Zéro chômeur durable, durable, zéro chômeur, zéro", asked) == (
        "<mark>Zéro chômeur durable</mark>, <mark>durable</mark>, <mark>zéro chômeur</mark>, zéro"
    )


def test_a_short_text_is_highlighted_whole() -> None:
    """However long it is, and whatever signs it has."""
    long = f"{'Un mot. ' * 40}L’École & <b>le</b> médecin"
    marked = long.replace("&", "&amp;").replace("<b>le</b>", "&lt;b&gt;le&lt;/b&gt;")
    marked = marked.replace("École", "<mark>École</mark>")
    assert highlighted(long, frozenset(stems("ecoles"))) == marked
    assert highlighted("Rien", frozenset(stems("ecoles"))) == "Rien"
    assert highlighted("Rien & tout", frozenset()) == "Rien &amp; tout"


def test_nothing_wanted_gives_the_beginning_unmarked() -> None:
    assert _excerpt("", "Un début.", "Une suite.") == "Un début."
    assert _excerpt("absent", "Un début.", "Une suite.") == "Un début."


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("coconstruction", "Une co-construction lente", "co-construction"),
        ("co-construction", "Une coconstruction lente", "coconstruction"),
        ("écoquartier", "Un éco-quartier neuf", "éco-quartier"),
        ("coeur", "Au cœur du bourg", "cœur"),
        ("odd 17", "L’ODD17 en pratique", "ODD"),
        ("école", "L’ÉCOLE du bourg", "ÉCOLE"),
        ("mobilités", "La mobilité", "mobilité"),
        ("œil", "De bons yeux", "yeux"),
        ("bail", "Des baux ruraux", "baux"),
        ("travail", "De gros travaux", "travaux"),
        ("va", "Il faudrait y aller", "aller"),
        ("directrice", "Le directeur", "directeur"),
        ("ESS", "Une E.S.S. locale", "E.S.S."),
        ("RD", "De la R&D", "R&D"),
        ("CO2", "Du CO2 en moins", "CO2"),
        ("20000", "Pour 20\u202f000 habitants", "20\u202f000"),
        ("été", "L’été dernier", "été"),
    ],
)
def test_a_word_is_marked_in_any_of_its_spellings(query: str, text: str, marked: str) -> None:
    assert set(stems(marked)) & set(stems(query))
    assert marked in map(html.unescape, _MARK.findall(_excerpt(query, text)))


@pytest.mark.no_cover
def test_every_word_of_the_demonstration_base_is_found_by_its_stem() -> None:
    """However the forms of a word begin, and whatever signs stand in it."""
    text = (shipped("seed") / "cases.csv").read_text(encoding="utf-8")
    by_stem = {token.stem: text[token.start : token.end] for token in tokens(text) if token.stem}
    assert len(by_stem) > 5_000
    assert [
        word
        for stem, word in by_stem.items()
        if "<mark>" not in excerpt([f"Un {word}."], frozenset([stem]))
    ] == []


@pytest.mark.parametrize("texts", [(), ("",), ("", "")])
def test_no_text_gives_no_excerpt(texts: tuple[str, ...]) -> None:
    assert _excerpt("car", *texts) == ""


def test_the_text_that_holds_most_of_the_words_is_quoted() -> None:
    assert (
        _excerpt("car village", "Un car passe.", "Le car du village.")
        == "Le <mark>car</mark> du <mark>village</mark>."
    )


def test_a_long_text_is_cut_around_the_words_between_two_spaces() -> None:
    text = "avant " * 100 + "le médecin arrive " + "après " * 100
    found = _excerpt("médecin", text)
    assert "<mark>médecin</mark>" in found
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert set(_plain(found).split()) == {"avant", "le", "médecin", "arrive", "après"}
    assert len(_plain(found)) <= EXCERPT_CHARS


def test_a_page_that_holds_markup_is_shown_not_run() -> None:
    text = "<script>alert(\"car\")</script> <mark>car</mark> & 'car'"
    found = excerpt([text], frozenset(stems("car")))
    assert isinstance(found, Markup)
    assert "<script" not in found
    assert len(_MARK.findall(found)) == 3
    assert _plain(str(found)) == text


@pytest.mark.parametrize(
    "text",
    [
        "x" * 400 + " médecin",
        "médecin " + "x" * 400,
        "a " * 100 + "x" * 300 + " médecin " + "y" * 300,
        "ligne\n" * 60 + "médecin\n" + "ligne\n" * 60,
        "https://exemple.example/" + "x/" * 200 + "médecin",
        "a " * 60 + "b" * 70 + "\nmédecin",
    ],
)
def test_a_word_found_is_always_shown(text: str) -> None:
    """Even where no space parts the words."""
    assert "<mark>médecin</mark>" in _excerpt("médecin", text)


def test_words_far_from_each_other_inside_the_window_are_all_marked() -> None:
    """The window that was chosen for holding both words is the one shown."""
    text = "rien " * 30 + "médecin " + "rien " * 40 + "village " + "rien " * 30
    assert _MARK.findall(_excerpt("médecin village", text)) == ["médecin", "village"]


_alphabet = st.characters(exclude_categories=["Cs"]) | st.sampled_from("<>&\"' \n médecin/")
_words = st.sampled_from(
    ["médecin", "car", "<b>", "</mark>", "<mark>", "&amp;", "village", "x" * 60, "\n", "l’école"]
)
_texts = st.one_of(
    st.text(_alphabet, max_size=400),
    st.lists(_words, max_size=80).map(" ".join),
    st.lists(_words, max_size=80).map("\n".join),
)


@given(
    st.lists(_texts, max_size=3),
    st.sets(st.sampled_from([*stems("médecin car village école b mark amp"), "zzz"])),
)
@example(["<mark>car</mark>"], {"car", "mark"})
@example(['"><img src=x onerror=alert(1)>'], {"img"})
def test_no_markup_but_marks_and_only_around_wanted_words(
    texts: list[str], wanted: set[str]
) -> None:
    found = str(excerpt(texts, frozenset(wanted)))
    bare = found.replace("<mark>", "").replace("</mark>", "")
    assert not set(bare) & set("<>\"'")
    assert re.fullmatch(r"(?:[^&]|&(?:amp|lt|gt|#34|#39);)*", bare)
    assert all(
        [token.stem for token in tokens(html.unescape(word))]
        and set(stems(html.unescape(word))) <= wanted
        for word in _MARK.findall(found)
    )
    assert found.count("<mark>") == found.count("</mark>") == len(_MARK.findall(found))
    assert any(_plain(found) in text or html.unescape(bare) in text for text in texts) or not any(
        texts
    )


@given(st.lists(_texts, min_size=1, max_size=3))
def test_a_wanted_word_that_is_there_is_marked(texts: list[str]) -> None:
    wanted = frozenset(stems("médecin"))
    is_there = any(token.stem in wanted for text in texts for token in tokens(text))
    assert ("<mark>" in excerpt(texts, wanted)) == is_there
