"""What each of the four cards tells."""

import datetime as dt
from functools import partial

import pytest
from markupsafe import Markup

from impact_alliances.resources.resource import Resource
from impact_alliances.text.excerpt import highlighted
from impact_alliances.vocabularies.terms import FRAGILITES
from impact_alliances.web.cards import (
    CaseTold,
    CuttingTold,
    NoteTold,
    PersonTold,
    card_of,
    initials_of,
    result_of,
    told_of,
)
from support.builders import a_case, a_catalyseur, a_jeudi, an_article

RESULTS = "Fin 2025, l’idée a pris. En un an, 1 200 trajets et 71 % de retours. Le car est revenu."


def test_a_case_tells_who_where_and_what_came_of_it() -> None:
    """The sentence of its results that has a figure; a year alone is none."""
    card = told_of(a_case(results=RESULTS))
    assert isinstance(card, CaseTold)
    assert card.alliance == "Une alliance de 1\u00a0: collectivité"
    assert 'fill="var(--a-collectivites)"' in card.figure
    assert (card.place, card.year) == ("Lannion (22300)", "2024")
    assert card.result == "En un an, <b>1 200</b> trajets et <b>71 %</b> de retours."
    assert [(chip.label, chip.hue) for chip in card.chips] == [
        ("Mobilité, transport", "societales")
    ]


def test_a_card_names_three_fragilites_at_the_most() -> None:
    """The first ones."""
    card = told_of(a_case(fragilites=["mobilite", "sante", "education", "logement"]))
    assert isinstance(card, CaseTold)
    assert [chip.label for chip in card.chips] == [
        FRAGILITES.label_of(slug) for slug in ("mobilite", "sante", "education")
    ]


def test_a_result_is_escaped_whole_or_absent() -> None:
    """Half a result would say something else, and what an editor writes is text."""
    assert result_of(a_case(results="Deux ans après, tout va bien.")) == ""
    assert result_of(a_case(results="Au 15 mai 2025, tout va bien. Depuis 2026 aussi.")) == ""
    assert result_of(a_case(results=f"En 3 ans, {'bien ' * 60}plus.")) == ""
    assert result_of(a_case(results="3 <script>")) == "<b>3</b> &lt;script&gt;"
    assert result_of(a_case(results="**12** [trajets](https://a.example).")) == (
        "<b>12</b> trajets."
    )


def test_a_result_that_the_extract_tells_is_not_said_twice() -> None:
    """Marked or not."""
    extract = Markup("En un an, 1 200 <mark>trajets</mark> et 71 % de retours.")
    card = card_of(a_case(results=RESULTS), extract, "Trouvé par vos mots")
    assert card.result == ""
    assert card.text == extract
    assert card.why == "Trouvé par vos mots"


def test_a_result_that_a_plain_summary_tells_is_not_said_twice() -> None:
    """Whatever signs it has that HTML writes otherwise."""
    told = 'L\'été, "Le car" fait 71 % de trajets & plus.'
    assert card_of(a_case(results=told, summary=f"À Lannion. {told}")).result == ""
    assert card_of(a_case(results=told, summary="À Lannion.")).result.striptags() == told


def test_a_person_has_a_name_a_role_and_a_territory() -> None:
    """Two territories, the others by a word."""
    card = told_of(a_catalyseur(title="Awa, La Fabrique", area=["dep:53", "reg:53", "dep:22"]))
    assert isinstance(card, PersonTold)
    assert (card.title, card.initials) == ("Awa Le Goff", "AG")
    assert card.role == "Animatrice de dialogue territorial"
    assert card.area == "Mayenne (53), Bretagne et d’autres territoires"
    assert [(chip.label, chip.hue) for chip in card.chips] == []
    assert not card.is_remote
    assert [initials_of(name) for name in ("Awa", "", "3 p’tits pas")] == ["A", "", "PP"]


def test_a_note_has_its_number_and_its_day() -> None:
    """As a leaf of a calendar."""
    card = told_of(a_jeudi())
    assert isinstance(card, NoteTold)
    assert (card.number, card.date) == ("n°\u00a012", dt.date(2024, 5, 16))
    bare = told_of(a_jeudi(number=None, published_on=None, date=None))
    assert isinstance(bare, NoteTold)
    assert (bare.number, bare.date) == ("", None)


def test_a_cutting_names_its_source_first() -> None:
    """Then its date and its strand."""
    card = told_of(an_article(date=dt.date(2024, 9, 2)))
    assert isinstance(card, CuttingTold)
    assert (card.source, card.strand) == ("La Gazette fictive", "Innovation sociétale")


def test_a_sheet_that_changes_has_another_card() -> None:
    """What is drawn once is drawn again with each version of the sheet."""
    case = a_case(title="Avant")
    assert card_of(case).title == "Avant"
    case.title = "Après"
    assert card_of(case).title == "Après"


def test_a_title_is_marked_anew_by_each_search_and_escaped() -> None:
    """What is kept of a card holds no mark of the search before."""
    case = a_case(title="Haies & <b>chemins</b>")
    chemins = partial(highlighted, wanted=frozenset({"chemin"}))
    marked = "Haies &amp; &lt;b&gt;<mark>chemins</mark>&lt;/b&gt;"
    assert card_of(case, highlighted=chemins).title == marked
    assert "<mark>" not in card_of(case).title
    assert card_of(case).title.striptags() == "Haies & <b>chemins</b>"


@pytest.mark.parametrize("one", [a_case(), a_catalyseur(), a_jeudi(), an_article()])
def test_what_is_kept_of_a_card_holds_no_title(one: Resource) -> None:
    """Else it would be told twice."""
    card = card_of(one)
    assert card.title
    assert card.title not in f"{card.head}{card.under}{card.foot}"
