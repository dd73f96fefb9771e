"""A message as it travels: its headers and its parts, in bytes that every server takes."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any

from impact_alliances.resources.letter import Letter

# A line that is one dot ends a message: one that begins so is given another.
_DOT = re.compile(rb"^\.", re.MULTILINE)


class _Lines(EmailPolicy):
    """That of the standard library, but for headers of lists: it would encode a long address,
    which then leads nowhere.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.startswith("List-"):
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


_LINES = _Lines(linesep="\r\n", cte_type="7bit")


def composed(letter: Letter, sender: tuple[str, str]) -> bytes:
    """The message whole, its lines ended by CRLF, ASCII throughout. `sender` is a name and an
    address. Its Message-ID and its date are those of the letter, at each attempt.
    """
    name, address = sender
    message = EmailMessage(policy=_LINES)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = letter.to
    if letter.reply_to:
        message["Reply-To"] = Address(letter.reply_name, addr_spec=letter.reply_to)
    message["Subject"] = letter.subject
    message["Date"] = letter.made_at
    message["Message-ID"] = f"<{letter.token}@{address.rpartition('@')[2]}>"
    # So that no machine answers it.
    message["Auto-Submitted"] = "auto-generated"
    for header, value in letter.headers:
        message[header] = value
    message.set_content(letter.text, cte="quoted-printable")
    if letter.html:
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def as_data(message: bytes) -> bytes:
    """The message as DATA takes it, without the dot that ends it."""
    return _DOT.sub(b"..", message)
