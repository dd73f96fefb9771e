"""What any search engine must do, written once: each adapter's test file is a subclass that says
how to make it.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from impact_alliances.embeddings.store import Embedding, packed, unpacked
from impact_alliances.engines.bm25 import K1, B
from impact_alliances.engines.documents import SearchDocument, document_of
from impact_alliances.engines.engine import (
    FORM_BOOST,
    Bar,
    IndexWriter,
    Neighbours,
    SearchEngine,
    Wanted,
    Weighted,
    Window,
)
from impact_alliances.geo.nearness import Whereabouts
from impact_alliances.geo.origin import Origin
from impact_alliances.meaning.vectors import Matrix, Standing
from impact_alliances.resources.key import Key
from impact_alliances.shipped import shipped
from impact_alliances.text.analysis import stems
from impact_alliances.text.expressions import joined
from impact_alliances.text.synonyms import SYNONYMS
from impact_alliances.text.synonyms_file import read
from impact_alliances.text.understanding import Concept
from impact_alliances.vocabularies.terms import FACETS
from support.builders import a_case, a_catalyseur, an_article

FACET_NAMES = ["kind", *FACETS]
# An expression of two words that synonyms know.
EXPRESSION = next(
    member
    for group in read(shipped("seed") / SYNONYMS)
    for member in group.equals
    if len(member.expression) == len(member.shown.split()) == 2
)


def concept(*stems: str, weight: float = 1.0) -> Weighted:
    """A concept found by any of these stems."""
    return Weighted(Concept(stems[0], stems), weight)


def _asked(words: str) -> list[Concept]:
    """Each of these words, looked for in the demandes."""
    return [Concept(stem, (stem,)) for stem in stems(words)]


def _without_demandes(document: SearchDocument) -> SearchDocument:
    """As of a base that knows none."""
    return replace(document, demandes=(), demande_words=())


class Corpus:
    """A small corpus whose every count is known."""

    bus = a_case(
        id="bus",
        title="Le bus des aînés",
        summary="Un bus pour les médecins.",
        fragilites=["mobilite", "sante"],
        demandes=["mamie reste seule", "plus de place à l’ombre chez mamie"],
    )
    velo = a_case(
        id="velo",
        title="À vélo",
        summary="Des vélos pour tous, et un bus le soir.",
        fragilites=["mobilite"],
    )
    cour = a_case(
        id="cour",
        title="La cour d’école",
        summary="Un jardin dans la cour de l’école.",
        fragilites=["education"],
        demandes=["les enfants cherchent l’ombre", "débitumer"],
    )
    awa = a_catalyseur(
        id="awa", title="Awa Le Goff", fragilites=["mobilite"], summary="Dialogue et médecins."
    )
    note = an_article(
        id="note",
        title="Zones sans médecin",
        summary="Une étude des déserts médicaux.",
        fragilites=["sante"],
    )
    all = (bus, velo, cour, awa, note)


class EngineContract:
    """Subclasses give `indexed`: an engine that holds `Corpus.all`, and its writer."""

    @pytest.fixture
    def engine(self, indexed: tuple[SearchEngine, object]) -> SearchEngine:
        return indexed[0]

    # -- words ------------------------------------------------------------------------------------

    def test_frequencies_count_documents_not_occurrences(self, engine: SearchEngine) -> None:
        total, found = engine.frequencies(["bus", "medecin", "inconnu"])
        assert (total, found) == (5, {"bus": 2, "medecin": 3, "inconnu": 0})

    def test_words_are_folded_and_counted(self, engine: SearchEngine) -> None:
        assert engine.words()["medecins"] == 2
        assert engine.words()["medecin"] == 1

    def test_words_that_begin_alike_come_commonest_first(self, engine: SearchEngine) -> None:
        assert engine.starting("medec", 5) == ["medecins", "medecin"]
        assert engine.starting("introuvable", 5) == []

    # -- sets -------------------------------------------------------------------------------------

    def test_everything_is_counted_by_facet(self, engine: SearchEngine) -> None:
        counts = engine.counts(Wanted(), FACET_NAMES)
        assert counts.total == 5
        assert counts.facets["kind"] == {"case": 3, "catalyseur": 1, "article": 1}
        assert counts.facets["fragilite"] == {"mobilite": 3, "sante": 2, "education": 1}

    def test_values_of_a_facet_are_alternatives_and_facets_add_up(
        self, engine: SearchEngine
    ) -> None:
        wanted = Wanted(filters={"fragilite": ("education", "sante"), "kind": ("case",)})
        assert engine.counts(wanted, ["kind"]).total == 2

    def test_counts_of_a_facet_leave_its_own_filter_aside(self, engine: SearchEngine) -> None:
        counts = engine.counts(
            Wanted(filters={"kind": ("case",), "fragilite": ("mobilite",)}), ["kind", "fragilite"]
        )
        assert counts.total == 2
        assert counts.facets["kind"] == {"case": 2, "catalyseur": 1}
        assert counts.facets["fragilite"] == {"mobilite": 2, "sante": 1, "education": 1}

    def test_the_bar_asks_for_enough_of_the_weight(self, engine: SearchEngine) -> None:
        two = (concept("bus", weight=2.0), concept("medecin", weight=1.0))
        assert engine.counts(Wanted(bar=Bar(two, 1.0)), []).total == 4
        assert engine.counts(Wanted(bar=Bar(two, 2.0)), []).total == 2
        assert engine.counts(Wanted(bar=Bar(two, 3.0)), []).total == 1

    def test_a_concept_is_held_by_any_of_its_stems(self, engine: SearchEngine) -> None:
        either = (concept("velo", "cour"),)
        assert engine.counts(Wanted(bar=Bar(either, 1.0)), []).total == 2

    def test_an_expression_is_held_where_its_words_follow_one_another(
        self, indexed: tuple[SearchEngine, IndexWriter]
    ) -> None:
        """One of those of the file, whatever they are: in a title or a text, not over two."""
        engine, writer = indexed
        one, two = EXPRESSION.shown.split()
        texts = {
            "titre": {"title": f"Les {one}s {two}s du pays"},
            "texte": {"summary": f"Une haie, {one} {two}.", "results": f"{one} {two}"},
            "envers": {"summary": f"{two} {one}"},
            "loin": {"title": one, "summary": f"{two}, {one} d’ici et {two}", "results": one},
        }
        made = [document_of(a_case(id=name, **said)) for name, said in texts.items()]
        writer.apply(made, [])
        try:
            stem = joined(EXPRESSION.expression)
            asked = (concept(stem),)
            wanted = Wanted(bar=Bar(asked, 1.0))
            assert engine.frequencies([stem])[1] == {stem: 2}
            assert engine.counts(wanted, ["kind"]).facets == {"kind": {"case": 2}}
            found = {hit.key.id: hit for hit in engine.matches(wanted, []).candidates(asked, 10)}
            assert {name: hit.covered for name, hit in found.items()} == {"titre": 1, "texte": 1}
            assert min(hit.lexical for hit in found.values()) > 0
        finally:
            # The corpus is of other tests too.
            writer.apply([], [document.key for document in made])

    def test_near_documents_join_the_set_whatever_their_words(self, engine: SearchEngine) -> None:
        wanted = Wanted(
            bar=Bar((concept("velo"),), 1.0), near=(Key("case", "cour"), Key("article", "note"))
        )
        assert engine.counts(wanted, []).total == 3
        assert engine.counts(Wanted(near=(Key("case", "cour"),)), []).total == 1

    def test_a_phrase_must_be_there_and_an_exclusion_must_not(self, engine: SearchEngine) -> None:
        assert engine.counts(Wanted(phrases=(("cour", "ecole"),)), []).total == 1
        assert engine.counts(Wanted(phrases=(("ecole", "cour"),)), []).total == 0
        assert engine.counts(Wanted(excluded=(("bus",),)), []).total == 3
        assert (
            engine.counts(Wanted(near=(Key("case", "bus"),), phrases=(("velo",),)), []).total == 0
        )

    def test_a_place_is_any_of_its_communes_or_territories(self, engine: SearchEngine) -> None:
        """And adds up with the filters, whose counts it bounds."""
        lannion, mayenne = {"commune": ("22113",)}, {"departement": ("53",)}
        assert engine.counts(Wanted(within=lannion), []).total == 3
        assert engine.counts(Wanted(within=mayenne), []).total == 1
        assert engine.counts(Wanted(within=lannion | mayenne), []).total == 4
        wanted = Wanted(within=lannion | mayenne, filters={"kind": ("catalyseur",)})
        counts = engine.counts(wanted, ["kind"])
        assert (counts.total, counts.facets["kind"]) == (1, {"case": 3, "catalyseur": 1})

    def test_what_is_kept_is_kept_of_every_facet(self, engine: SearchEngine) -> None:
        """Of facets, one's own filter is set aside when it is counted; what is kept never is."""
        lannion = Wanted(filters={"fragilite": ("education",)}, kept={"implantation": ("dep:22",)})
        counts = engine.counts(lannion, ["kind", "fragilite"])
        assert counts.total == 1
        assert counts.facets["fragilite"] == {"mobilite": 2, "sante": 1, "education": 1}
        for kept, total in (
            ({"implantation": ("22113",)}, 3),
            ({"implantation": ("dep:53", "22113")}, 4),
            ({"implantation": ("dep:53",), "desserte": ("reg:53",)}, 1),
            ({"territoire": ("metropole",)}, 3),
            ({"territoire": ("inconnu", "974")}, 2),
            ({"implantation": ()}, 0),
        ):
            assert engine.counts(Wanted(kept=kept), []).total == total

    def test_the_communes_of_documents_are_known(self, engine: SearchEngine) -> None:
        near_lannion = Origin.of("22113").within(30, engine.communes())
        assert near_lannion == ("22113",)
        assert engine.communes() is engine.communes()

    @pytest.mark.parametrize("near", ["22113", "48.73,-3.46", "97411", "98411"])
    def test_a_set_is_paged_by_distance(self, engine: SearchEngine, near: str) -> None:
        """Those of Lannion, then the others, by date in both; in another territory, all by date."""
        origin = Origin.of(near)
        by_date = engine.page(Wanted(), "date", 0, 5)
        away = {key: key.id in ("awa", "note") for key in by_date}
        expected = sorted(by_date, key=away.__getitem__) if near[0] in "24" else by_date
        for limit in range(1, 6):
            pages = [
                engine.matches(Wanted(), ["kind"], Window(origin, offset, limit))
                for offset in range(0, 6, limit)
            ]
            assert [key for page in pages for key in page.keys] == expected
            assert {tuple(page.facets) for page in pages} == {("kind",)}
        left = engine.page(Wanted(), origin, 0, 5, expected[1:3])
        assert left == [expected[0], *expected[3:]]

    def test_candidates_say_where_they_are(self, engine: SearchEngine) -> None:
        keys = (Key("case", "bus"), Key("catalyseur", "awa"), Key("article", "note"))
        found = engine.matches(Wanted(near=keys), []).candidates((), 10)
        assert {one.key.id: one.where for one in found} == {
            "bus": Whereabouts("22113", ("22",), ("53",)),
            "awa": Whereabouts("", ("53",), ("52", "53")),
            "note": Whereabouts(),
        }

    def test_nothing_is_nothing(self, engine: SearchEngine) -> None:
        counts = engine.counts(Wanted(nothing=True), ["kind"])
        assert (counts.total, counts.facets["kind"]) == (0, {})

    @pytest.mark.parametrize("value", ['"', "\\", "a' OR 1=1", "x\ny", "é", "*", "kind:case", ""])
    def test_values_are_never_read_as_a_query(self, engine: SearchEngine, value: str) -> None:
        assert engine.counts(Wanted(filters={"kind": (value,)}), []).total == 0
        assert engine.counts(Wanted(near=(Key("case", value),)), []).total == 0
        assert engine.counts(Wanted(bar=Bar((concept(value or "-"),), 1.0)), []).total == 0

    # -- pages ------------------------------------------------------------------------------------

    def test_pages_follow_one_another_without_gap_or_double(self, engine: SearchEngine) -> None:
        whole = engine.page(Wanted(), "date", 0, 10)
        assert len(set(whole)) == 5
        assert [engine.page(Wanted(), "date", start, 2) for start in (0, 2, 4)] == [
            whole[:2],
            whole[2:4],
            whole[4:],
        ]

    def test_a_window_comes_with_the_counts(self, engine: SearchEngine) -> None:
        cases = Wanted(filters={"kind": ("case",)})
        matches = engine.matches(cases, ["kind", "echelon"], Window("title", 1, 5))
        assert (matches.total, list(matches.keys)) == (3, engine.page(cases, "title", 1, 5))
        assert len(matches.keys) == 2
        assert engine.matches(cases, [], Window("date", 50, 5)).keys == ()
        assert engine.matches(cases, []).keys == ()

    def test_titles_sort_without_accents_and_missing_dates_come_last(
        self, engine: SearchEngine
    ) -> None:
        assert engine.page(Wanted(), "title", 0, 5) == [
            Key("case", "velo"),
            Key("catalyseur", "awa"),
            Key("case", "cour"),
            Key("case", "bus"),
            Key("article", "note"),
        ]
        assert engine.page(Wanted(), "date", 0, 5)[0] == Key("article", "note")
        assert engine.page(Wanted(), "date", 0, 5)[-1] == Key("catalyseur", "awa")

    def test_a_page_may_leave_documents_out(self, engine: SearchEngine) -> None:
        assert set(
            engine.page(Wanted(filters={"kind": ("case",)}), "date", 0, 5, [Key("case", "bus")])
        ) == {Key("case", "velo"), Key("case", "cour")}

    def test_a_page_past_the_end_and_an_empty_page_are_empty(self, engine: SearchEngine) -> None:
        assert engine.page(Wanted(), "date", 50, 5) == []
        assert engine.page(Wanted(), "date", 0, 0) == []

    # -- candidates -------------------------------------------------------------------------------

    def test_candidates_say_what_they_hold(self, engine: SearchEngine) -> None:
        two = (concept("bus", weight=2.0), concept("medecin", weight=1.0))
        matches = engine.matches(Wanted(bar=Bar(two, 1.0)), [])
        found = {one.key: one for one in matches.candidates(two, 10)}
        assert {key: round(one.covered, 5) for key, one in found.items()} == {
            Key("case", "bus"): 3.0,
            Key("case", "velo"): 2.0,
            Key("catalyseur", "awa"): 1.0,
            Key("article", "note"): 1.0,
        }
        assert found[Key("case", "bus")].lexical > found[Key("case", "velo")].lexical > 0
        assert set(found[Key("case", "bus")].fragilites) == {"mobilite", "sante"}
        assert found[Key("case", "bus")].date_order > 0

    def test_a_word_of_the_title_counts_more(self, engine: SearchEngine) -> None:
        one = (concept("medecin"),)
        matches = engine.matches(Wanted(bar=Bar(one, 1.0)), [])
        found = {hit.key: hit.lexical for hit in matches.candidates(one, 10)}
        assert max(found, key=lambda key: found[key]) == Key("article", "note")

    def test_the_form_asked_for_counts_more(self, engine: SearchEngine) -> None:
        """« médecins » is in the case, « médecin » in the article."""

        def lexical(word: str) -> dict[str, float]:
            one = (Weighted(Concept(word, ("medecin",)), 2.0),)
            matches = engine.matches(Wanted(bar=Bar(one, 1.0)), [])
            return {hit.key.id: hit.lexical for hit in matches.candidates(one, 10)}

        plural, singular = lexical("Médecins"), lexical("medecin")
        assert plural["bus"] - singular["bus"] == pytest.approx(2 * FORM_BOOST, abs=1e-5)
        assert singular["note"] - plural["note"] == pytest.approx(2 * FORM_BOOST, abs=1e-5)

    def test_candidates_without_words_are_the_near_ones(self, engine: SearchEngine) -> None:
        found = engine.matches(Wanted(near=(Key("case", "cour"),)), []).candidates((), 10)
        assert [(one.key, one.lexical, one.covered) for one in found] == [
            (Key("case", "cour"), 0.0, 0.0)
        ]

    def test_candidates_say_the_same_whatever_else_matches(self, engine: SearchEngine) -> None:
        """« À vélo » comes for its title, « Le bus » for holding all that is asked: of each, both
        are exact.
        """
        two = (concept("bus", weight=2.0), concept("velo", weight=1.0))
        whole = {one.key: one for one in engine.candidates(Wanted(), two, 10).candidates}
        for limit in (1, 2, 3):
            some = engine.candidates(Wanted(), two, limit)
            assert some.total == len(whole) == 5
            assert all(whole[one.key] == one for one in some.candidates)
        (one,) = engine.candidates(Wanted(), (concept("velo"),), 1).candidates
        assert one.key == Key("case", "velo")

    # -- demandes ---------------------------------------------------------------------------------

    def test_a_document_is_a_candidate_by_its_demandes_alone(self, engine: SearchEngine) -> None:
        """No text holds « ombre ». The others are there by their words, and have no demandes."""
        asked, bus = _asked("ombre enfants"), (concept("bus"),)
        found = engine.matches(Wanted(), []).candidates(bus, 10, asked)
        demanded = {one.key.id: one.demanded for one in found}
        assert demanded["cour"] > demanded["bus"] > 0
        assert demanded["velo"] == 0.0
        few = engine.candidates(Wanted(), bus, 1, asked).candidates
        assert {one.key.id: one.demanded for one in few} == {
            name: demanded[name] for name in ("bus", "cour")
        }

    def test_demandes_are_scored_as_if_they_were_the_whole_corpus(
        self, engine: SearchEngine
    ) -> None:
        """BM25 × the share held of what is asked, over the two documents that have some."""
        found = engine.matches(Wanted(), []).candidates((), 10, _asked("mamie ombre"))
        demanded = {one.key.id: one.demanded for one in found if one.demanded}
        # « mamie » is twice in one of the two, « ombre » in both; they have 6 and 4 stems.
        rare, common = math.log(2), math.log(1.2)
        long, short = (K1 * (1 - B + B * length / 5) for length in (6, 4))
        assert demanded == {
            "bus": pytest.approx(
                (1 + K1) * (rare * 2 / (2 + long) + common / (1 + long)), rel=1e-6
            ),
            "cour": pytest.approx(
                (1 + K1) * common / (1 + short) * common / (rare + common), rel=1e-6
            ),
        }

    def test_where_no_document_has_demandes_nothing_changes(
        self, indexed: tuple[SearchEngine, IndexWriter]
    ) -> None:
        """The candidates are those of before demandes, and nothing more is said of them."""
        engine, writer = indexed
        two = (concept("bus"), concept(*stems("médecin")))
        before = engine.candidates(Wanted(), two, 10).candidates
        writer.apply([_without_demandes(document_of(one)) for one in Corpus.all], [])
        try:
            assert engine.demandes(["ombre"], 5) == []
            asked = engine.candidates(Wanted(), two, 10, _asked("mamie ombre bus")).candidates
            assert sorted(asked) == sorted(before)
            assert {one.demanded for one in asked} == {0.0}
        finally:
            writer.apply([document_of(one) for one in Corpus.all], [])

    def test_a_word_that_no_demande_holds_does_not_count(self, engine: SearchEngine) -> None:
        alone, beside = _asked("ombre"), _asked("ombre zeppelin")
        matches = engine.matches(Wanted(), [])
        assert matches.candidates((), 10, beside) == matches.candidates((), 10, alone)

    def test_demandes_make_nothing_else_found(self, engine: SearchEngine) -> None:
        """Neither the bar, nor the words that correct others, nor those that complete them."""
        (stem,) = stems("ombre")
        assert engine.frequencies([stem])[1] == {stem: 0}
        assert "ombre" not in engine.words()
        assert engine.starting("omb", 5) == []

    # -- meaning ----------------------------------------------------------------------------------

    def test_neighbours_rank_by_the_nearest_passage(self, engine: SearchEngine) -> None:
        standing = seen_from(engine, [1, 0, 0, 0])
        best = standing.best(2)
        assert [key for key, _ in best] == [Key("case", "bus"), Key("case", "velo")]
        assert best[0][1] == pytest.approx(1.0, abs=2e-3)
        assert standing.of([Key("case", "bus"), Key("case", "absent")]) == {
            Key("case", "bus"): pytest.approx(1.0, abs=2e-3)
        }

    def test_neighbours_of_each_kind_are_the_nearest_of_it(self, engine: SearchEngine) -> None:
        standing = seen_from(engine, [1, 0, 0, 0])
        assert set(standing.best_of_each_kind(1)) == {
            Key("case", "bus"),
            Key("catalyseur", "awa"),
            Key("article", "note"),
        }

    def test_what_was_found_by_looking_at_everything_is_kept(self, engine: SearchEngine) -> None:
        assert isinstance(seen_from(engine, [1, 0, 0, 0], is_whole=True), Standing)

    def test_a_model_that_the_index_does_not_carry_is_answered_all_the_same(
        self, engine: SearchEngine
    ) -> None:
        assert seen_from(engine, [1, 0, 0, 0], model="un autre").best(1)[0][0] == Key("case", "bus")

    # -- titles -----------------------------------------------------------------------------------

    def test_titles_are_found_while_typing(self, engine: SearchEngine) -> None:
        assert engine.titles(["le", "bu"], 5) == [Key("case", "bus")]
        assert engine.titles(["ecole"], 5) == [Key("case", "cour")]
        assert engine.titles(["cour", "bus"], 5) == []
        assert engine.titles([], 5) == []

    def test_demandes_are_found_while_typing(self, engine: SearchEngine) -> None:
        """By their words, stop words too, which titles do not hold."""
        assert engine.demandes(["plus", "de", "pl"], 5) == [Key("case", "bus")]
        assert engine.demandes(["ombre"], 5) == engine.page(
            Wanted(near=(Key("case", "bus"), Key("case", "cour"))), "date", 0, 5
        )
        assert engine.demandes(["vel"], 5) == []
        assert engine.titles(["ombre"], 5) == []
        assert engine.demandes([], 5) == []


def vectors_of_corpus() -> list[Embedding]:
    """Four-dimensional vectors: « bus » along the first axis in its second passage, « velo » near
    it, the others apart.
    """
    rows = {
        ("case", "bus"): [[0, 1, 0, 0], [1, 0, 0, 0]],
        ("case", "velo"): [[0.8, 0.6, 0, 0]],
        ("case", "cour"): [[0, 0, 1, 0]],
        ("catalyseur", "awa"): [[0, 0, 0, 1]],
        ("article", "note"): [[0, 0, 0.6, 0.8]],
    }
    return [
        Embedding(
            kind=kind,
            subject=subject,
            model="axes",
            text_hash="",
            vectors=packed(np.array(vectors, dtype=np.float32)),
        )
        for (kind, subject), vectors in rows.items()
    ]


def seen_from(
    engine: SearchEngine, vector: list[float], model: str = "axes", *, is_whole: bool = False
) -> Neighbours:
    """The corpus seen from a vector, as this engine looks at it: by its own index, unless
    everything was looked at.
    """
    towards = np.array(vector, dtype=np.float32)
    matrix = Matrix.of(
        {Key(one.kind, one.subject): unpacked(one.vectors or b"", 4) for one in vectors_of_corpus()}
    )
    assert matrix is not None
    return engine.neighbours(
        towards, Standing(matrix, towards, None if is_whole else lambda _: {}), model
    )


def documents() -> Iterator[list[SearchDocument]]:
    """The corpus as one batch."""
    yield [document_of(resource) for resource in Corpus.all]
