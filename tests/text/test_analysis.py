"""From French text to stems: what one may type, and what must be the same word."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_alliances.text.analysis import STOP_WORDS, _analysed, clean, stems, tokens, words
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
        ("CO2", "CO₂", "co₂", "Co 2"),
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


_ENDINGS = ("isations", "ement", "aux", "ités", "euses", "ions", "emment", "ique", "âmes", "ée")


@pytest.mark.no_cover
def test_threads_do_not_spoil_each_other_s_stems() -> None:
    """An indexer and its visitors analyse at the same time, and what is wrong once stays in the
    memory of the process.
    """
    raws = [
        f"{start}{middle}{end}"
        for start in "bcdfglmnprst"
        for middle in ("ocal", "uror", "ivil", "ami")
        for end in _ENDINGS
    ] * 20
    analyse = _analysed.__wrapped__
    alone = [analyse(raw) for raw in raws]
    with ThreadPoolExecutor(8) as pool:
        several = list(pool.map(lambda _: [analyse(raw) for raw in raws], range(8)))
    assert all(stems == alone for stems in several)
