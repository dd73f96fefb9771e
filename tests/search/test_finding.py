"""The whole search over a small base: sets, reasons, exact counts, order, what happens when a part
is missing.
"""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_alliances.db import reading, writing
from impact_alliances.meaning.meanings import NO_MODEL
from impact_alliances.resources.case import Case
from impact_alliances.resources.resource import RETIRED, Resource
from impact_alliances.search.interpreting import NO_VECTORS
from impact_alliances.search.parameters import parse
from impact_alliances.search.query import FILTERS, MODES, SearchQuery
from impact_alliances.search.results import Results
from impact_alliances.search.titles_only import NO_INDEX
from impact_alliances.wiring import LAST_SOUND_ANSWERED, Service, make_service
from support.builders import a_case, a_catalyseur, a_jeudi, an_article
from support.fake_embedder import FakeEmbedder
from support.service import a_service, settle

FRAGILITES = ["mobilite", "sante", "education", "logement", "numerique"]
SUBJECTS = [
    "le vélo",
    "un médecin",
    "la cantine",
    "une maison",
    "un ordinateur",
    "la rivière",
    "les haies",
]


def _resources() -> list[Resource]:
    cases = [
        a_case(
            id=f"c{number}",
            title=f"{SUBJECTS[number % 7]} partagé numéro {number}",
            summary=f"Dans la vallée, {SUBJECTS[(number * 3) % 7]} et "
            f"{SUBJECTS[(number * 5 + 1) % 7]} changent la vie.",
            fragilites=sorted({FRAGILITES[number % 5], FRAGILITES[(number * 2) % 5]}),
            acteurs=[["associations", "entreprises", "collectivites"][number % 3]],
            echelon=["local", "regional", "national"][number % 3],
            commune=["22113", "75056", "97411"][number % 3],
        )
        for number in range(60)
    ]
    return [*cases, a_catalyseur(id="k1"), a_jeudi(id="j1"), an_article(id="a1")]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Sixty cases and one of each other kind; never changed by a test."""
    made = a_service(tmp_path_factory.mktemp("finding"), *_resources())
    yield made
    made.close()


@pytest.fixture(scope="module")
def without_index(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The same base, whose index is lost and was never read."""
    folder = tmp_path_factory.mktemp("lost") / "data"
    shutil.copytree(service.settings.data_dir, folder)
    settings = service.settings.model_copy(update={"data_dir": folder})
    shutil.rmtree(settings.index_dir)
    made = make_service(settings, FakeEmbedder())
    yield made
    made.close()


def find(service: Service, **parameters: str | list[str]) -> Results:
    """The answer to these parameters."""
    pairs = [
        (name, value)
        for name, given in parameters.items()
        for value in ([given] if isinstance(given, str) else given)
    ]
    query, problems = parse(pairs)
    assert problems == []
    return service.finder.find(query)


def ids(found: Results) -> list[str]:
    """The ids of the hits, in order."""
    return [hit.resource.id for hit in found.hits]


def test_without_a_text_everything_comes_newest_first(service: Service) -> None:
    """The start state is the whole base."""
    found = find(service)
    assert found.total == 63
    dates = [hit.resource.date for hit in found.hits]
    assert dates == sorted(dates, key=str, reverse=True)


def test_a_title_finds_its_own_document(service: Service) -> None:
    """With or without accents, with either apostrophe."""
    for text in (
        "Un baromètre de la confiance",
        "un barometre de la confiance",
        "BAROMÈTRE confiance",
    ):
        assert ids(find(service, q=text))[0] == "a1"


def test_a_hit_by_words_says_so(service: Service) -> None:
    """Each hit carries its reason and marks its words."""
    found = find(service, q="haies", mode="keyword")
    assert found.total
    assert all(hit.matched_by == ("mots",) for hit in found.hits)
    assert any("<mark>haies</mark>" in hit.excerpt_html for hit in found.hits)


def test_where_no_word_is_held_the_summary_stands_for_the_text(tmp_path: Path) -> None:
    """A catalyseur's texts begin with the role, which stands on the card above already."""
    someone = a_catalyseur(departement="22", role="Animatrice de réseau", summary="Elle relie.")
    with closing(a_service(tmp_path, someone)) as made:
        found = find(made, q="Côtes-d’Armor", kind="catalyseur")
        assert [str(hit.excerpt_html) for hit in found.hits] == ["Elle relie."]


def test_a_word_put_right_is_said_with_its_accents(tmp_path: Path) -> None:
    """The words of the corpus are kept folded; what is said of them is French."""
    cases = [a_case(id="c1", title="Un médecin ici"), a_case(id="c2", title="Un docteur")]
    with closing(a_service(tmp_path, *cases)) as made:
        found = find(made, q="medcin", mode="keyword")
        assert found.corrections == (("medcin", "médecin"),)
        assert [word for word, _ in found.synonyms] == ["médecin"]


def test_a_typing_error_is_corrected_and_the_correction_can_be_refused(service: Service) -> None:
    """« medcin » finds the doctors, unless the visitor insists."""
    found = find(service, q="medcin", mode="keyword")
    assert found.understanding.corrections == (("medcin", "medecin"),)
    assert found.total == find(service, q="médecin", mode="keyword").total
    assert find(service, q="medcin", mode="keyword", correction="non").total == 0


def test_exclusions_and_phrases_are_kept_by_the_semantic_side_too(service: Service) -> None:
    """What is excluded never comes back by its meaning."""
    found = find(service, q="rivière -haies", par_page="100")
    assert found.total
    assert all(
        "haies" not in " ".join((hit.resource.title, *hit.resource.texts())) for hit in found.hits
    )
    assert find(service, q='"vallée rivière"', mode="keyword").total > 0
    assert find(service, q='"rivière vallée"').total == 0


def test_an_exclusion_alone_gives_all_the_rest_newest_first(service: Service) -> None:
    """Nothing scores it, so nothing but the date can order it."""
    found = find(service, q="-haies", par_page="100")
    dates = [hit.resource.date for hit in found.hits]
    assert found.total == len(dates) > 20
    assert dates == sorted(dates, key=lambda date: str(date or ""), reverse=True)


def test_words_that_no_document_holds_bring_nothing_by_words(service: Service) -> None:
    """An unknown word is not every document."""
    assert find(service, q="zzyzx", mode="keyword").total == 0


@pytest.mark.parametrize(
    "text",
    [
        "le la les",
        "de",
        "?",
        "😀",
        "-",
        '"',
        '""',
        "-haies",
        "«",
        "a" * 900,
        "AND OR NOT",
        "*:*",
        "<b>haies</b>",
    ],
)
def test_any_text_is_answered(service: Service, text: str) -> None:
    """Stop words, emoji, operators, markup: an answer, whose page is coherent with its total."""
    found = find(service, q=text)
    assert len(found.hits) == min(found.total, 20)


CHOICES = st.lists(
    st.sampled_from(
        [
            ("fragilite", "mobilite"),
            ("fragilite", "sante"),
            ("acteur", "associations"),
            ("acteur", "entreprises"),
            ("echelon", "local"),
            ("kind", "case"),
            ("kind", "article"),
            ("region", "53"),
            ("departement", "974"),
            ("taille", "grand"),
            ("annee", "2024"),
            ("odd", "3"),
            ("impact", "confiance"),
        ]
    ),
    max_size=4,
)


@pytest.mark.no_cover
@given(
    choices=CHOICES,
    text=st.sampled_from(
        ["", "haies", "le médecin de la vallée", "rivière -haies", "vélo partagé"]
    ),
)
def test_the_number_beside_a_value_is_what_its_link_returns(
    service: Service, choices: list[tuple[str, str]], text: str
) -> None:
    """Alone, with a text, with other facets: choosing a value in its facet, all else kept, returns
    the count shown.
    """
    query, _ = parse([("q", text), *choices])
    found = service.finder.find(query)
    for facet in found.facets:
        for value, count, _ in facet.values:
            assert service.finder.find(query.choosing(facet.name, [value])).total == count
            if len(facet.values) > 8:
                break


@pytest.mark.no_cover
@given(choices=CHOICES, text=st.sampled_from(["", "haies", "vallée"]), page=st.integers(1, 5))
def test_counts_and_total_are_the_same_on_every_page_and_in_every_order(
    service: Service, choices: list[tuple[str, str]], text: str, page: int
) -> None:
    """Page 3 sorted by title counts as page 1."""
    first, _ = parse([("q", text), *choices, ("par_page", "7")])
    expected = service.finder.find(first)
    for sort in ("", "date", "titre"):
        other, _ = parse([("q", text), *choices, ("par_page", "7"), ("tri", sort)])
        found = service.finder.find(other.at(page))
        assert (found.total, found.facets) == (expected.total, expected.facets)


@pytest.mark.parametrize(
    "parameters",
    [{}, {"q": "haies"}, {"q": "vallée", "tri": "titre"}, {"q": "le médecin", "tri": "date"}],
)
def test_pages_together_are_the_whole_set_once(
    service: Service, parameters: dict[str, str]
) -> None:
    """No hit is lost or doubled between pages."""
    total = find(service, **parameters).total
    seen = [
        identifier
        for page in range(1, 11)
        for identifier in ids(find(service, **parameters, page=str(page), par_page="9"))
    ]
    assert len(seen) == len(set(seen)) == total


@pytest.mark.parametrize("mode", MODES)
def test_filters_only_cut_the_set(service: Service, mode: str) -> None:
    """The set, and the score of each of its documents, depend on the query and the corpus alone."""
    asked = {"q": "la rivière et les haies", "mode": mode, "par_page": "100"}
    whole = {hit.resource.id: hit.score for hit in find(service, **asked).hits}
    for fragilite in FRAGILITES:
        cut = find(service, **asked, fragilite=fragilite).hits
        expected = {
            hit.resource.id: hit.score
            for hit in find(service, **asked).hits
            if fragilite in hit.resource.fragilites
        }
        assert {hit.resource.id: hit.score for hit in cut} == expected
    assert whole


def test_a_large_set_goes_on_past_the_ranked_candidates(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not scored follows by date, without gap or double."""
    monkeypatch.setattr("impact_alliances.search.ranking.RANKED", 10)
    asked = {"q": "vallée", "par_page": "8"}
    seen = [
        identifier
        for page in range(1, 9)
        for identifier in ids(find(service, **asked, page=str(page)))
    ]
    assert len(seen) == len(set(seen)) == find(service, **asked).total > 10


def test_similar_resources_are_of_the_same_kind_and_say_why(service: Service) -> None:
    """A neighbour shares something that can be said."""
    with reading(service.database) as session:
        case = session.get(Case, "c7")
        assert case is not None
        near = service.similar_sheets.similar(case, 3)
    assert len(near) == 3
    assert all(isinstance(other, Case) and other.id != "c7" and why for other, why in near)


def test_titles_are_suggested_while_typing(service: Service) -> None:
    """The last word may be unfinished."""
    assert [one.id for one in service.suggestions.titles("un barom", 5)] == ["a1"]


def test_of_a_long_title_the_last_words_typed_are_looked_for(tmp_path: Path) -> None:
    """Those before it may be of a sentence that it ends."""
    title = "Trois quatre cinq six sept huit neuf dix"
    with closing(a_service(tmp_path, a_case(id="x", title=title))) as made:
        found = made.suggestions.titles("absent absent trois quatre cinq six sept huit neuf di", 5)
    assert [one.id for one in found] == ["x"]


# -- a part is missing ---------------------------------------------------------------------------


def test_without_a_model_words_answer_and_it_is_said(tmp_path: Path) -> None:
    """IMPACT_EMBEDDER=none."""
    made = a_service(tmp_path, a_case(id="x", title="Les haies"))
    alone = make_service(made.settings.model_copy(update={"embedder": "none"}))
    found = find(alone, q="haies")
    assert (found.total, found.degraded) == (1, NO_MODEL)


def test_before_vectors_are_computed_words_answer_and_it_is_said(tmp_path: Path) -> None:
    """Then, once they are, nothing is said any more."""
    made = a_service(tmp_path)
    with writing(made.database) as session:
        session.add(a_case(id="x", title="Les haies"))
    made.indexer.catch_up()
    made.meanings.refresh()
    assert find(made, q="haies").degraded == NO_VECTORS
    settle(made)
    assert find(made, q="haies").degraded is None


def test_a_lost_index_is_answered_from_its_last_state_and_mends_itself(tmp_path: Path) -> None:
    """The folder of the index is deleted under the service."""
    made = a_service(
        tmp_path, a_case(id="x", title="Les haies du bocage"), a_case(id="y", title="Le lavoir")
    )
    shutil.rmtree(made.settings.index_dir)
    found = find(made, q="bocage", mode="keyword")
    assert (ids(found), found.degraded) == (["x"], LAST_SOUND_ANSWERED)
    settle(made)
    assert find(made, q="haies").degraded is None


def test_an_index_that_was_never_read_leaves_titles_to_search(tmp_path: Path) -> None:
    """Another process starts while the index is lost."""
    made = a_service(
        tmp_path, a_case(id="x", title="Les haies du bocage"), a_case(id="y", title="Le lavoir")
    )
    shutil.rmtree(made.settings.index_dir)
    other = make_service(made.settings, FakeEmbedder())
    found = find(other, q="haies", fragilite="mobilite")
    assert (ids(found), found.degraded) == (["x"], NO_INDEX)
    assert {value: count for value, count, _ in found.facets[1].values}["mobilite"] == 1
    settle(made)
    assert find(other, q="haies").degraded is None


@pytest.mark.no_cover
@given(choices=CHOICES, sort=st.sampled_from(["date", "titre"]))
def test_titles_count_as_the_index_does(
    service: Service, without_index: Service, choices: list[tuple[str, str]], sort: str
) -> None:
    """The same filters keep the same resources, each facet counted without its own."""
    query, _ = parse([*choices, ("tri", sort)])
    sound, found = service.finder.find(query), without_index.finder.find(query)
    assert found.degraded == NO_INDEX
    assert (found.total, found.facets) == (sound.total, sound.facets)


def test_no_title_holds_what_has_no_word(without_index: Service) -> None:
    """Nor is a word of a title passed over for being a small one, where there is no other."""
    assert find(without_index, q="???").total == 0
    assert 0 < find(without_index, q="un").total < find(without_index).total


def test_titles_come_newest_first_and_hold_every_word(without_index: Service) -> None:
    """A page at a time."""
    found = find(without_index, q="médecin partagé", par_page="3", page="2")
    titles = [hit.resource.title for hit in found.hits]
    assert (found.total, len(titles)) == (9, 3)
    assert all("médecin partagé" in title for title in titles)
    assert find(without_index, q="des médecins ou le médecin partagé").total == 0
    assert find(without_index, q="le médecin partagé").total == found.total
    dates = [hit.resource.date for hit in find(without_index, par_page="100").hits]
    assert dates == sorted(dates, key=lambda date: str(date or ""), reverse=True)


def test_a_change_is_found_and_a_retired_resource_is_not(tmp_path: Path) -> None:
    """The outbox carries both to the index."""
    made = a_service(tmp_path, a_case(id="x", title="Les haies"))
    with writing(made.database) as session:
        case = session.get(Case, "x")
        assert case is not None
        case.title = "Les murets"
    settle(made)
    assert (find(made, q="murets").total, find(made, q="haies", mode="keyword").total) == (1, 0)
    with writing(made.database) as session:
        case = session.get(Case, "x")
        assert case is not None
        case.status = RETIRED
    settle(made)
    assert find(made, q="murets").total == 0


def test_a_resource_withdrawn_since_the_index_was_written_is_passed_over(tmp_path: Path) -> None:
    """The index says it within a second or two, the base at once."""
    made = a_service(tmp_path, *[a_case(id=name, title="Les haies") for name in ("x", "y")])
    with closing(made):
        with writing(made.database) as session:
            session.get_one(Case, "x").status = RETIRED
        assert ids(find(made, q="haies")) == ["y"]


def test_every_facet_of_a_query_is_counted(service: Service) -> None:
    """No facet is forgotten in the answer."""
    assert [facet.name for facet in find(service).facets] == list(FILTERS)
    assert SearchQuery().url() == "/recherche"


def test_a_rebuild_empties_the_outbox_of_what_it_covers(tmp_path: Path) -> None:
    """A first start indexes once, not twice."""
    made = a_service(tmp_path)
    with writing(made.database) as session:
        session.add_all(
            [
                a_case(id=f"r{number}", status="retired" if number % 5 == 0 else "published")
                for number in range(20)
            ]
        )
    made.indexer.rebuild()
    assert made.indexer.pending() == 0
    assert find(made).total == 16
