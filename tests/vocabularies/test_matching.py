"""From what people type to a value, and the nearest one when it is none."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from impact_alliances.vocabularies.matching import fold, match, nearest, slugify
from impact_alliances.vocabularies.terms import (
    ACTEURS,
    DEPARTEMENTS,
    FACETS,
    FRAGILITES,
    ODD,
    REGIONS,
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ÉCOLE", "ecole"),
        ("Cœur", "coeur"),
        ("CŒUR", "coeur"),
        ("ex æquo", "ex aequo"),
        ("l’été", "l'ete"),
        ("e\u0301cole", "ecole"),
        ("Straße", "strasse"),
        ("ﬁn", "fin"),
    ],
)
def test_two_spellings_of_a_word_fold_alike(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
@example("\u210c")  # A capital that has no lower case, but whose plain form has one.
@example("\u01fd")  # A ligature under an accent.
@example("\u0149")  # An apostrophe inside a letter.
def test_folding_is_done_once_and_for_all(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_a_slug_is_ascii_words_and_hyphens(text: str) -> None:
    slug = slugify(text)
    assert slugify(slug) == slug
    assert all(word.isascii() and word.isalnum() for word in slug.split("-")) or slug == ""


@pytest.mark.parametrize(
    ("facet", "text", "slug"),
    [
        ("fragilite", "mobilite", "mobilite"),
        ("fragilite", "Mobilité, transport", "mobilite"),
        ("fragilite", "  MOBILITÉ ", "mobilite"),
        ("fragilite", "Pouvoir d'achat", "niveau-de-vie"),
        ("fragilite", "pouvoir d’achat", "niveau-de-vie"),
        ("acteur", "commune", "collectivites"),
        ("region", "bretagne", "53"),
        ("region", "PACA", "93"),
        ("departement", "Côtes d'Armor", "22"),
        ("departement", "2a", "2A"),
        ("odd", "17", "17"),
        ("odd", "Partenariats pour la réalisation des objectifs", "17"),
    ],
)
def test_a_value_is_known_by_slug_label_or_synonym(facet: str, text: str, slug: str) -> None:
    assert match(FACETS[facet], text) == slug


@pytest.mark.parametrize("text", ["", "   ", "???", "日本", "mobilites-douces", "99"])
def test_what_names_nothing_matches_nothing(text: str) -> None:
    assert [match(vocabulary, text) for vocabulary in (FRAGILITES, ACTEURS, REGIONS)] == [None] * 3


@pytest.mark.parametrize(
    ("facet", "text", "slug"),
    [
        ("fragilite", "mobilitee", "mobilite"),
        ("fragilite", "santé publique", "sante"),
        ("acteur", "asociations", "associations"),
        ("region", "bretange", "53"),
        ("departement", "cotes d'armr", "22"),
    ],
)
def test_the_nearest_value_is_offered(facet: str, text: str, slug: str) -> None:
    assert nearest(FACETS[facet], text) == slug


@pytest.mark.parametrize("text", ["", "zzzzzz", "日本", "\x00\ud800"])
def test_nothing_near_is_offered_for_what_is_like_nothing(text: str) -> None:
    assert nearest(FRAGILITES, text) is None


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    for vocabulary in (FRAGILITES, ODD, DEPARTEMENTS):
        assert match(vocabulary, text) in (None, *vocabulary.by_slug)
        assert nearest(vocabulary, text) in (None, *vocabulary.by_slug)
