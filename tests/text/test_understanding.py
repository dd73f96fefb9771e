"""From what a visitor typed to what is searched, and what was done to it."""

import csv
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from impact_alliances.shipped import shipped
from impact_alliances.text.analysis import stems
from impact_alliances.text.expressions import joined
from impact_alliances.text.spelling import Correction
from impact_alliances.text.synonyms import Thesaurus
from impact_alliances.text.synonyms_file import COLUMNS, parse
from impact_alliances.text.understanding import COMPLETIONS, MOST_UNKNOWN, Understanding, understand
from tests.text.lexicon import CorpusLexicon

LEXICON = CorpusLexicon(
    "Ma commune n’a plus de médecin : un centre de santé mobile",
    "L’économie sociale et solidaire, un pôle territorial de coopération économique",
    "Co-construction d’un projet alimentaire territorial avec les écoles",
    "Mobilité : une navette et du covoiturage pour les seniors et les personnes âgées",
    "Mobilité douce à vélo, la bibliothèque mobile, la médiathèque",
    "Une généraliste et un docteur à la mairie ; l’ODD 17",
    "Un hébergement pour les jeunes et un maintien des personnes à mobilité réduite",
)


def _read(text: str, *, correct: bool = True, synonyms: bool = True) -> Understanding:
    return understand(text, LEXICON, correct=correct, synonyms=synonyms)


def _asked(text: str) -> list[str]:
    """The words of the concepts."""
    return [concept.word for concept in _read(text).concepts]


# -- words ---------------------------------------------------------------------------------------


def test_a_sentence_is_reduced_to_what_it_asks_for() -> None:
    assert _asked("Comment trouver un médecin dans ma commune ?") == ["médecin", "commune"]


def test_words_of_asking_alone_are_searched_all_the_same() -> None:
    assert _asked("trouver des solutions") == ["trouver", "solutions"]


def test_a_word_given_twice_is_one_concept() -> None:
    assert _asked("médecin médecins MEDECIN mobile") == ["médecin", "mobile"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("école", "ECOLES"),
        ("l’école", "ecole"),
        ("co-construction", "coconstruction"),
        ("co construction", "coconstruction"),
        ("ODD17", "odd 17"),
        ("medecin", "Médecins"),
    ],
)
def test_two_spellings_ask_for_the_same(one: str, other: str) -> None:
    assert [concept.stems for concept in _read(one).concepts] == [
        concept.stems for concept in _read(other).concepts
    ]


@pytest.mark.parametrize(
    "text", ["", "   ", "???", "de la", "-", '"', "«", '""', '-""', "\x00", "\ud800"]
)
def test_nothing_asked_is_understood_as_nothing(text: str) -> None:
    understood = _read(text)
    assert (understood.concepts, understood.phrases, understood.excluded, understood.stems) == (
        (),
        (),
        (),
        frozenset(),
    )


# -- corrections ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "corrections", "read"),
    [
        ("medcin mobile", (("medcin", "medecin"),), "medecin mobile"),
        ("mobiltié douce", (("mobiltié", "mobilite"),), "mobilite douce"),
        ("Covoiturrage senior", (("Covoiturrage", "covoiturage"),), "covoiturage senior"),
        ("hebergmentt des jeunes", (("hebergmentt", "hebergement"),), "hebergement des jeunes"),
        (
            "medcin, covoiturge",
            (("medcin", "medecin"), ("covoiturge", "covoiturage")),
            "medecin, covoiturage",
        ),
    ],
)
def test_a_typing_error_is_corrected_and_told(
    text: str, corrections: tuple[tuple[str, str], ...], read: str
) -> None:
    understood = _read(text)
    assert (understood.corrections, understood.text) == (corrections, read)


def test_a_correction_can_be_refused() -> None:
    understood = _read("medcin mobile", correct=False)
    assert (understood.corrections, understood.text) == ((), "medcin mobile")


@pytest.mark.parametrize(
    "text",
    [
        "médecins écoles",
        "velo",
        "abc mobile",
        "2024 mobile",
        "zzzzzzzz mobile",
        "ess",
        "besoins de médecin",
    ],
)
def test_known_short_or_strange_words_are_left_as_typed(text: str) -> None:
    assert _read(text).corrections == ()


def test_a_word_that_has_synonyms_is_no_error() -> None:
    """The corpus may hold them, though not the word."""
    lexicon = CorpusLexicon("Un chantier naval", "Une prisson")
    corrected = {word: understand(word, lexicon).corrections for word in ("prison", "prissom")}
    assert corrected == {"prison": (), "prissom": (("prissom", "prisson"),)}


class EagerLexicon(CorpusLexicon):
    """One that would correct any word."""

    def nearest(self, word: str) -> Correction | None:
        return Correction("corrige", True)


EAGER = EagerLexicon("Le bus mobile", "La bibliothèque", "Le médecin")


@pytest.mark.parametrize("text", ["bsu", "20240", "comment", "avec", "mobiles", "prison", "mobile"])
def test_only_a_word_that_nothing_knows_is_compared_with_the_corpus(text: str) -> None:
    """Too short, a number, of asking, of no meaning, of a stem or of an expression that is known:
    left as it is, though the corpus may have a word near it.
    """
    assert understand(f"{text} médecin", EAGER).corrections == ()


def test_a_word_of_four_letters_may_be_an_error() -> None:
    assert understand("médecin cuyr médecin", EAGER).corrections == (("cuyr", "corrige"),)


def test_only_the_last_word_may_be_the_beginning_of_another() -> None:
    assert understand("médecin biblio", EAGER).corrections == ()
    assert understand("bibliot médecin", EAGER).corrections == (("bibliot", "corrige"),)


def test_no_more_words_are_compared_than_a_need_has() -> None:
    """Each costs a look at all those of the corpus; the known ones between them cost none."""
    typed = [f"zz{chr(97 + n)}" * 2 for n in range(MOST_UNKNOWN + 5)]
    found = understand(" mobile ".join(typed), EAGER).corrections
    assert [word for word, _ in found] == typed[:MOST_UNKNOWN]


def test_a_correction_changes_whole_words_only() -> None:
    """The error is part of another word, which stays."""
    understood = _read("vilo et vilolente mobile")
    assert "vilolente" in understood.text


def test_the_commonest_of_the_nearest_words_is_taken() -> None:
    lexicon = CorpusLexicon("parole", "parole", "pagode", "parade")
    assert understand("parode mobile", lexicon).corrections == (("parode", "parole"),)


ESS = "économie sociale et solidaire"
PMR = "personne à mobilité réduite"
PTCE = "pôle territorial de coopération économique"
RSE = "responsabilité sociétale des entreprises"


@pytest.mark.parametrize(
    "text",
    [
        "la dame âgée dort mal",
        "un coin pour les gamins",
        "on nous refuse un foot",
        "restos, assos, promos",
        "jouer gratuitement",
        "télétravaillent",
        "les pays, le temps, des repas",
        "un coworking",
    ],
)
def test_a_word_of_french_is_never_corrected(text: str) -> None:
    assert understand(f"médecin mobile {text} bus", EAGER).corrections == ()


def test_a_text_in_another_language_is_left_as_typed() -> None:
    lexicon = CorpusLexicon("La petite Aline, la salle vaste, un lycée", "Une école de sport")
    understood = understand("elderly people living alone", lexicon)
    assert (understood.corrections, understood.text) == ((), "elderly people living alone")
    assert understand("aloone, aecole", lexicon).corrections == ()


def test_two_errors_in_two_words_are_no_other_language() -> None:
    assert dict(_read("medcin mobiel").corrections) == {"medcin": "medecin", "mobiel": "mobile"}


def test_a_name_is_corrected_where_the_error_is_sure_alone() -> None:
    """A capital inside a text tells a name."""
    lexicon = CorpusLexicon("Un facteur, une facture, un médecin")
    assert dict(understand("le Factuer", lexicon).corrections) == {}
    assert dict(understand("le factuer", lexicon).corrections) == {"factuer": "facteur"}
    assert dict(understand("le Medcin", lexicon).corrections) == {"Medcin": "medecin"}


def test_the_model_reads_what_was_typed_where_a_correction_is_not_sure() -> None:
    lexicon = CorpusLexicon("Un facteur, une facture, un médecin")
    understood = understand("factuer et medcin", lexicon)
    assert [concept.word for concept in understood.concepts] == ["facteur", "medecin"]
    assert understood.text == "factuer et medecin"


def _sentences() -> list[tuple[str, str, str]]:
    """Plain sentences, each with an error that one may make in it, and the word meant."""
    lines = (Path(__file__).parent / "data" / "sentences.txt").read_text(encoding="utf-8")
    return [(one, error, meant) for one, error, meant in (s.split("|") for s in lines.splitlines())]


def test_sentences_without_a_fault_are_left_alone(demonstration: CorpusLexicon) -> None:
    sentences = [sentence for sentence, _, _ in _sentences()]
    assert len(sentences) > 300
    corrected = {one: understand(one, demonstration).corrections for one in sentences}
    assert {one: found for one, found in corrected.items() if found} == {}


def test_nearly_every_error_of_a_sentence_is_corrected_right(demonstration: CorpusLexicon) -> None:
    """The words asked for are then those of the sentence without it."""

    def asked(text: str) -> list[frozenset[str]]:
        return [concept.stems for concept in understand(text, demonstration).concepts]

    wrong = [
        error
        for sentence, error, meant in _sentences()
        if asked(sentence.replace(meant, error, 1)) != asked(sentence)
    ]
    assert len(wrong) <= 0.05 * len(_sentences()), wrong


@pytest.fixture(scope="module")
def demonstration() -> CorpusLexicon:
    """The words of the demonstration base."""
    texts = []
    for file in ("cases.csv", "catalyseurs.csv", "jeudis.csv", "articles.csv"):
        with (shipped("seed") / file).open(encoding="utf-8", newline="") as rows:
            texts += [" \n".join(row) for row in csv.reader(rows)]
    return CorpusLexicon(*texts)


# -- synonyms and acronyms -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "asked", "word", "others"),
    [
        ("ESS", ESS, "ESS", (ESS,)),
        (f"l’{ESS}", ESS, ESS, ()),
        ("un ptce local", PTCE, "ptce", (PTCE,)),
        ("médecin", "médecin", "médecin", ("docteur",)),
        ("personnes âgées", "personnes âgées", "personnes âgées", ("senior",)),
        ("médiathèque", "médiathèque", "médiathèque", ("bibliothèque",)),
        ("PMR", PMR, "PMR", (PMR,)),
    ],
)
def test_an_acronym_or_a_word_finds_its_equals_that_the_corpus_holds(
    text: str, asked: str, word: str, others: tuple[str, ...]
) -> None:
    understood = _read(text)
    assert dict(understood.synonyms).get(word, ()) == others
    concept = next(concept for concept in understood.concepts if concept.word == asked)
    held = [joined(tuple(stems(one))) for one in (asked, *others)]
    assert list(concept.alternatives) == list(dict.fromkeys(held))


def test_the_synonyms_of_a_word_written_twice_are_told_once() -> None:
    assert _read("médecin parti, médecin remplacé").synonyms == (("médecin", ("docteur",)),)


def test_synonyms_can_be_refused() -> None:
    understood = _read("médecin ESS", synonyms=False)
    assert understood.synonyms == ()
    assert [concept.alternatives for concept in understood.concepts] == [
        (stems("médecin")[0],),
        (stems("ess")[0],),
    ]


def test_expressions_are_not_looked_for_where_synonyms_are_refused() -> None:
    understood = _read("économie sociale et solidaire", synonyms=False)
    assert [concept.word for concept in understood.concepts] == ["économie", "sociale", "solidaire"]


def test_an_expression_is_found_before_other_words() -> None:
    """Of two words among three, or four."""
    assert _asked("personnes âgées, bus") == ["personnes âgées", "bus"]
    assert _asked("personnes âgées, bus, vélo") == ["personnes âgées", "bus", "vélo"]


def test_the_longest_expression_is_taken_first() -> None:
    """« personnes à mobilité réduite » is one thing, not mobility."""
    assert _asked("personnes à mobilité réduite") == ["personnes à mobilité réduite"]


def test_an_expression_that_begins_like_another_is_taken_whole() -> None:
    """« territoire zéro chômeur » is known by itself too."""
    whole = "territoire zéro chômeur de longue durée"
    lexicon = CorpusLexicon(f"Un {whole}")
    assert [concept.word for concept in understand(whole, lexicon).concepts] == [whole]


def test_an_expression_is_one_stem_that_its_words_apart_do_not_have() -> None:
    (concept,) = _read("personnes âgées").concepts
    assert concept.alternatives[0] == joined(tuple(stems("personnes âgées")))
    assert not concept.stems & set(stems("personnes âgées"))


def test_the_words_of_an_expression_that_nothing_holds_are_searched_apart() -> None:
    """Neither the corpus nor an index made before it was known could answer for the whole."""
    found = understand("mission locale", CorpusLexicon("Une mission, une agence locale"))
    assert [concept.alternatives for concept in found.concepts] == [
        (stem,) for stem in stems("mission locale")
    ]


def test_a_name_that_nothing_holds_is_not_asked_for_by_its_words() -> None:
    """They say nothing of it: « projet », « territorial ». The meaning reads it all the same."""
    lexicon = CorpusLexicon("Un projet territorial, qui est alimentaire")
    for text in ("PAT", "projet alimentaire territorial"):
        understood = understand(text, lexicon)
        assert not understood.stems & set(stems("projet alimentaire territorial"))
        assert understood.text == "projet alimentaire territorial"


def test_an_expression_keeps_its_words_of_asking() -> None:
    """« solution » alone says nothing of a need; in an expression that is known it does."""
    known = Thesaurus(parse(f"{','.join(COLUMNS)}\nsolution douce | remède")[0])
    lexicon = CorpusLexicon("Une solution douce", thesaurus=known)
    words = [concept.word for concept in understand("trouver une solution douce", lexicon).concepts]
    assert words == ["solution douce"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("rse", RSE),
        ("la RSE en zone rurale", f"la {RSE} en zone rurale"),
        ("L’ESS et le PAT", f"L’{ESS} et le projet alimentaire territorial"),
        ("ehpad", "établissement médicalisé"),
        ("sans-abri", "sans-abri"),
        (ESS, ESS),
    ],
)
def test_an_acronym_is_read_in_full_by_the_model(text: str, read: str) -> None:
    assert _read(text).text == read
    assert _read(text, synonyms=False).text == text


def test_what_an_acronym_is_read_as_is_said_though_no_document_holds_it() -> None:
    assert _read("rse").synonyms == (("rse", (RSE,)),)


@pytest.mark.parametrize("held", [("La RSE", f"La {RSE}"), ("La RSE",), ("Les entreprises",)])
def test_an_acronym_and_its_full_form_ask_for_the_same(held: tuple[str, ...]) -> None:
    """Whether the corpus holds one of them, both, or words of it alone."""
    one, other = (understand(text, CorpusLexicon(*held), correct=False) for text in ("RSE", RSE))
    assert (one.concepts, one.text) == (other.concepts, other.text)


def test_an_acronym_keeps_its_place_among_other_words() -> None:
    lexicon = CorpusLexicon(f"La {RSE}", "Une petite rive")
    understood = understand("petite RSE, rive", lexicon)
    assert [concept.word for concept in understood.concepts] == ["petite", RSE, "rive"]
    assert understood.synonyms == (("RSE", (RSE,)),)


@pytest.mark.parametrize("acronym", ["ESS", "PAT", "TZCLD", "ami"])
@pytest.mark.parametrize("synonyms", [True, False])
def test_a_known_acronym_is_never_the_beginning_of_a_word(acronym: str, synonyms: bool) -> None:
    """ESS is not Essonne, PAT no pâté, nor is « durée » durability. « ami » is a word, which « AMI
    » is not.
    """
    lexicon = CorpusLexicon("Essonne, pâtés, patinoire, tzcldoute, amiral, territorialité, duréee")
    concepts = understand(acronym, lexicon, synonyms=synonyms).concepts
    is_completed = any(len(concept.alternatives) > 1 for concept in concepts)
    assert is_completed == (acronym == "ami")


@pytest.mark.parametrize(
    ("text", "is_acronym"),
    [("AMI", True), ("un AMI régional", True), ("un ami", False), ("UN AMI FIDÈLE", False)],
)
def test_some_acronyms_are_other_words_when_they_are_not_in_capitals(
    text: str, is_acronym: bool
) -> None:
    """In a text all in capitals they say nothing."""
    assert ("appel à manifestation" in _read(text).text) == is_acronym


# -- operators -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '"centre de santé" mobile',
        "« centre de santé » mobile",
        "“centre de santé” mobile",
        'mobile "Centres de Santé',
    ],
)
def test_a_quoted_phrase_must_be_there(text: str) -> None:
    understood = _read(text)
    assert understood.phrases == (tuple(stems("centre de santé")),)
    assert [concept.word for concept in understood.concepts] == ["mobile"]
    assert understood.text.lower().replace("centres", "centre") == "mobile centre de santé"


def test_a_phrase_is_not_corrected() -> None:
    understood = _read('"medcin mobile"')
    assert (understood.corrections, understood.phrases) == ((), (tuple(stems("medcin mobile")),))


@pytest.mark.parametrize(
    ("text", "excluded"),
    [
        ("mobilité -vélo", "vélo"),
        ("-vélo mobilité", "vélo"),
        ('mobilité -"centre de santé"', "centre de santé"),
        ("mobilité -« centre de santé »", "centre de santé"),
        ("mobilité -co-construction", "co-construction"),
        ("mobilité -porte-parole", "porte-parole"),
    ],
)
def test_what_is_excluded_is_not_asked_for(text: str, excluded: str) -> None:
    understood = _read(text)
    assert understood.excluded == (tuple(stems(excluded)),)
    assert [concept.word for concept in understood.concepts] == ["mobilité"]
    assert understood.text == "mobilité"
    assert not set(stems(excluded)) & understood.stems


@pytest.mark.parametrize("joint", ["OR", "OU", "ET", "AND"])
def test_words_that_join_others_in_capitals_are_passed_over(joint: str) -> None:
    understood = _read(f"vélo {joint} bus")
    assert [concept.word for concept in understood.concepts] == ["vélo", "bus"]
    assert _asked("mine d’or") == ["mine", "or"]


@pytest.mark.parametrize("text", ["ete", "l'ete", "mais", "ETE"])
def test_a_stop_word_is_another_word_where_nothing_else_is_asked(text: str) -> None:
    (concept,) = _read(text).concepts
    assert concept.stems in ({"ete"}, {"mais"})


def test_the_unaccented_stop_word_stays_one_beside_others() -> None:
    assert _asked("mais ma commune a ete seule") == ["commune", "seule"]


@pytest.mark.parametrize(
    "text", ["rendez-vous santé", "santé - mobilité", "2020-2024 santé", "porte-à-porte santé"]
)
def test_a_hyphen_inside_or_alone_excludes_nothing(text: str) -> None:
    assert _read(text).excluded == ()


# -- a word being typed --------------------------------------------------------------------------


def test_the_last_word_may_be_unfinished() -> None:
    (concept,) = _read("covoit").concepts
    assert stems("covoiturage")[0] in concept.alternatives
    assert _read("covoit").corrections == ()


def test_only_the_last_word_may_be_unfinished() -> None:
    assert stems("bibliothèque")[0] not in _read("biblio santé").concepts[0].alternatives


def test_a_whole_word_is_not_completed() -> None:
    """« mobile » is a word of the corpus: it does not mean « mobilité » too."""
    assert _read("mobile").concepts[0].alternatives == (stems("mobile")[0],)


def test_the_beginning_of_many_words_stands_for_the_commonest() -> None:
    """Three letters are enough; a word that is whole stands for itself."""
    words = "tracteur traineau trajet tramway tranche transport travail"
    lexicon = CorpusLexicon(words, "trajet", "tram")
    (begun,) = understand("tra", lexicon).concepts
    assert len(begun.alternatives) == 1 + COMPLETIONS
    assert begun.alternatives[1] == "trajet"
    (whole,) = understand("tram", lexicon).concepts
    assert whole.alternatives == ("tram",)


def test_two_letters_are_too_few_to_complete() -> None:
    assert _read("zo co").concepts[-1].alternatives == ("co",)


# -- anything ------------------------------------------------------------------------------------

_typed = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(
            [
                "médecin",
                "medcin",
                "ess",
                "co",
                "-",
                '"',
                "«",
                "»",
                '-"',
                "mobilité",
                "l’",
                "17",
                "\\1",
                "(",
                "²",
                "\ud800",
            ]
        )
    ).map(" ".join),
)


@given(_typed, st.booleans(), st.booleans())
@example("\\g<0> medcin( mobile", True, True)
@example("-" * 300 + '"' * 300, True, True)
def test_any_text_is_understood(text: str, correct: bool, synonyms: bool) -> None:
    understood = _read(text, correct=correct, synonyms=synonyms)
    assert all(
        concept.word and concept.alternatives and all(concept.alternatives)
        for concept in understood.concepts
    )
    assert all(understood.phrases)
    assert all(understood.excluded)
    assert correct or not understood.corrections
    assert synonyms or not understood.synonyms
    understood.text.encode()
