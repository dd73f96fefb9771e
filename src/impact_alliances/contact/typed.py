"""What a person typed to write to somebody of the base: cleaned, and what is wrong with it."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from impact_alliances.addresses import BadAddress, address
from impact_alliances.text.analysis import clean
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.signs import without_hidden_signs
from impact_alliances.vocabularies.terms import SITUATIONS

# In signs, cleaned.
LONGEST_NAME, LONGEST_STRUCTURE = 100, 150
SHORTEST_MESSAGE, LONGEST_MESSAGE = 40, 4_000
# The name of what stands for none of the situations.
OTHER_NEED = "autre"
NEEDS = {
    **{term.slug: term.label for term in SITUATIONS.terms},
    OTHER_NEED: "Autre besoin, ou je ne sais pas encore",
}
# Where most French people have their mail; what is nearly one of these is one misspelt.
_DOMAINS = """
aol.com aol.fr bbox.fr bluewin.ch canl.nc club-internet.fr dbmail.com email.com free.fr gmail.com
gmx.com gmx.fr googlemail.com hotmail.be hotmail.com hotmail.fr icloud.com lagoon.nc laposte.net
live.com live.fr mac.com mail.com mail.pf mailo.com me.com mediaserv.net msn.com neuf.fr
numericable.fr orange.fr outlook.be outlook.com outlook.fr pm.me proton.me protonmail.com sfr.fr
skynet.be tutanota.com wanadoo.fr yahoo.com yahoo.fr ymail.com zaclys.net
""".split()
# Domains that people type and that have no mailbox.
_MISTAKEN = {"gmail.fr": "gmail.com", "laposte.fr": "laposte.net", "wanadoo.com": "wanadoo.fr"}
# From so many letters on, a domain with one wrong sign is a slip rather than another's domain.
_LONG_ENOUGH = 7


class Fault(NamedTuple):
    """What is wrong, as a French sentence, and in which field; empty for the form as a whole."""

    field: str
    said: str


@dataclass(frozen=True)
class Typed:
    """The fields of the form. `kept_email` is the address that was asked about already, and that
    is meant as it is.
    """

    name: str = ""
    email: str = ""
    structure: str = ""
    need: str = OTHER_NEED
    message: str = ""
    kept_email: str = ""

    def cleaned(self) -> "Typed":
        """The same, without invisible signs nor needless spaces."""
        return Typed(
            name=_line(self.name),
            email=_line(self.email),
            structure=_line(self.structure),
            need=self.need.strip() or OTHER_NEED,
            message=paragraphs(self.message),
            kept_email=self.kept_email,
        )

    def faults(self) -> list[Fault]:
        """All that is wrong, in the order of the fields. Of a cleaned one."""
        wrong = [
            Fault("name", _wrong_name(self.name)),
            Fault("email", self._wrong_email()),
            Fault("structure", _too_long("Le nom de la structure", self.structure)),
            Fault("need", "" if self.need in NEEDS else "Choisissez un besoin dans la liste."),
            Fault("message", _wrong_message(self.message)),
        ]
        return [fault for fault in wrong if fault.said]

    def _wrong_email(self) -> str:
        if not self.email:
            return "Indiquez votre adresse électronique : c’est là qu’on vous répondra."
        try:
            address(self.email)
        except BadAddress as fault:
            meant = _mended(self.email)
            return f"{fault} Vouliez-vous dire {meant} ?" if meant else str(fault)
        meant = "" if self.email == self.kept_email else meant_address(self.email)
        if not meant:
            return ""
        return (
            f"Vouliez-vous dire {meant} ? Corrigez l’adresse, ou renvoyez-la telle quelle si elle "
            "est juste."
        )


def _line(text: str) -> str:
    return clean(unicodedata.normalize("NFC", _bounded(text)))


def paragraphs(text: str) -> str:
    """A text of several lines, its line ends made alike, without invisible signs."""
    shown = without_hidden_signs(unicodedata.normalize("NFC", _bounded(text)))
    lines = [line.rstrip() for line in shown.splitlines()]
    return "\n".join(lines).strip()


def _bounded(text: str) -> str:
    """What is far beyond any bound costs nothing to read: its beginning is as much too long."""
    return text[: 10 * LONGEST_MESSAGE]


def _wrong_name(name: str) -> str:
    return _too_long("Votre nom", name, LONGEST_NAME) if name else "Indiquez votre nom."


def _too_long(what: str, text: str, most: int = LONGEST_STRUCTURE) -> str:
    if len(text) <= most:
        return ""
    counted = french.number(len(text))
    return f"{what} compte {counted} signes : {most} au plus. Raccourcissez-le."


def _wrong_message(message: str) -> str:
    size = len(" ".join(message.split()))
    if not size:
        return "Écrivez votre message."
    said = french.counted(size, "signe", "signes")
    if size < SHORTEST_MESSAGE:
        return (
            f"Votre message compte {said} : il en faut {SHORTEST_MESSAGE} au moins. Dites en une "
            "phrase ou deux ce que vous cherchez."
        )
    if len(message) > LONGEST_MESSAGE:
        said = french.counted(len(message), "signe", "signes")
        most = french.number(LONGEST_MESSAGE)
        return f"Votre message compte {said} : {most} au plus. Gardez l’essentiel."
    return ""


# -- addresses -----------------------------------------------------------------------------------


def meant_address(email: str) -> str:
    """The address that was probably meant, where the domain is nearly one that everybody uses;
    empty when nothing is likelier.
    """
    local, _, domain = email.rpartition("@")
    domain = domain.lower()
    if domain in _DOMAINS:
        return ""
    meant = _MISTAKEN.get(domain) or _nearest(domain)
    return f"{local}@{meant}" if meant else ""


def _nearest(domain: str) -> str:
    if len(domain) < _LONG_ENOUGH:
        return ""
    near = process.extractOne(domain, _DOMAINS, scorer=OSA.distance, score_cutoff=1)
    return near[0] if near else ""


def _mended(email: str) -> str:
    """An address made of one that is none, where a slip of the keyboard explains it."""
    return next((tried for tried in _tries(email) if _is_address(tried)), "")


def _tries(email: str) -> Iterator[str]:
    joined = "".join(email.split()).removeprefix("mailto:").strip("<>.,;")
    for sign in ("@", "(at)", "[at]", "arobase"):
        yield joined.replace(sign, "@").replace(",", ".").replace("..", ".").replace(";", ".")


def _is_address(text: str) -> bool:
    try:
        address(text)
    except BadAddress:
        return False
    return True
