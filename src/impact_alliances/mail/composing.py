"""A message as it travels: its headers and its parts, in bytes that every server takes.

What was typed is the value of a header as it is. The standard library would read it instead: it
decodes an encoded word (`=?utf-8?q?…?=`), and what hides in one then leaves as a line of its own.
Here headers are written, never read, and the whole is read back before it is given to anyone.
"""

import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.errors import MessageError
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy, default
from email.utils import format_datetime, quote

from impact_alliances.errors import Refusal
from impact_alliances.resources.letter import Letter

# A line that is one dot ends a message: one that begins so is given another.
_DOT = re.compile(rb"^\.", re.MULTILINE)
# What every reader takes as it is; anything else is encoded, and so is what looks encoded.
_PLAIN = re.compile(r"(?!.*=\?)[!-~]+(?: [!-~]+)*")
# A line end that is half of one, which servers do not all read alike, or a NUL.
_HALF_END = re.compile(rb"(?<!\r)\n|\r(?!\n)|\x00")
# What no reader may find in a header, once decoded.
_BREAK = re.compile(r"[\r\n\x00]")
# Those of the parts, which the library writes.
_OF_PARTS = {"Content-Type", "MIME-Version"}
_OF_TEXT = _OF_PARTS | {"Content-Transfer-Encoding"}
# Any sender is as good to see whether a message can be composed.
_ANY_SENDER = ("", "a@b.fr")
_LINES = EmailPolicy(linesep="\r\n", cte_type="7bit")


class NotComposable(Refusal):
    """A message that would not be read back as it was asked."""

    title = "Message incorrect"

    def __init__(self) -> None:
        super().__init__(
            "Ce message ne peut pas partir tel qu’il est écrit. Récrivez le nom et l’adresse "
            "électronique en lettres ordinaires, puis renvoyez-le."
        )


def check_composable(letter: Letter) -> None:
    """Raise `NotComposable` when the message could never be sent."""
    try:
        composed(letter, _ANY_SENDER)
    except (ValueError, MessageError) as fault:
        raise NotComposable from fault


def composed(letter: Letter, sender: tuple[str, str]) -> bytes:
    """The message whole, its lines ended by CRLF, ASCII throughout. `sender` is a name and an
    address. Its Message-ID and its date are those of the letter, at each attempt. Raises
    `NotComposable`, or what the library raises.
    """
    headers = list(_headers(letter, sender))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    message = lines.encode("ascii") + _parts(letter).as_bytes()
    _check(message, headers, letter)
    return message


def as_data(message: bytes) -> bytes:
    """The message as DATA takes it, without the dot that ends it."""
    return _DOT.sub(b"..", message)


def _headers(letter: Letter, sender: tuple[str, str]) -> Iterator[tuple[str, str]]:
    yield "From", _mailbox("From", *sender)
    yield "To", letter.to
    if letter.reply_to:
        yield "Reply-To", _mailbox("Reply-To", letter.reply_name, letter.reply_to)
    yield "Subject", _written("Subject", letter.subject)
    yield "Date", format_datetime(letter.made_at)
    yield "Message-ID", f"<{letter.token}@{sender[1].rpartition('@')[2]}>"
    # So that no machine answers it.
    yield "Auto-Submitted", "auto-generated"
    yield from ((name, value) for name, value in letter.headers)


def _mailbox(header: str, name: str, address: str) -> str:
    if not name:
        return address
    shown = f'"{quote(name)}"' if _PLAIN.fullmatch(name) else _written(header, name)
    return f"{shown} <{address}>"


def _written(header: str, text: str) -> str:
    """A text as the value of a header: itself, or in encoded words that give it back."""
    charset = "us-ascii" if _PLAIN.fullmatch(text) else "utf-8"
    return Header(text, charset, header_name=header).encode(linesep="\r\n")


def _parts(letter: Letter) -> EmailMessage:
    """The text, and the same laid out; no header of it holds anything that was typed."""
    parts = EmailMessage(policy=_LINES)
    parts.set_content(letter.text, cte="quoted-printable")
    if letter.html:
        parts.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return parts


# -- read back -----------------------------------------------------------------------------------


def _check(message: bytes, headers: Sequence[tuple[str, str]], letter: Letter) -> None:
    """Raise `NotComposable` unless a reader finds these headers, once each, and no other."""
    read = message_from_bytes(message, policy=default)
    expected = {name for name, _ in headers} | (_OF_PARTS if letter.html else _OF_TEXT)
    answered = [letter.reply_to] if letter.reply_to else []
    if (
        _HALF_END.search(message)
        or sorted(read.keys()) != sorted(expected)
        or any(_BREAK.search(str(value)) for value in read.values())
        or len(_addresses(read, "From")) != 1
        or _addresses(read, "To", "Reply-To") != [letter.to, *answered]
    ):
        raise NotComposable


def _addresses(read: EmailMessage, *headers: str) -> list[str]:
    return [one.addr_spec for name in headers if name in read for one in read[name].addresses]
