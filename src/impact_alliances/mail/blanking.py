"""What a server says, without anyone's address: it goes to the database and before other eyes."""

import contextlib
import re
from urllib.parse import quote

_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+")
_BLANK = "…"


def without_addresses(said: str, *known: str) -> str:
    """`said` on one line, where every address is « … », and so are the two sides of those `known`:
    a server may say « camille.legoff: no such user ».
    """
    line = re.sub("%40", "@", " ".join(said.split()))
    line = _ADDRESS.sub(_BLANK, line)
    for part in sorted({part for one in known for part in _parts(one)}, key=len, reverse=True):
        line = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", _BLANK, line, flags=re.IGNORECASE)
    return line


def _parts(address: str) -> set[str]:
    local, _, domain = address.partition("@")
    parts = {local, domain}
    with contextlib.suppress(UnicodeError):
        parts.add(domain.encode("ascii").decode("idna"))
    return {written for part in parts if part for written in (part, quote(part, safe=""))}


def masked(address: str) -> str:
    """An address told apart from others, and not given: « c…@liens.example »."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}{_BLANK}@{domain}" if domain else ""
