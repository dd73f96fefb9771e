"""What a server says goes before other eyes without anyone's address."""

import pytest

from impact_alliances.mail.blanking import masked, without_addresses

KNOWN = ("camille.legoff@xn--nergie-9ua.example", "anne@mairie.example", "")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("2.0.0 Ok: queued as 4XyZ", "2.0.0 Ok: queued as 4XyZ"),
        ("<camille.legoff@xn--nergie-9ua.example>: no", "<…>: no"),
        ("Camille.LeGoff: user unknown", "…: user unknown"),
        ("host énergie.example not found", "host … not found"),
        ("host xn--nergie-9ua.example not found", "host … not found"),
        ("rcpt camille.legoff%40xn--nergie-9ua.example", "rcpt …"),
        ("x?to=camille.legoff&d=XN--nergie-9ua.example", "x?to=…&d=…"),
        ("quiconque@ailleurs.example, anne@mairie.example", "…, …"),
        ("deux\nlignes\tet  blancs", "deux lignes et blancs"),
        ("annexe", "annexe"),
    ],
)
def test_no_address_is_left(said: str, told: str) -> None:
    assert without_addresses(said, *KNOWN) == told


@pytest.mark.parametrize(
    ("address", "shown"), [("camille@liens.example", "c…@liens.example"), ("", "")]
)
def test_an_address_may_be_told_apart(address: str, shown: str) -> None:
    assert masked(address) == shown
