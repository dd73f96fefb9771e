"""Filters in the language of a Meilisearch server: texts such as `kind IN ["case"]`.

They are made here and nowhere else, so that no value can be read as a part of the filter: a value
is always quoted (`literal`), a field is one of a closed list. The server compares without regard to
case: two ids that differ by it alone are written differently (`id_of`).
"""

import re
from collections.abc import Mapping, Sequence

from impact_alliances.engines.bars import Language, over_the_bar
from impact_alliances.engines.engine import Bar, Wanted, Weighted
from impact_alliances.engines.meilisearch.settings import FILTERABLE
from impact_alliances.resources.key import Key
from impact_alliances.text.expressions import Expression

# The ids of the documents that hold each phrase of several stems: a filter knows no order of words,
# so these are looked for beforehand.
Holders = Mapping[Expression, Sequence[str]]
EVERYTHING, NOTHING = "", "id IN []"
_ESCAPED = re.compile(r"_([0-9a-f]{2})")


# -- ids -----------------------------------------------------------------------------------------


def id_of(key: Key) -> str:
    """A key as the server can hold it: `case-x`, any other character than a-z, 0-9 and - being
    `_` and its bytes.
    """
    return f"{_escaped(key.kind, '[^a-z0-9]')}-{_escaped(key.id, '[^a-z0-9-]')}"


def key_of_id(identifier: str) -> Key:
    """The key of a document of the server."""
    kind, _, rest = identifier.partition("-")
    return Key(_unescaped(kind), _unescaped(rest))


def _escaped(text: str, unsafe: str) -> str:
    def as_bytes(match: re.Match[str]) -> str:
        return "".join(f"_{byte:02x}" for byte in match.group().encode("utf-8", "surrogatepass"))

    return re.sub(unsafe, as_bytes, text)


def _unescaped(text: str) -> str:
    parts = _ESCAPED.split(text)
    raw = b"".join(
        bytes.fromhex(part) if odd % 2 else part.encode() for odd, part in enumerate(parts)
    )
    return raw.decode("utf-8", "surrogatepass")


# -- clauses -------------------------------------------------------------------------------------


def literal(value: str) -> str:
    """A quoted value. The backslash comes first, or it would escape what follows it."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def equals(field: str, value: str) -> str:
    """Documents whose `field` is, or holds, `value`."""
    return f"{_known(field)} = {literal(value)}"


def among(field: str, values: Sequence[str]) -> str:
    """Documents whose `field` is, or holds, one of these; none when there are none."""
    return f"{_known(field)} IN [{', '.join(map(literal, values))}]"


def _known(field: str) -> str:
    if field not in FILTERABLE:
        raise ValueError(f"{field!r} is not a field one may filter on")
    return field


def every(clauses: Sequence[str]) -> str:
    """All of these clauses."""
    return _joined(clauses, " AND ")


def some(clauses: Sequence[str]) -> str:
    """Any of these clauses."""
    return _joined(clauses, " OR ")


def _joined(clauses: Sequence[str], word: str) -> str:
    return clauses[0] if len(clauses) == 1 else f"({word.join(clauses)})"


# -- sets ----------------------------------------------------------------------------------------


def filter_of(wanted: Wanted, holders: Holders) -> list[str]:
    """The clauses of a set, all of which must hold; none for the whole base."""
    clauses = _asked(wanted, holders)
    bounds = (*wanted.filters.items(), *wanted.kept.items())
    clauses += [among(name, values) for name, values in bounds]
    clauses += [f"NOT {holding(phrase, holders)}" for phrase in wanted.excluded]
    return [clause for clause in clauses if clause]


def _asked(wanted: Wanted, holders: Holders) -> list[str]:
    """The clauses of what the text asks for, whatever is excluded and filtered."""
    text = [NOTHING] if wanted.nothing else _by_text(wanted, holders)
    if not wanted.named or not any(text):
        return text
    return [some([one_of(wanted.named), every([clause for clause in text if clause])])]


def _by_text(wanted: Wanted, holders: Holders) -> list[str]:
    places = [among(name, values) for name, values in wanted.within.items()]
    phrases = [holding(phrase, holders) for phrase in wanted.phrases]
    return [_text(wanted), *([some(places)] if places else []), *phrases]


def holding(phrase: Expression, holders: Holders) -> str:
    """Documents that hold a phrase. Of several stems: those found to, since no filter knows of
    order.
    """
    return equals("stems", phrase[0]) if len(phrase) == 1 else among("id", holders[phrase])


def one_of(keys: Sequence[Key]) -> str:
    """These documents."""
    return among("id", [id_of(key) for key in keys])


def all_but(keys: Sequence[Key]) -> str:
    """Documents other than these."""
    return f"NOT {one_of(keys)}"


def _text(wanted: Wanted) -> str:
    parts = []
    if wanted.bar:
        parts.append(enough_of(wanted.bar))
    if wanted.near:
        parts.append(one_of(wanted.near))
    return some(parts) if parts and EVERYTHING not in parts else EVERYTHING


def has_concept(weighted: Weighted) -> str:
    """Documents that hold any of the stems of a concept."""
    first, *others = weighted.concept.alternatives
    return among("stems", [first, *others]) if others else equals("stems", first)


def holding_all(expression: Expression) -> str:
    """Documents that hold every stem of an expression, in whatever order."""
    return every([equals("stems", stem) for stem in dict.fromkeys(expression)])


_LANGUAGE = Language(has_concept, every, some, EVERYTHING, NOTHING)


def enough_of(bar: Bar) -> str:
    """Documents over the bar."""
    return over_the_bar(bar, _LANGUAGE)
