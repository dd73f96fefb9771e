"""What the synonyms that are shipped answer: the questions that went wrong, and some like them."""

import pytest

from impact_alliances.text.analysis import stems, tokens
from impact_alliances.text.synonyms import thesaurus
from impact_alliances.text.understanding import Understanding, understand
from tests.text.lexicon import CorpusLexicon


def _read(text: str, *corpus: str) -> Understanding:
    return understand(text, CorpusLexicon(*corpus, thesaurus=thesaurus()))


def _is_found(asked: str, text: str, *others: str) -> bool:
    """Whether `text` holds any of the concepts of a question, in a corpus that holds others too."""
    held = {*stems(text), *thesaurus().expressions_in(text, tokens(text))}
    return any(concept.stems & held for concept in _read(asked, text, *others).concepts)


@pytest.mark.parametrize(
    ("asked", "said", "scattered"),
    [
        ("SDF", "Un café pour des personnes sans domicile", "À domicile, sans attendre"),
        ("ehpad", "Les maisons de retraite du canton", "Sa retraite, dans une maison"),
        ("TAD", "Un transport à la demande", "Une demande de transport"),
        (
            "CPTS",
            "La communauté professionnelle territoriale de santé",
            "La santé d’une communauté",
        ),
        ("epci", "La communauté de communes", "Trois communes et une communauté d’habitants"),
        ("mission locale", "La mission locale", "Une mission pour l’épicerie locale"),
        ("budget participatif", "Un budget participatif", "Un jardin participatif, sans budget"),
    ],
)
def test_an_expression_is_found_whole(asked: str, said: str, scattered: str) -> None:
    """And not by its words here and there."""
    assert _is_found(asked, said, scattered)
    assert not _is_found(asked, scattered, said)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("désert médical", "médecin"),
        ("économie circulaire", "réemploi"),
        ("SCIC", "coopérative"),
        ("RSA", "minima sociaux"),
    ],
)
def test_some_find_others_without_return(one: str, other: str) -> None:
    corpus = f"Ici : {one}.", f"Là : {other}."
    found = [name for _, names in _read(one, *corpus).synonyms for name in names]
    assert other in found
    assert one not in [name for _, names in _read(other, *corpus).synonyms for name in names]


@pytest.mark.parametrize(
    ("acronym", "words"),
    [
        ("ESS", "Essonne essaim"),
        ("PAT", "pâté pâtes patinoire"),
        ("PLU", "pluie plume"),
        ("TZCLD", "tzcldoute"),
        ("rse", "rsette"),
        ("ccas", "ccasino"),
        ("QPV", "qpvert"),
    ],
)
def test_a_known_acronym_is_completed_by_nothing_and_said_in_full(acronym: str, words: str) -> None:
    understood = _read(acronym, words)
    assert not understood.stems & {stem for word in words.split() for stem in stems(word)}
    assert understood.text == understood.synonyms[0][1][0]
    assert len(understood.text.split()) > 2


@pytest.mark.parametrize(
    ("asked", "neighbour"),
    [
        ("personnes isolées", "Une isolation, une rénovation énergétique"),
        ("isolation", "Des personnes isolées, leur isolement"),
        ("réfugiés", "Un refuge pour animaux"),
        ("refuge", "Des réfugiés, un migrant, un exilé"),
        ("un ami sûr", "Un appel à manifestation d’intérêt"),
        ("pâté", "Un projet alimentaire territorial"),
        ("aide", "Les aidants familiaux"),
    ],
)
def test_a_word_is_not_its_neighbour(asked: str, neighbour: str) -> None:
    """Nor is what it finds too."""
    assert not _is_found(asked, neighbour, f"{asked} migrants, aidants ; des travaux d’isolation")


def test_isolated_people_are_not_insulation() -> None:
    corpus = "Une isolation, une rénovation énergétique", "Des personnes âgées isolées l’été"
    assert _read("personnes âgées isolées l’été", *corpus).synonyms == ()
