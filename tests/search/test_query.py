"""A search is a value and a URL: parsed, printed, changed, said in French."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from impact_alliances.geo.globe import Communes
from impact_alliances.search.bounds import RAYONS
from impact_alliances.search.parameters import (
    LONGEST_TEXT,
    MOST_PROBLEMS,
    PARAMETERS,
    Problem,
    parse,
)
from impact_alliances.search.query import FILTERS, MODES, SORTS, SearchQuery
from impact_alliances.text.analysis import clean
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import FACETS

VALUES = {
    facet: ["2023", "2024"] if facet == "annee" else list(vocabulary.by_slug)
    for facet, vocabulary in FILTERS.items()
}


def _parsed(**given_ones: str | list[str]) -> SearchQuery:
    query, problems = _read(**given_ones)
    assert problems == []
    return query


def _read(**given_ones: str | list[str]) -> tuple[SearchQuery, list[Problem]]:
    return parse(
        [
            (name, value)
            for name, values in given_ones.items()
            for value in ([values] if isinstance(values, str) else values)
        ]
    )


def _from(url: str) -> tuple[SearchQuery, list[Problem]]:
    return parse(parse_qsl(urlsplit(url).query, keep_blank_values=True))


_filters = st.lists(
    st.sampled_from([(facet, value) for facet, values in VALUES.items() for value in values]),
    max_size=6,
)
_queries = st.builds(
    lambda pairs, rest: parse([*pairs, *rest.items()])[0],
    _filters,
    st.fixed_dictionaries(
        {},
        optional={
            "q": st.text(max_size=60),
            "near": st.sampled_from(["22113", "48.85,2.35", "-21.1151,55.5364", "97801"]),
            "rayon": st.sampled_from(list(RAYONS.by_slug)),
            "comme": st.sampled_from(["22113", "75056"]),
            "tri": st.sampled_from(list(SORTS)),
            "mode": st.sampled_from(MODES),
            "page": st.integers(1, 1_000_000).map(str),
            "par_page": st.integers(1, 100).map(str),
            "correction": st.sampled_from(["oui", "non"]),
            "synonymes": st.sampled_from(["oui", "non"]),
        },
    ),
)
_anything = st.text(st.characters() | st.sampled_from('\x00\ud800\udfff\u2028 "«»-&=+%#'))


# -- printing and parsing ------------------------------------------------------------------------


@given(_queries)
def test_a_query_printed_is_parsed_again(query: SearchQuery) -> None:
    assert _from(query.url()) == (query, [])
    assert parse(query.pairs()) == (query, [])


@given(_queries, st.sampled_from(sorted(FILTERS)), st.data())
def test_toggles_are_the_addresses_of_the_toggled_queries(
    query: SearchQuery, facet: str, data: st.DataObject
) -> None:
    values = data.draw(st.lists(st.sampled_from(VALUES[facet]), max_size=5, unique=True))
    assert query.toggles(facet, values) == {
        value: query.toggled(facet, value).url() for value in values
    }
    assert query.toggles(facet, values, "/api/search") == {
        value: query.toggled(facet, value).url("/api/search") for value in values
    }


@given(
    _queries,
    st.sampled_from([(facet, value) for facet, values in VALUES.items() for value in values]),
)
def test_toggling_twice_gives_the_first_page_of_the_same_search(
    query: SearchQuery, pair: tuple[str, str]
) -> None:
    assert query.toggled(*pair).toggled(*pair) == query.at(1)
    assert (pair[1] in query.toggled(*pair).values(pair[0])) != (pair[1] in query.values(pair[0]))


@given(st.lists(st.tuples(st.sampled_from(PARAMETERS) | _anything, _anything), max_size=5))
@example([("q", "\x00\x1b\x7f\ud800")])
@example([("q", "x" * 5_000)])
@example([("page", "²"), ("par_page", "9" * 400), ("annee", "²⁰²⁴")])
@example([("\ud800", "\udfff"), ("", "")])
@example([("q", "haies"), ("q", ""), ("q", "lavoir")])
def test_any_parameters_give_a_query_that_can_be_printed_and_said(
    pairs: list[tuple[str, str]],
) -> None:
    query, problems = parse(pairs)
    assert _from(query.url()) == (query, [])
    query.sentence(12).encode()
    for problem in problems:
        assert problem.reason
        problem.sentence.encode()
        "".join(problem.as_dict().values()).encode()


@given(
    st.permutations(
        [
            ("fragilite", "sante"),
            ("fragilite", "mobilite"),
            ("kind", "case"),
            ("q", "car"),
            ("region", "53"),
        ]
    )
)
def test_one_search_has_one_address(pairs: list[tuple[str, str]]) -> None:
    assert (
        parse(pairs)[0].url()
        == "/recherche?q=car&kind=case&fragilite=mobilite&fragilite=sante&region=53"
    )


def test_the_empty_query_has_the_bare_address() -> None:
    query = _parsed()
    assert (query, query.url()) == (SearchQuery(), "/recherche")
    assert (
        _parsed(q="  ", page="1", par_page="20", mode="hybrid", correction="oui", fragilite="")
        == query
    )


def test_values_are_known_by_slug_label_or_synonym() -> None:
    query = _parsed(
        fragilite=["Santé", "mobilité"],
        region="bretagne",
        odd="17",
        kind="Veille",
        departement="2a",
    )
    assert query.chosen == {
        "kind": ("article",),
        "fragilite": ("mobilite", "sante"),
        "region": ("53",),
        "departement": ("2A",),
        "odd": ("17",),
    }


def test_a_value_given_twice_counts_once() -> None:
    assert _parsed(fragilite=["sante", "Santé", "sante"]).values("fragilite") == ("sante",)


def test_the_words_are_cleaned_and_several_are_one_text() -> None:
    assert (
        _parsed(q=[" ma\tcommune\n", "n’a plus\x00de médecin "]).q
        == "ma commune n’a plus de médecin"
    )


@pytest.mark.parametrize(
    ("given_ones", "sort"),
    [
        ({}, "date"),
        ({"q": "car"}, "pertinence"),
        ({"tri": "pertinence"}, "date"),
        ({"q": "car", "tri": "titre"}, "titre"),
    ],
)
def test_the_sort_is_by_relevance_only_with_words(given_ones: dict[str, str], sort: str) -> None:
    assert _parsed(**given_ones).sort == sort


@pytest.mark.parametrize(
    "given_ones", [{"tri": "date"}, {"tri": "pertinence"}, {"q": "car", "tri": "pertinence"}]
)
def test_the_order_a_search_has_by_itself_is_not_in_its_address(given_ones: dict[str, str]) -> None:
    assert "tri" not in _parsed(**given_ones).url()


def test_a_changed_filter_goes_back_to_the_first_page() -> None:
    query = _parsed(q="car", page="7", tri="date")
    assert (
        query.toggled("region", "53").page
        == query.choosing("region", []).page
        == query.without_filters().page
        == 1
    )
    assert query.at(3).url() == "/recherche?q=car&tri=date&page=3"


def test_freeing_the_filters_keeps_words_and_kind() -> None:
    query = _parsed(q="car", kind="case", fragilite="sante", region="53", tri="date")
    assert query.without_filters() == _parsed(q="car", kind="case", tri="date")


# -- what cannot be taken ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "nearest"),
    [
        ("fragilite", "mobilitee", "mobilite"),
        ("kind", "caze", "case"),
        ("kind", "foo", ""),
        ("fragilite", "foo", ""),
        ("region", "bretange", "53"),
        ("acteur", "asociations", "associations"),
        ("tri", "datte", "date"),
        ("tri", "alpha", ""),
        ("mode", "hybrids", "hybrid"),
        ("correction", "noon", "non"),
        ("fragillite", "sante", "fragilite"),
        ("page", "zéro", ""),
        ("page", "0", "1"),
        ("page", "-1", "1"),
        ("page", "1000001", "1000000"),
        ("par_page", "1000", "100"),
        ("par_page", "²", ""),
        ("annee", "20245", ""),
        ("annee", "hier", ""),
        ("fragilite", "日本", ""),
    ],
)
def test_what_is_unknown_is_left_out_and_the_nearest_named(
    name: str, value: str, nearest: str
) -> None:
    query, problems = _read(**{name: value})
    assert query == SearchQuery()
    assert [(problem.parameter, problem.value, problem.nearest) for problem in problems] == [
        (name, value, nearest)
    ]
    said = "Bretagne" if name == "region" else nearest
    assert (f"Vouliez-vous dire «\u00a0{said}\u00a0»\u00a0?" in problems[0].sentence) == bool(
        nearest
    )


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("kind", "foo", "Valeurs possibles : case, catalyseur, jeudi ou article."),
        ("tri", "alpha", "Valeurs possibles : pertinence, date, distance ou titre."),
        ("mode", "vecteurs", "Valeurs possibles : hybrid, keyword ou semantic."),
        (
            "echelon",
            "mondial",
            "Valeurs possibles : local, regional, national, europeen ou international.",
        ),
        ("departement", "zzzzzz", "/api/vocabularies"),
        ("annee", "hier", "quatre chiffres"),
        ("par_page", "1000", "entre 1 et 100"),
    ],
)
def test_what_is_allowed_is_told(name: str, value: str, told: str) -> None:
    assert told in _read(**{name: value})[1][0].sentence


@pytest.mark.parametrize("spoken", ["case", "cas", "Cas", "cases"])
def test_kinds_are_known_by_their_french_names(spoken: str) -> None:
    assert _parsed(kind=spoken).values("kind") == ("case",)
    assert _parsed(kind=["veille", "Jeudis", "notes", "catalyseurs"]).values("kind") == (
        "article",
        "catalyseur",
        "jeudi",
    )


def test_modes_sorts_and_answers_are_known_by_their_words() -> None:
    assert [_parsed(mode=word).mode for word in ("mots", "Sens", "sémantique", "hybride")] == [
        "keyword",
        "semantic",
        "semantic",
        "hybrid",
    ]
    assert [_parsed(q="car", tri=word).sort for word in ("Titres", "plus récents")] == [
        "titre",
        "date",
    ]
    assert not _parsed(correction="no").correction
    assert _parsed(page="007").page == 7


def test_a_crowd_of_faults_is_told_in_few_and_counted() -> None:
    pairs = [(f"inconnu{number}", "x") for number in range(50)] + [
        ("fragilite", "zzz" * 1_000)
    ] * 50
    problems = parse(pairs)[1]
    assert len(problems) == MOST_PROBLEMS + 1
    # Wrong values first: they change what is found.
    assert {problem.parameter for problem in problems[:-1]} == {"fragilite"}
    assert problems[-1].sentence == "90\u00a0autres valeurs ou paramètres sont à corriger."
    assert len("".join(problem.sentence for problem in problems)) < 3_000


def test_the_good_values_stay_beside_a_bad_one() -> None:
    query, problems = _read(q="car", fragilite=["sante", "zzz"], page="x")
    assert query == _parsed(q="car", fragilite="sante")
    assert [problem.parameter for problem in problems] == ["fragilite", "page"]


def test_a_text_too_long_is_cut_between_words_and_said() -> None:
    query, problems = _read(q="mobilité " * 200)
    assert len(query.q) <= LONGEST_TEXT
    assert set(query.q.split()) == {"mobilité"}
    assert [problem.parameter for problem in problems] == ["q"]


@given(_anything)
def test_a_text_is_cleaned_once_and_for_all(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not any(char < " " or "\ud800" <= char <= "\udfff" for char in cleaned)


# -- said in French ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_ones", "total", "sentence"),
    [
        ({}, 0, "0 fiche"),
        ({}, 1, "1 fiche"),
        ({}, 1234, "1\u202f234 fiches"),
        ({"kind": "case"}, 12, "12 cas"),
        ({"kind": "jeudi"}, 1, "1 note"),
        ({"kind": ["article"]}, 2, "2 articles de veille"),
        ({"kind": ["article", "case"]}, 2, "2 fiches"),
        (
            {"kind": "case", "fragilite": "mobilite", "echelon": "local"},
            12,
            "12 cas sur la mobilité, à l’échelon local",
        ),
        ({"q": "médecin"}, 3, "3 fiches pour « médecin »"),
        ({"q": "plus " * 19 + "aucun"}, 3, f"3 fiches pour « {'plus ' * 19}aucun »"),
        ({"q": "médecin " * 20}, 3, f"3 fiches pour « {'médecin ' * 11}médecin… »"),
        ({"q": "é" * 200}, 3, f"3 fiches pour « {'é' * 60}… »"),
        (
            {"q": "médecin", "fragilite": ["sante", "mobilite"]},
            3,
            "3 fiches pour « médecin », sur la mobilité ou la santé",
        ),
        ({"kind": "case", "acteur": "fondations"}, 5, "5 cas portés par des fondations"),
        ({"acteur": "fondations"}, 5, "5 fiches portées par des fondations"),
        (
            {"kind": "jeudi", "acteur": ["citoyens", "medias"]},
            5,
            "5 notes portées par des citoyens ou des médias",
        ),
        ({"region": ["53", "44"]}, 5, "5 fiches dans le Grand Est ou en Bretagne"),
        ({"departement": "22"}, 5, "5 fiches dans les Côtes-d’Armor"),
        ({"taille": "petit"}, 5, "5 fiches dans les communes de moins de 2 000 habitants"),
        ({"odd": ["17"]}, 5, "5 fiches au titre de l’ODD 17"),
        (
            {"impact": "confiance", "annee": ["2023", "2024"]},
            5,
            "5 fiches pour la confiance, en 2023 ou 2024",
        ),
    ],
)
def test_a_search_says_itself(given_ones: dict[str, str], total: int, sentence: str) -> None:
    assert _parsed(**given_ones).sentence(total).replace("\u00a0", " ") == sentence.replace(
        "\u00a0", " "
    )


@pytest.mark.parametrize("facet", sorted(FACETS))
def test_every_value_has_its_words_in_a_sentence(facet: str) -> None:
    said = {value: SearchQuery().toggled(facet, value).sentence(2) for value in VALUES[facet]}
    assert len(set(said.values())) == len(said)
    assert all(
        sentence.startswith("2\u00a0fiches ") and "  " not in sentence for sentence in said.values()
    )


# -- near, rayon, comme --------------------------------------------------------------------------

NEAR_LANNION = {"q": "car", "kind": "case", "near": "22113"}


def test_a_place_stands_between_facets_and_order() -> None:
    query = _parsed(
        page="2", tri="distance", comme="22113", rayon="30 km", near="22113", region="53", q="car"
    )
    assert (
        query.url()
        == "/recherche?q=car&region=53&near=22113&rayon=30&comme=22113&tri=distance&page=2"
    )


@pytest.mark.parametrize(
    ("given_one", "kept"),
    [
        ("2a004", "2A004"),
        ("48.73330001, -3.4593", "48.7333,-3.4593"),
        ("-0.0,0", None),
        ("-21.1151,55.5", "-21.1151,55.5"),
        ("43,5.00004", "43,5"),
        ("-17.8,-178.2", None),
        ("-14.3066,-178.1188", "-14.3066,-178.1188"),
        ("91,2", None),
        ("48,181", None),
        ("51.5,-0.12", None),
        ("22113,", None),
        ("Lannion", None),
    ],
)
def test_a_place_is_written_in_one_way(given_one: str, kept: str | None) -> None:
    query, problems = _read(near=given_one)
    assert (query.near, bool(problems)) == (kept or "", kept is None)


@pytest.mark.parametrize(
    ("given_ones", "told"),
    [
        ({"near": "99999"}, "« 99999 » n’est pas un lieu connu : donnez le code INSEE"),
        ({"near": "Lannion"}, "Vouliez-vous dire « 22113 » ?"),
        ({"near": "40.7,-74"}, "« 40.7,-74 » est à plus de 100 km de toute commune de France"),
        ({"rayon": "30"}, "Un rayon se compte autour d’un lieu : donnez aussi le lieu (« near »)."),
        ({"tri": "distance"}, "Les plus proches le sont d’un lieu"),
        (
            {"near": "22113", "rayon": "31"},
            "Valeurs possibles : commune, 10, 30, 50, 100, departement",
        ),
        ({"comme": "Lannion"}, "Vouliez-vous dire « 22113 » ?"),
        ({"comme": "98412"}, "La population de « 98412 » n’est pas connue"),
        ({"near": "Atlantis", "rayon": "30", "tri": "distance"}, "n’est pas un lieu connu"),
    ],
)
def test_a_place_that_cannot_be_taken_is_told_once(given_ones: dict[str, str], told: str) -> None:
    query, problems = _read(**given_ones)
    (problem,) = problems
    assert told in problem.sentence.replace(french.NO_BREAK_SPACE, " ")
    assert query.rayon == query.comme == query.tri == ""


def test_without_a_place_nothing_is_measured() -> None:
    query = SearchQuery(near="22113", rayon="30", tri="date")
    assert query.sort == "date"
    assert replace(query, near="", tri="distance") == SearchQuery()
    assert SearchQuery(near="22113", tri="distance") == SearchQuery(near="22113")
    assert SearchQuery(near="22113").sort == "distance"


def test_facets_keep_the_place_and_the_bounds() -> None:
    query = SearchQuery(q="car", near="22113", rayon="30", comme="22113")
    toggled = query.toggled("fragilite", "sante")
    assert (toggled.near, toggled.rayon, toggled.comme) == ("22113", "30", "22113")
    freed = toggled.without_filters()
    assert (freed.filters, freed.near, freed.rayon, freed.comme) == ((), "22113", "", "")


def test_bounds_are_conditions_of_the_documents() -> None:
    communes = Communes.of(["22113", "22070", "29151", ""])
    for query, kept in (
        (SearchQuery(near="22113"), {}),
        (SearchQuery(near="22113", rayon="commune"), {"implantation": ("22113",)}),
        (SearchQuery(near="22113", rayon="departement"), {"implantation": ("dep:22",)}),
        (SearchQuery(near="97611", rayon="region"), {"implantation": ("reg:06",)}),
        (SearchQuery(near="22113", rayon="30"), {"implantation": ("22070", "22113")}),
        (SearchQuery(near="48.73,-3.46", rayon="10"), {"implantation": ("22113",)}),
        (SearchQuery(near="97611", rayon="100"), {"implantation": ()}),
        (SearchQuery(comme="22113"), {"taille": ("intermediaire",)}),
    ):
        assert query.kept(communes) == kept


@pytest.mark.parametrize(
    ("given_ones", "said"),
    [
        ({}, "12 cas pour « car », de préférence près de Lannion (22300)"),
        ({"rayon": "30"}, "12 cas pour « car », à moins de 30 km de Lannion (22300)"),
        ({"rayon": "region"}, "12 cas pour « car », en Bretagne"),
        ({"rayon": "commune"}, "12 cas pour « car », à Lannion (22300)"),
        ({"q": "", "rayon": "30"}, "12 cas à moins de 30 km de Lannion (22300)"),
        ({"q": ""}, "12 cas, les plus proches de Lannion (22300) d’abord"),
        ({"q": "", "tri": "date"}, "12 cas"),
        (
            {"q": "", "near": "22001", "rayon": "departement", "fragilite": "sante"},
            "12 cas sur la santé, dans les Côtes-d’Armor, les plus proches d’Allineuc (22460) "
            "d’abord",
        ),
        (
            {"q": "", "near": "", "comme": "76351"},
            "12 cas dans des territoires de la taille du Havre (50 000 habitants et plus)",
        ),
        (
            {"tri": "distance", "comme": "22113", "near": "76351"},
            "12 cas pour « car », dans des territoires de la taille de Lannion (de 20 000 à 50 000 "
            "habitants), les plus proches du Havre (76600) d’abord",
        ),
    ],
)
def test_a_sentence_tells_the_place(given_ones: dict[str, str], said: str) -> None:
    query = _parsed(**(NEAR_LANNION | given_ones))
    assert query.sentence(12).replace(french.NO_BREAK_SPACE, " ") == said


def test_of_one_hit_none_is_first() -> None:
    assert _parsed(kind="case", near="22113").sentence(1) == f"1{french.NO_BREAK_SPACE}cas"
