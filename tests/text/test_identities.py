"""What a sheet is called, and what a question may call it by."""

import pytest

from impact_alliances.text.identities import LONGEST, identities_in, identity


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ("Jeudi n° 307", "jeudi n 307"),
        ("JEUDI N°307", "jeudi n 307"),
        ("art-00001", "art 00001"),
        ("2012-T1", "2012 t 1"),
        ("bulletin 2012 T1", "bulletin 2012 t 1"),
        ("« Pour nous, avec vous, par eux »", "pour nous avec vous par eux"),
        ("Zoé  L’Hénaff", "zoe l henaff"),
        ("  !  ", ""),
    ],
)
def test_an_identity_is_a_text_folded_whole(written: str, called: str) -> None:
    """Stop words stay: some titles have nothing else."""
    assert identity(written) == called


def test_a_long_text_is_known_by_its_beginning() -> None:
    assert identity("alliance " * 30) == identity("alliance " * 40)
    assert len(identity("alliance " * 30)) <= LONGEST


@pytest.mark.parametrize(
    "address",
    [
        "https://base.example/cas/un-verger",
        "https://base.example/cas/un-verger/?retour=2#le-besoin",
        "base.example/cas/un-verger",
        "/cas/un-verger",
        "https://base.example/cas/un-verger/contact",
    ],
)
def test_an_address_names_its_sheet(address: str) -> None:
    """Whatever the host, and what stands after."""
    assert "cas un verger" in identities_in(address)


@pytest.mark.parametrize("text", ["", " ", "?", "http://[", "//", "a/"])
def test_what_is_no_name_names_nothing_of_two_parts(text: str) -> None:
    assert not any(" " in name for name in identities_in(text))


def test_a_sentence_with_a_slash_is_no_address() -> None:
    assert identities_in("ville et/ou campagne") == ("ville et ou campagne",)
