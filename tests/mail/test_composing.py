"""A message as it travels: read back as it was written, whatever was written."""

import email
import email.policy
import re

from hypothesis import given
from hypothesis import strategies as st

from impact_alliances.mail.composing import as_data, composed
from impact_alliances.mail.message import BadMessage, Outgoing
from impact_alliances.mail.queue import letter_of
from tests.mail.letters import SENDER, outgoing

_lines = st.text(max_size=200)


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
