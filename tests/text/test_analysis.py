"""From French text to stems: what one may type, and what must be the same word."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_alliances.text.analysis import STOP_WORDS, clean, stems, tokens, words
from impact_alliances.vocabularies.matching import fold


@pytest.mark.parametrize(
    "alike",
    [
        (
            "école",
            "ecole",
            "ÉCOLE",
            "Écoles",
            "e\u0301cole",
            "l’école",
            "l'école",
            "d’écoles",
            "L'École",
        ),
        ("cœur", "coeur", "CŒUR", "cœurs"),
        ("œuvre", "oeuvre", "Œuvres"),
        (
            "co-construction",
            "coconstruction",
            "co construction",
            "Co‑construction",
            "co-constructions",
            "CO-CONSTRUCTION",
        ),
        ("éco-quartier", "écoquartier", "eco-quartiers"),
        ("bio-diversité", "biodiversité"),
        ("ODD17", "ODD 17", "odd-17", "Odd 17", "ODD\u00a017"),
        ("médecin", "médecins", "medecin", "Médecins"),
        ("handicapé", "handicapés", "handicape"),
        ("mobilité", "mobilités"),
        ("rendez-vous", "rendez vous"),
        ("aujourd’hui la gare", "la gare", "gares"),
        ("qu’est-ce qu’une crèche", "est une crèche"),
    ],
    ids=lambda alike: alike[0],
)
def test_these_are_the_same_words(alike: tuple[str, ...]) -> None:
    assert {spelling: stems(spelling) for spelling in alike} == dict.fromkeys(
        alike, stems(alike[0])
    )
    assert stems(alike[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("car", "carte"),
        ("eau", "air"),
        ("ODD 1", "ODD 17"),
        ("co-pilote", "pilote"),
        ("CO2", "CO3"),
    ],
)
def test_these_are_different_words(one: str, other: str) -> None:
    assert stems(one) != stems(other)


def test_stop_words_have_no_stem_but_keep_their_place() -> None:
    assert stems("ma commune n’a plus de médecin") == stems("commune médecin")
    assert words("n’a plus de") == ["n", "a", "plus", "de"]


@pytest.mark.parametrize("text", ["", "   ", "…!?", "de la", "l’", "a b c", "\x00", "\ud800", "😀"])
def test_a_text_without_words_has_no_stem(text: str) -> None:
    assert stems(text) == []


def test_stop_words_are_written_as_they_are_compared() -> None:
    assert [word for word in STOP_WORDS if fold(word) != word or words(word) != [word]] == []


def test_words_that_name_places_and_things_stay() -> None:
    assert all(stems(text) for text in ("Grand Est", "car scolaire", "or", "son", "17", "est"))


def test_a_company_name_does_not_swallow_the_next_word() -> None:
    """« Co » joins what it prefixes, not the little word that happens to follow."""
    assert "village" in words("Durand et Co dans le village")
    assert "dans" in words("Durand et Co dans le village")


@pytest.mark.parametrize(
    "text", ["L’école co-construit à Trévou-Tréguignec", "e\u0301cole", "CO₂ et ODD17"]
)
def test_tokens_say_where_they_are(text: str) -> None:
    found = list(tokens(text))
    assert [(token.start, token.end) for token in found] == sorted(
        (token.start, token.end) for token in found
    )
    assert all(
        fold(text[token.start : token.end]).replace("-", "").replace(" ", "") == token.word
        for token in found
    )


@given(st.text())
def test_any_text_is_cut_into_words_in_order(text: str) -> None:
    position = 0
    for token in tokens(text):
        assert position <= token.start < token.end <= len(text)
        assert token.word
        position = token.end


@given(st.text())
def test_accents_and_case_never_matter(text: str) -> None:
    """A text and its lower case, composed or decomposed, hold the same words as far as French
    goes.
    """
    french = "".join(
        char for char in text if char in "abcdefghijklmnopqrstuvwxyzàâäéèêëîïôöùûüçœæ’' -0123456789"
    )
    assert stems(french.upper()) == stems(french) == stems(fold(french))


@given(st.text())
def test_cleaning_keeps_the_words(text: str) -> None:
    visible = "".join(
        char for char in text if char >= " " and char != "\x7f" and not "\ud800" <= char <= "\udfff"
    )
    assert words(clean(visible)) == words(" ".join(visible.split()))


# -- forms of a word -----------------------------------------------------------------------------


def _pairs(name: str) -> list[tuple[str, str]]:
    """The pairs of a file, two by line."""
    lines = (Path(__file__).parent / "data" / name).read_text(encoding="utf-8").splitlines()
    return [(one, other) for one, other in (line.split("|") for line in lines)]


def test_the_numbers_and_genders_of_a_word_are_one_word() -> None:
    pairs = _pairs("forms_of_a_word.txt")
    assert len(pairs) > 200
    assert [pair for pair in pairs if stems(pair[0]) != stems(pair[1])] == []


def test_they_are_one_word_where_no_accent_is_typed() -> None:
    pairs = _pairs("forms_of_a_word.txt")
    assert [pair for pair in pairs if stems(fold(pair[0])) != stems(pair[1])] == []


def test_words_that_only_begin_alike_are_strangers() -> None:
    pairs = _pairs("strangers.txt")
    assert len(pairs) > 60
    assert [pair for pair in pairs if set(stems(pair[0])) & set(stems(pair[1]))] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("voiturins", "voiturin"),
        ("zorglubatrice", "zorglubateurs"),
        ("co-construites", "coconstruire"),
        ("éco-locaux", "écolocal"),
        ("télétravaillent", "télétravailler"),
        ("webisée", "webisés"),
    ],
)
def test_words_that_no_dictionary_has_are_guessed(one: str, other: str) -> None:
    assert stems(one) == stems(other) != []


@pytest.mark.parametrize("word", ["pays", "temps", "taux", "repas", "ESS", "bus", "colis", "choix"])
def test_a_word_that_is_its_own_plural_is_left_whole(word: str) -> None:
    assert stems(word) == [fold(word)]


# -- accents and stop words ----------------------------------------------------------------------


@pytest.mark.parametrize("word", ["été", "étés", "Été", "e\u0301te\u0301", "maïs", "sûr", "né"])
def test_an_accent_tells_a_word_from_a_stop_word(word: str) -> None:
    assert stems(word)
    assert stems(fold(word)) == [] or word == "étés"


@pytest.mark.parametrize(
    ("text", "is_season"),
    [
        ("La salle a été rénovée", False),
        ("Les jeunes ont aussi été formés", False),
        ("n’ayant jamais été écoutés", False),
        ("Ils s’y baignent l’été", True),
        ("cet été, en été", True),
        ("pendant l’été 2022", True),
    ],
)
def test_what_has_been_is_no_summer(text: str, is_season: bool) -> None:
    assert ("ete" in stems(text)) is is_season


# -- signs in words ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "alike",
    [
        ("ESS", "E.S.S.", "E.S.S", "e.s.s."),
        ("RH", "R.H.", "R.H"),
        ("R&D", "R & D", "RD", "r&d"),
        ("CO2", "CO₂", "Co 2"),
        ("20000", "20 000", "20\u00a0000", "20\u202f000", "20.000"),
        ("1234567", "1 234 567"),
        ("médecin", "mé\u00addecin", "méde\u200bcin", "\ufeffmédecin", "mé\u2060decin"),
    ],
    ids=lambda alike: alike[0],
)
def test_signs_in_a_word_do_not_part_it(alike: tuple[str, ...]) -> None:
    assert {tuple(stems(spelling)) for spelling in alike} == {tuple(stems(alike[0]))}
    assert len(stems(alike[0])) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("en 2023 120 cas", ["2023", "120", "cas"]),
        ("le 12 avril", ["12", "avril"]),
        ("02 96 05 60 70", ["02", "96", "05", "60", "70"]),
        ("fin. Autre", ["fin", "autre"]),
        ("ODD 17 et CO2", ["odd", "17", "co2"]),
    ],
)
def test_words_and_numbers_beside_each_other_stay_apart(text: str, expected: list[str]) -> None:
    assert [token.word for token in tokens(text) if token.stem or token.word == "autre"] == expected
