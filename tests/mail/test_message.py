"""A message that could do harm cannot be made: each is refused in a sentence."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_alliances.mail.message import BadMessage, Outgoing

GOOD: dict[str, Any] = {
    "to": "camille@liens.example",
    "subject": "Une question",
    "text": "Bonjour",
    "purpose": "contact",
}


def _message(**changed: Any) -> Outgoing:
    return Outgoing(**{**GOOD, **changed})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("to", "", "Une adresse électronique est attendue"),
        ("to", "camille", "Une adresse électronique est attendue"),
        ("to", "a@liens.example, b@liens.example", "Une adresse électronique est attendue"),
        ("to", "Camille <a@liens.example>", "Une adresse électronique est attendue"),
        ("to", "a@liens.example\nBcc: b@liens.example", "Une adresse électronique est attendue"),
        ("to", "a@liens.example\r\nRCPT TO:<b@liens.example>", "Une adresse électronique est"),
        ("to", "a@[127.0.0.1]", "Une adresse électronique est attendue"),
        ("to", '"a b"@liens.example', "Une adresse électronique est attendue"),
        ("to", "a@localhost", "Une adresse électronique est attendue"),
        ("to", "a" * 10_000 + "@liens.example", "254 signes"),
        ("to", "éric@liens.example", "lettres accentuées"),
        ("to", "=?utf-8?q?x?=@liens.example", "donnez une autre adresse"),
        ("reply_to", "a@b@c", "Une adresse électronique est attendue"),
        ("reply_name", "Anne\r\nBcc: tous@liens.example", "tient sur une ligne"),
        ("reply_name", "A" * 10_000, "100 signes"),
        ("subject", "Bonjour\nBcc: tous@liens.example", "tient sur une ligne"),
        ("subject", "Bonjour\rX", "tient sur une ligne"),
        ("subject", "Bonjour\u2028X", "tient sur une ligne"),
        ("subject", "Bonjour\x00", "tient sur une ligne"),
        ("subject", "A" * 10_000, "200 signes"),
        ("subject", "  ", "un objet et un texte"),
        ("text", "", "un objet et un texte"),
        ("text", "A" * 200_001, "200\u202f000 signes"),
        ("html", "A" * 200_001, "200\u202f000 signes"),
    ],
)
def test_what_could_do_harm_is_refused_in_a_sentence(name: str, value: str, said: str) -> None:
    with pytest.raises(BadMessage, match=said):
        _message(**{name: value})


@pytest.mark.parametrize(
    "header", [("Bcc", "a@b.fr"), ("Subject", "x"), ("List-X: y\nBcc", "z"), ("List-Id", "é")]
)
def test_a_header_is_one_of_a_list(header: tuple[str, str]) -> None:
    """A fault of the code that asks: visitors have no say in it."""
    with pytest.raises(ValueError, match=r".+"):
        _message(headers=(header,))


def test_an_international_domain_is_written_as_servers_take_it() -> None:
    made = _message(to="contact@énergie.example", reply_to=" anne@Énergie.example ")
    assert (made.to, made.reply_to) == (
        "contact@xn--nergie-9ua.example",
        "anne@xn--nergie-9ua.example",
    )


def test_signs_that_nobody_sees_leave_the_text() -> None:
    assert _message(text="a\u202eb\x00c\nd").text == "ab c\nd"


@given(st.text(max_size=120), st.text(max_size=120))
def test_whatever_is_typed_is_one_line_or_refused(subject: str, name: str) -> None:
    try:
        made = _message(subject=subject, reply_name=name)
    except BadMessage:
        return
    assert len((made.subject + made.reply_name).splitlines()) == 1
