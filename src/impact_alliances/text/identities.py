"""What people copy from a sheet to find it again: its number, its title, its author, its address.

A sheet has identities, each a text folded whole (`identity`); a question may be one of them.
"""

from itertools import pairwise
from urllib.parse import urlsplit

from impact_alliances.text.analysis import clean, words

# A longer text is known by its beginning: no engine holds long values, and no two titles differ so
# late.
LONGEST = 100
# Parts looked at from the end of an address: « /cas/un-verger/contact » has three.
PARTS = 4


def identity(text: str) -> str:
    """A text as it is compared whole: its folded words, stop words included, parted by single
    spaces. « Jeudi n° 307 » is « jeudi n 307 ».
    """
    return " ".join(words(text))[:LONGEST].strip()


def identities_in(question: str) -> tuple[str, ...]:
    """The identities that a question may be: the whole of it and, where it is an address, each two
    parts of it that follow each other (« https://…/cas/un-verger?q=a » gives « cas un verger »).
    """
    cleaned = clean(question)
    found = [identity(cleaned), *map(identity, _pairs(cleaned))]
    return tuple(dict.fromkeys(filter(None, found)))


def _pairs(text: str) -> list[str]:
    if "/" not in text or " " in text:
        return []
    try:
        path = urlsplit(text).path
    except ValueError:
        # « http://[ » is no address.
        return []
    parts = [part for part in path.split("/") if part][-PARTS:]
    return [" ".join(pair) for pair in pairwise(parts)]
