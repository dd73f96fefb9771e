"""A message as it travels: read back as it was written, whatever was written."""

import email
import email.policy
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from impact_alliances.mail.composing import NotComposable, as_data, check_composable, composed
from impact_alliances.mail.message import BadMessage, Outgoing
from impact_alliances.mail.queue import letter_of
from tests.mail.letters import SENDER, outgoing

_lines = st.text(max_size=200)
# What a hostile name is made of: pieces that a reader of headers decodes, ends lines or lists by.
_PIECES = [
    "=?utf-8?q?a=0D=0ABcc:_vic@x.fr=0D=0AFrom:_Banque_=3Cb@q.fr=3E=0D=0A=0D=0ACorps?=",
    "=?utf-8?q?=22_=3Cautre=40y=2Efr=3E=2C?=",
    "=?iso-8859-1?b?DQpCY2M6IHZAeC5mcg0KDQpD?=",
    "=?utf-8?q?a=00b?=",
    *"=? ?= =0D=0A \" \\ < > , ; : @ ( ) [ ] é 👩 Bcc: a@b.fr ' . \u00a0".split(),
    " ",
]
_hostile = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=6).map("".join)


@given(name=_hostile, subject=_hostile, sender=_hostile)
@example(name=_PIECES[0], subject="Message de " + _PIECES[0], sender=_PIECES[0])
@example(name=_PIECES[1], subject=_PIECES[1], sender=_PIECES[1])
def test_what_is_typed_is_never_decoded(name: str, subject: str, sender: str) -> None:
    """An encoded word is a text like any other: it makes no header, no address, no line."""
    try:
        asked = outgoing(subject=subject, reply_name=name, reply_to="a@b.example")
    except BadMessage:
        return
    sent = composed(letter_of(asked), (sender, SENDER[1]))
    read = email.message_from_bytes(sent, policy=email.policy.default)
    assert sorted(read.keys()) == sorted(
        "From To Reply-To Subject Date Message-ID Auto-Submitted MIME-Version Content-Type "
        "Content-Transfer-Encoding".split()
    )
    assert str(read["Subject"]).split() == subject.split()
    (answered,), (author,) = read["Reply-To"].addresses, read["From"].addresses
    assert (answered.addr_spec, author.addr_spec) == ("a@b.example", SENDER[1])
    # The reader of the standard library puts a space between two words that make one.
    for found, typed in ((answered, name), (author, sender)):
        assert "".join(found.display_name.split()) == "".join(typed.split())


@pytest.mark.parametrize(
    "changed",
    [
        {"to": "=?utf-8?q?x?=@b.example"},
        {"to": "a@b.example, c@d.example"},
        {"reply_to": "a@b.example>, <c@d.example"},
        {"to": "a@b.example\r\nBcc: c@d.example"},
        {"headers": [["List-Id", "x\r\nBcc: c@d.example"]]},
        {"headers": [["List-Id", "x\ny"]]},
        {"headers": [["List-Id", "x\x00y"]]},
        {"headers": [["List-Id", "é"]]},
        {"headers": [["Subject", "another"]]},
    ],
)
def test_what_would_be_read_otherwise_is_not_queued(changed: dict[str, Any]) -> None:
    """Even were a row written past the checks."""
    letter = letter_of(outgoing())
    for name, value in changed.items():
        setattr(letter, name, value)
    with pytest.raises(NotComposable, match="lettres ordinaires"):
        check_composable(letter)


def test_no_half_of_a_line_end_leaves() -> None:
    """Servers that take a bare CR for the end of a line would see two messages."""
    letter = letter_of(outgoing(text="a\r.\rb\n.\r\nc", html="<p>a\r.\rb</p>"))
    sent = composed(letter, SENDER)
    assert not re.search(rb"[^\r]\n|\r[^\n]", sent)
    read = email.message_from_bytes(sent, policy=email.policy.default)
    body = read.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == ["a", ".", "b", ".", "c"]


@given(subject=_lines, name=_lines, text=st.text(max_size=400), html=st.text(max_size=400))
def test_whatever_is_written_arrives(subject: str, name: str, text: str, html: str) -> None:
    """In ASCII, each line ended as servers want and none too long, no header but ours."""
    try:
        asked: Outgoing = outgoing(
            subject=subject, reply_name=name, text=text, html=html, reply_to="a@b.example"
        )
    except BadMessage:
        return
    sent = composed(letter_of(asked), SENDER)
    assert sent.isascii()
    assert all(len(line) <= 998 for line in sent.split(b"\r\n"))
    assert not re.search(rb"[^\r]\n|\r[^\n]", sent)
    read = email.message_from_bytes(sent, policy=email.policy.default)
    assert read["Subject"].split() == asked.subject.split()
    names = {name.lower() for name, _ in read.items()}
    assert names <= set(
        "from to reply-to subject date message-id auto-submitted mime-version content-type "
        "content-transfer-encoding".split()
    )
    assert len(read["To"].addresses) == len(read["Reply-To"].addresses) == 1
    body = read.get_body(("plain",))
    assert body is not None
    assert body.get_content().split() == asked.text.split()


def test_a_long_address_to_leave_by_arrives_in_one_piece() -> None:
    """The standard library would encode it, and no reader would follow it."""
    link = f"<https://base.example/abonnement/quitter?jeton={'abc-_.' * 100}>"
    headers = (
        ("List-Unsubscribe", link),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )
    sent = composed(letter_of(outgoing(headers=headers)), SENDER)
    assert f"\r\nList-Unsubscribe: {link}\r\n".encode() in sent
    read = email.message_from_bytes(sent, policy=email.policy.default)
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_message_is_the_same_at_each_attempt() -> None:
    """Its name and its date above all: whoever gets it twice sees one."""
    letter = letter_of(outgoing())
    first, second = (composed(letter, SENDER) for _ in range(2))
    assert first == second
    assert f"<{letter.token}@observatoire.example>".encode() in first


@given(st.lists(st.sampled_from([b".", b"..", b"a", b"", b".a"])))
def test_no_line_of_a_message_ends_it(lines: list[bytes]) -> None:
    given_ = as_data(b"\r\n".join(lines))
    assert b"." not in given_.split(b"\r\n")
    undone = [line.removeprefix(b".") for line in given_.split(b"\r\n")]
    assert undone == (lines or [b""])
