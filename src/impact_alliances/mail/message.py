"""A message to send, as those who write it make it: what cannot be sent safely is never one."""

import re
from dataclasses import dataclass

from impact_alliances.addresses import BadAddress, address
from impact_alliances.errors import Refusal
from impact_alliances.resources.key import Key
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.signs import without_hidden_signs

# In signs.
LONGEST_SUBJECT, LONGEST_NAME, LONGEST_BODY, LONGEST_HEADER = 200, 100, 200_000, 900
MOST_HEADERS = 10
# Those of lists, which a digest needs; all others are written by the door itself.
_HEADER = re.compile(r"List-[A-Za-z-]{1,40}|In-Reply-To|References")
# What would end a line of a header, or is no text.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PURPOSE = re.compile(r"[a-z][a-z-]{0,31}")


class BadMessage(Refusal):
    """A message that cannot be sent as it was asked."""

    title = "Message incorrect"


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One message to one person.

    `to` and `reply_to` are addresses alone, `reply_name` the name of whom an answer goes to. `text`
    is always there, `html` the same thing laid out. `headers` are pairs, of those of lists only.
    `purpose` is a slug (`contact`, `acknowledgement`), `about` the resource it speaks of. Raises
    `BadMessage` with a French sentence: nothing else can be made, so nothing else is queued.
    """

    to: str
    subject: str
    text: str
    purpose: str
    html: str = ""
    reply_to: str = ""
    reply_name: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    about: Key | None = None

    def __post_init__(self) -> None:
        if not _PURPOSE.fullmatch(self.purpose):
            raise ValueError(self.purpose)
        self._take("to", _address(self.to))
        self._take("reply_to", _address(self.reply_to) if self.reply_to else "")
        _check_line("L’objet", self.subject, LONGEST_SUBJECT)
        _check_line("Le nom", self.reply_name, LONGEST_NAME)
        if not self.subject.strip() or not self.text.strip():
            raise BadMessage("Un message a un objet et un texte : remplissez les deux.")
        for name in ("text", "html"):
            self._take(name, _body(getattr(self, name)))
        _check_headers(self.headers)

    def _take(self, name: str, value: str) -> None:
        # The only way to write in what is frozen: the form that is kept is the one checked.
        object.__setattr__(self, name, value)


def _address(text: str) -> str:
    try:
        return address(text)
    except BadAddress as fault:
        raise BadMessage(str(fault)) from fault


def _check_line(what: str, line: str, most: int) -> None:
    if _CONTROL.search(line):
        raise BadMessage(f"{what} tient sur une ligne : retirez-en les retours à la ligne.")
    if len(line) > most:
        raise BadMessage(f"{what} a {french.number(most)} signes au plus : raccourcissez.")


def _body(text: str) -> str:
    if len(text) > LONGEST_BODY:
        raise BadMessage(
            f"Le texte a {french.number(LONGEST_BODY)} signes au plus : raccourcissez-le."
        )
    return without_hidden_signs(text)


def _check_headers(headers: tuple[tuple[str, str], ...]) -> None:
    if len(headers) > MOST_HEADERS:
        raise ValueError(f"{len(headers)} headers")
    for name, value in headers:
        if not _HEADER.fullmatch(name) or not value.isascii():
            raise ValueError(name)
        _check_line(f"L’en-tête {name}", value, LONGEST_HEADER)
