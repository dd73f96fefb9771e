"""Cells: what each column takes, what it refuses and why."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from impact_alliances.importers.columns import (
    BadCell,
    columns_of,
    join,
    read_date,
    split,
    text_of,
    write_cell,
)
from impact_alliances.resources.kinds import KINDS


def _cell(kind: str, name: str, cell: object) -> Any:
    return columns_of(KINDS[kind])[name].read(cell)


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-16",
        "2024-5-16",
        "2024/05/16",
        "2024.05.16",
        "2024-05-16T10:30:00",
        "2024-05-16T10:30:00Z",
        "2024-05-16 10:30",
        "16/05/2024",
        "16-05-2024",
        "16.05.2024",
        "16 05 2024",
        " 16/5/2024 ",
        "16/05/2024 10:30",
        "16 mai 2024",
        "16 MAI 2024",
        "jeudi 16 mai 2024",
        "Jeudi 16 Mai 2024",
        "jeudi, 16 mai 2024",
        "le 16 mai 2024",
        "le jeudi 16 mai 2024",
        "16\u00a0mai\u00a02024",
        "16-mai-2024",
    ],
)
def test_a_day_is_read_in_every_french_form(text: str) -> None:
    assert read_date(text) == dt.date(2024, 5, 16)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1er mai 2024", dt.date(2024, 5, 1)),
        ("1ᵉʳ mai 2024", dt.date(2024, 5, 1)),
        ("1er août 2024", dt.date(2024, 8, 1)),
        ("3 févr. 2024", dt.date(2024, 2, 3)),
        ("3 fév 2024", dt.date(2024, 2, 3)),
        ("14 juill. 2024", dt.date(2024, 7, 14)),
        ("14 juil. 2024", dt.date(2024, 7, 14)),
        ("25 déc. 2024", dt.date(2024, 12, 25)),
        ("29/02/2024", dt.date(2024, 2, 29)),
        ("mai 2024", dt.date(2024, 5, 1)),
        ("décembre 2023", dt.date(2023, 12, 1)),
        ("05/2024", dt.date(2024, 5, 1)),
        ("2024-05", dt.date(2024, 5, 1)),
        ("2024", dt.date(2024, 1, 1)),
    ],
)
def test_abbreviations_months_and_years_are_days_too(text: str, day: dt.date) -> None:
    assert read_date(text) == day


@pytest.mark.parametrize("month", range(1, 13))
def test_the_twelve_months_are_known_as_we_write_them(month: int) -> None:
    from impact_alliances.vocabularies import french

    day = dt.date(2024, month, 11)
    assert read_date(french.day(day, weekday=True)) == day


def test_dates_of_a_spreadsheet_are_taken_as_they_are() -> None:
    assert (
        read_date(dt.datetime(2024, 5, 16, 10, 30))
        == read_date(dt.date(2024, 5, 16))
        == read_date(2024) + dt.timedelta(days=136)
    )


@pytest.mark.parametrize(
    "cell",
    [
        "30/02/2024",
        "31 juin 2024",
        "29/02/2023",
        "2024-13-01",
        "05/16/2024",
        "16/05/24",
        "hier",
        "16 floréal 2024",
        "mai",
        "45428",
        "",
        "2024-05-16 au 2024-06-01",
        "16/05/2024 et après",
        dt.time(10, 30),
        "1",
        "٣",
    ],
)
def test_what_is_no_day_is_refused_with_examples(cell: object) -> None:
    with pytest.raises(BadCell, match="2024-05-16, 16/05/2024 ou 16 mai 2024"):
        read_date(cell)


@pytest.mark.parametrize("cell", ["16/05/1024", "9999-01-01", "0999", "3 mai 2101"])
def test_a_year_out_of_reach_is_refused(cell: str) -> None:
    with pytest.raises(BadCell, match="hors de portée"):
        read_date(cell)


@given(st.text(max_size=30))
def test_any_text_is_a_day_of_our_times_or_refused(text: str) -> None:
    try:
        assert 1900 <= read_date(text).year <= 2100
    except BadCell as bad:
        assert bad.reason


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2100, 12, 31)))
def test_a_day_written_is_read_again(day: dt.date) -> None:
    column = columns_of(KINDS["case"])["date"]
    assert column.read(write_cell(column, day)) == day


# -- values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name", "cell", "value"),
    [
        ("case", "title", "  Un \n car ", "Un car"),
        ("case", "body", "un\r\ndeux\rtrois\x00\x0b", "un\ndeux\ntrois"),
        ("case", "fragilites", "Mobilité, transport|sante|sante", ["mobilite", "sante"]),
        ("case", "fragilites", ["sante"], ["sante"]),
        ("case", "echelon", " Européen ", "europeen"),
        ("case", "odd", "17|ODD 4|odd17", ["17", "4"]),
        ("case", "odd", 17, ["17"]),
        ("case", "odd", [3, "ODD 4"], ["3", "4"]),
        ("case", "commune", 1001, "01001"),
        ("case", "commune", "Lannion 22300", "22113"),
        ("case", "departement", 1, "01"),
        ("case", "departement", "Côtes-d’Armor", "22"),
        ("case", "departement", "2a", "2A"),
        ("case", "region", 2, "02"),
        ("case", "region", "Bretagne", "53"),
        ("case", "status", "publié", "published"),
        ("case", "status", "En ligne", "published"),
        ("case", "tags", r"un|a\|b| |trois", ["un", "a|b", "trois"]),
        ("case", "tags", ["un", "", 3], ["un", "3"]),
        ("jeudi", "demandes", "plus  de\ncar|a\\|b| ", ["plus de car", "a|b"]),
        ("case", "impacts", "confiance|Performance (18 mois)", ["confiance", "performance"]),
        ("case", "state", "Terminé", "termine"),
        ("case", "organisation_size", "TPO", "tpo"),
        ("case", "source_url", "https://exemple.example/a?b=c", "https://exemple.example/a?b=c"),
        (
            "catalyseur",
            "area",
            "53|Bretagne|reg:75|dep:2A|région Grand Est",
            ["dep:53", "reg:53", "reg:75", "dep:2A", "reg:44"],
        ),
        ("catalyseur", "remote", "Oui", True),
        ("catalyseur", "remote", True, True),
        ("catalyseur", "remote", 0, False),
        ("catalyseur", "email", "a.b@c.example", "a.b@c.example"),
        ("catalyseur", "phone", "06 39 98 00 01", "06 39 98 00 01"),
        ("jeudi", "number", "1\u202f234", 1234),
        ("jeudi", "number", 12, 12),
        ("article", "bulletin", "2024-t3", "2024-T3"),
        ("article", "bulletin", "2024 T3", "2024-T3"),
        ("article", "strand", "TPE-PME", "tpe-pme"),
    ],
)
def test_a_cell_becomes_its_value(kind: str, name: str, cell: object, value: object) -> None:
    assert _cell(kind, name, cell) == value


@pytest.mark.parametrize(
    ("kind", "name", "cell", "reason", "near"),
    [
        ("case", "id", "a b", "lettres sans accent", ""),
        ("case", "id", "é", "lettres sans accent", ""),
        ("case", "id", "a" * 65, "64 signes", ""),
        ("case", "title", "x" * 301, "la limite est de 300", ""),
        ("case", "body", "x" * 100_001, "la limite est de 100", ""),
        ("case", "title", ["un"], "texte", ""),
        ("case", "title", {"fr": "un"}, "texte", ""),
        ("case", "tags", [["un"]], "texte", ""),
        ("case", "tags", {"un": 1}, "texte", ""),
        ("article", "demandes", "|".join(["plus de car"] * 21), "limite est de 20", ""),
        ("article", "demandes", f"un|{'x' * 201}", "201 signes", ""),
        ("case", "fragilites", "mobilite|mobilitée", "Valeur inconnue", "mobilite"),
        ("case", "fragilites", "zzzzzz", "Valeur inconnue", ""),
        ("case", "echelon", "régionnale", "Valeur inconnue", "regional"),
        ("case", "odd", "18", "Valeur inconnue", None),
        ("case", "commune", "Lanion 22300", "Vouliez-vous dire « Lannion", ""),
        ("case", "region", "bretange", "Valeur inconnue", "53"),
        ("case", "source_url", "javascript:alert(1)", "https://", ""),
        ("case", "source_url", "www.exemple.example", "https://", ""),
        ("case", "source_url", "https://a.example/ b", "https://", ""),
        ("case", "partners", "Mairie:colectivites:pilote", "nom:profil:rôle", "collectivites"),
        ("case", "partners", ":collectivites:pilote", "nom:profil:rôle", ""),
        ("catalyseur", "area", "53|Bretange", "Ni un département", "reg:53"),
        ("catalyseur", "remote", "peut-être", "« oui » ou « non »", ""),
        ("catalyseur", "email", "a.b.c", "nom@domaine.fr", ""),
        ("catalyseur", "email", "a..b@c.example", "nom@domaine.fr", ""),
        ("catalyseur", "email", "a.@c.example", "nom@domaine.fr", ""),
        ("catalyseur", "email", "a@-c.example", "nom@domaine.fr", ""),
        ("catalyseur", "website", "https://exemple.example:99999", "https://", ""),
        ("catalyseur", "website", "https://[exemple.example", "https://", ""),
        ("catalyseur", "website", "https:/exemple.example", "https://", ""),
        ("catalyseur", "phone", "0" * 41, "la limite est de 40", ""),
        ("jeudi", "number", "12,5", "nombre entier", ""),
        ("jeudi", "number", "-1", "nombre entier", ""),
        ("article", "bulletin", "2024-T5", "2024-T3", ""),
    ],
)
def test_a_refusal_says_why_and_what_is_near(
    kind: str, name: str, cell: object, reason: str, near: str | None
) -> None:
    with pytest.raises(BadCell) as bad:
        _cell(kind, name, cell)
    assert reason in bad.value.reason
    assert near is None or bad.value.near == near


@pytest.mark.parametrize(
    ("cell", "partner"),
    [
        ("Mairie:collectivites:pilote", ("Mairie", "collectivites", "pilote")),
        ("Mairie : Collectivités territoriales : pilote", ("Mairie", "collectivites", "pilote")),
        ("Mairie", ("Mairie", "", "")),
        ("Mairie::pilote", ("Mairie", "", "pilote")),
        ("Mairie::associations", ("Mairie", "", "associations")),
        ("Projet : suite:medias:filme : montre", ("Projet : suite", "medias", "filme : montre")),
        (r"Projet\: suite::pilote", ("Projet: suite", "", "pilote")),
    ],
)
def test_a_partner_is_a_name_a_profile_and_a_role(cell: str, partner: tuple[str, str, str]) -> None:
    assert [tuple(found.values()) for found in _cell("case", "partners", cell)] == [partner]


def test_partners_of_a_json_file_keep_their_colons() -> None:
    given_ones = [{"name": "A:medias", "profile": "Entreprises", "role": "b:c"}, {"name": "Seul"}]
    assert _cell("case", "partners", given_ones) == [
        {"name": "A:medias", "profile": "entreprises", "role": "b:c"},
        {"name": "Seul", "profile": "", "role": ""},
    ]


_cells = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.dates()
    | st.datetimes()
    | st.times(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(_cells)
def test_no_cell_breaks_a_column(cell: object) -> None:
    """Whatever a file holds, each column of each kind takes it or refuses it with a reason."""
    for kind in KINDS.values():
        for name, column in columns_of(kind).items():
            try:
                value = column.read(cell)
            except BadCell as bad:
                assert bad.reason
            else:
                assert isinstance(write_cell(column, value), str), name


# -- lists ---------------------------------------------------------------------------------------

_hard = st.text("a|\\: ;'\"=", max_size=8)
_items = (
    st.one_of(
        _hard,
        st.text(
            st.characters(exclude_categories=["Cs"]) | st.sampled_from("|\\:\"'\n;,=+-@ "),
            max_size=12,
        ),
    )
    .map(text_of)
    .filter(bool)
)


@given(st.lists(_items, max_size=5))
@example(["a\\", "b"])
@example(["\\|", "\\\\", "|"])
def test_a_list_written_as_a_cell_is_read_again(items: list[str]) -> None:
    assert split(join(items)) == items


_partners = st.fixed_dictionaries(
    {
        "name": _items,
        "profile": st.sampled_from(["", "medias", "collectivites"]),
        "role": _items | st.just(""),
    }
)


@given(st.lists(_partners, max_size=3))
def test_partners_written_as_a_cell_are_read_again(partners: list[dict[str, str]]) -> None:
    column = columns_of(KINDS["case"])["partners"]
    assert column.read(write_cell(column, partners)) == partners


@given(st.text())
def test_a_text_is_cleaned_once_and_for_all(text: str) -> None:
    cleaned = text_of(text)
    assert text_of(cleaned) == cleaned
    cleaned.encode("utf-8")
