"""What is typed in the form: cleaned of what hides, and told in French what is wrong."""

import pytest

from impact_alliances.contact.typed import (
    LONGEST_MESSAGE,
    LONGEST_NAME,
    SHORTEST_MESSAGE,
    Typed,
    meant_address,
)

MESSAGE = "Nous cherchons quelqu’un pour animer une réunion à Trévou."


def typed(**changed: str) -> Typed:
    """A form without a fault, but for what is changed."""
    given = {"name": "Jeanne Martin", "email": "jeanne@mairie.example", "message": MESSAGE}
    return Typed(**{**given, **changed}).cleaned()


def said(**changed: str) -> str:
    """What is wrong in such a form: one sentence, of the field that was changed."""
    ((field, sentence),) = typed(**changed).faults()
    assert field in changed
    return sentence


def test_a_form_well_filled_has_no_fault() -> None:
    assert typed().faults() == []
    assert typed(need="contractualiser", structure="Mairie de Trévou").faults() == []


def test_all_that_is_missing_is_told_at_once_in_the_order_of_the_fields() -> None:
    empty = Typed(need="").cleaned()
    assert [fault.field for fault in empty.faults()] == ["name", "email", "message"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": "a" * 10_000}, f"compte 10\u202f000 signes : {LONGEST_NAME} au plus"),
        ({"structure": "a" * 151}, "151 signes : 150 au plus"),
        ({"message": "Bonjour"}, f"compte 7\u00a0signes : il en faut {SHORTEST_MESSAGE}"),
        ({"message": "a" + " \n" * 200}, "1\u00a0signe"),
        ({"message": "a" * (LONGEST_MESSAGE + 1)}, "4\u202f000 au plus"),
        ({"message": "a" * 900_000}, "4\u202f000 au plus"),
        ({"need": "voyager"}, "dans la liste"),
        ({"email": "jeanne"}, "nom@domaine.fr"),
        ({"email": "jeanne@a.example, awa@b.example"}, "nom@domaine.fr"),
        ({"email": "jeanne@a.example\nBcc: awa@b.example"}, "nom@domaine.fr"),
        ({"email": "=?utf-8?q?x?=@exemple.fr"}, "donnez une autre adresse"),
        ({"email": "é" * 300 + "@a.example"}, "254 signes"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(changed: dict[str, str], words: str) -> None:
    assert words in said(**changed)


@pytest.mark.parametrize("size", [SHORTEST_MESSAGE, LONGEST_MESSAGE])
def test_the_bounds_themselves_are_taken(size: int) -> None:
    assert typed(message="a" * size).faults() == []


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("jeanne@gmial.com", "jeanne@gmail.com"),
        ("jeanne@gmail.fr", "jeanne@gmail.com"),
        ("jeanne@gmail.con", "jeanne@gmail.com"),
        ("jeanne@Hotmial.FR", "jeanne@hotmail.fr"),
        ("jeanne@orange.f", "jeanne@orange.fr"),
        ("jeanne@wanado.fr", "jeanne@wanadoo.fr"),
        ("jeanne@laposte.fr", "jeanne@laposte.net"),
        ("jeanne@ymail.com", ""),
        ("jeanne@gmail.com", ""),
        ("jeanne@ville-lannion.fr", ""),
        ("jeanne@fred.fr", "jeanne@free.fr"),
        ("jeanne@sfr.be", ""),
    ],
)
def test_a_domain_misspelt_is_asked_about(given: str, meant: str) -> None:
    assert meant_address(given) == meant


def test_an_address_asked_about_is_taken_once_it_is_kept() -> None:
    """It is corrected, or sent again as it is."""
    assert "jeanne@gmail.com ?" in said(email="jeanne@gmial.com")
    assert typed(email="jeanne@gmial.com", kept_email="jeanne@gmial.com").faults() == []
    assert typed(email="jeanne@gmaul.com", kept_email="jeanne@gmial.com").faults() != []


@pytest.mark.parametrize(
    "given",
    ["jeanne @orange.fr", "jeanne@orange,fr", "mailto:jeanne@orange.fr", "jeanne(at)orange.fr"],
)
def test_an_address_that_is_none_is_mended_where_it_can_be(given: str) -> None:
    assert "Vouliez-vous dire jeanne@orange.fr ?" in said(email=given)


def test_hidden_and_broken_signs_are_taken_out() -> None:
    """Directions of writing, joiners, controls; line ends are those of the message alone."""
    found = typed(
        name="Je\u200banne\u202e Martin\r\nBcc: awa@liens.example\x00",
        message=f"  {MESSAGE}\r\n\r\n\u2066{MESSAGE}\x07 \r",
    )
    assert found.name == "Jeanne Martin Bcc: awa@liens.example"
    assert found.message == f"{MESSAGE}\n\n{MESSAGE}"


def test_accents_do_not_climb_over_the_lines_around() -> None:
    """Those of real words stay, however they are typed."""
    found = typed(name="Jeanne" + "\u0301\u200b" * 90, message=MESSAGE + "\u0301" * 90)
    assert found.name == "Jeann\u00e9" + "\u0301" * 4
    assert found.message == MESSAGE + "\u0301" * 4
    assert typed(name="Nguye\u0302\u0303n Thi\u0323 Ho\u0302\u0300ng").name == "Nguyễn Thị Hồng"
