"""The columns of each kind: how a cell becomes a value, and a value a cell again, without loss."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from babel.dates import get_month_names
from pydantic import HttpUrl, TypeAdapter, ValidationError

from impact_alliances.addresses import BadAddress, address
from impact_alliances.geo.finding import resolve
from impact_alliances.geo.places import UnknownPlace
from impact_alliances.importers.bounds import LONGEST_CELL
from impact_alliances.resources.demandes import LONGEST_DEMANDE, MOST_DEMANDES
from impact_alliances.resources.fields import FIELDS, STATUS, Field, Type
from impact_alliances.resources.kinds import Kind
from impact_alliances.resources.resource import DRAFT
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.matching import fold, match, nearest
from impact_alliances.vocabularies.signs import without_hidden_signs
from impact_alliances.vocabularies.terms import (
    ACTEURS,
    DEPARTEMENTS,
    ODD,
    REGIONS,
    Term,
    Vocabulary,
)

# No value of a vocabulary, and no place, is longer.
_LONGEST_VALUE = 200
_MOST_COLONS = 20


class BadCell(ValueError):
    """A cell that cannot be taken; the reason is French, `near` the nearest value allowed."""

    def __init__(self, reason: str, near: str = "") -> None:
        super().__init__(reason)
        self.reason, self.near = reason, near


@dataclass(frozen=True)
class Column:
    """How one column is read and written. `read` takes a cell that is not empty."""

    read: Callable[[object], object]
    write: Callable[[object], str]
    empty: object = ""


# -- cells ---------------------------------------------------------------------------------------


def text_of(cell: object) -> str:
    """A cell as clean text: no sign that nobody sees, Unix line ends, no outer blank, accents in
    one sign with their letter.
    """
    if isinstance(cell, list | dict):
        raise BadCell("Un texte est attendu, non une liste ou un objet.")
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    return unicodedata.normalize("NFC", without_hidden_signs(_with_unix_ends(str(cell)))).strip()


def hides_signs(cell: object) -> bool:
    """Whether a text, or one of a list, holds signs that nobody sees, which `text_of` takes
    away.
    """
    if isinstance(cell, list):
        return any(map(hides_signs, cell))
    return isinstance(cell, str) and without_hidden_signs(_with_unix_ends(cell)) != _with_unix_ends(
        cell
    )


def _with_unix_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def shown(cell: object) -> str:
    """A cell as a report quotes it."""
    if isinstance(cell, list):
        return "|".join("…" if isinstance(item, list | dict) else text_of(item) for item in cell)
    return "…" if isinstance(cell, dict) else text_of(cell)


def _text(cell: object) -> str:
    text = text_of(cell)
    if len(text) > LONGEST_CELL:
        raise BadCell(
            f"Texte de {french.number(len(text))} signes ; la limite est de "
            f"{french.number(LONGEST_CELL)}."
        )
    return text


def _short(limit: int) -> Callable[[object], str]:
    def read(cell: object) -> str:
        text = " ".join(_text(cell).split())
        if len(text) > limit:
            raise BadCell(f"{len(text)} signes ; la limite est de {limit}.")
        return text

    return read


def split(cell: object) -> list[str]:
    """The items of a list cell, parted by `|`; `\\|` is a bar inside an item."""
    if isinstance(cell, list):
        return [text_of(item) for item in cell if item is not None and text_of(item)]
    items = (item.strip() for item in _parted(_text(cell), "|"))
    return [item for item in items if item]


def _demandes(cell: object) -> list[str]:
    found = [" ".join(demande.split()) for demande in split(cell)]
    if len(found) > MOST_DEMANDES:
        raise BadCell(
            f"{french.number(len(found))} demandes ; la limite est de {MOST_DEMANDES} : gardez les "
            "plus différentes."
        )
    longest = max(found, key=len, default="")
    if len(longest) > LONGEST_DEMANDE:
        raise BadCell(
            f"Une demande de {french.number(len(longest))} signes "
            f"({french.quoted(french.cut(longest))}) ; la limite est de {LONGEST_DEMANDE} : "
            "écrivez-la comme on la dirait, et séparez plusieurs demandes par |."
        )
    return found


def join(items: object) -> str:
    """A list as one cell."""
    return _joined([str(item) for item in items], "|") if isinstance(items, list) else ""


def _joined(parts: list[str], separator: str) -> str:
    """The parts with `separator` between them. A backslash keeps one inside a part; backslashes
    before it are doubled.
    """
    kept = [
        re.sub(
            rf"(?<!\\)(\\*){re.escape(separator)}", lambda run: f"{run[1] * 2}\\{separator}", part
        )
        for part in parts
    ]
    ended = [part + "\\" * (len(part) - len(part.rstrip("\\"))) for part in kept[:-1]]
    return separator.join([*ended, *kept[-1:]])


def _parted(text: str, separator: str) -> list[str]:
    """The parts of what `_joined` wrote. A backslash that stands before no separator is only a
    backslash.
    """
    parts, position = [""], 0
    for parting in re.finditer(rf"(?<!\\)(\\*){re.escape(separator)}", text):
        parts[-1] += text[position : parting.start()] + "\\" * (len(parting[1]) // 2)
        if len(parting[1]) % 2:
            parts[-1] += separator
        else:
            parts.append("")
        position = parting.end()
    parts[-1] += text[position:]
    return parts


def _term(vocabulary: Vocabulary) -> Callable[[object], str]:
    def read(cell: object) -> str:
        text = " ".join(text_of(cell)[: _LONGEST_VALUE + 1].split())
        slug = match(vocabulary, text)
        if slug is None:
            raise BadCell(
                f"Valeur inconnue pour {french.quoted(vocabulary.label)}.",
                nearest(vocabulary, text) or "",
            )
        return slug

    return read


def _terms(vocabulary: Vocabulary) -> Callable[[object], list[str]]:
    one = _term(vocabulary)

    def read(cell: object) -> list[str]:
        return list(dict.fromkeys(one(item) for item in split(cell)))

    return read


def _odd(cell: object) -> list[str]:
    one = _term(ODD)
    items = [cell] if isinstance(cell, int | float) else split(cell)
    return list(dict.fromkeys(one(re.sub(r"(?i)^odd\s*", "", text_of(item))) for item in items))


def _commune(cell: object) -> str:
    code = _short(_LONGEST_VALUE)(f"{cell:05d}" if isinstance(cell, int) else cell)
    try:
        return resolve(code).code
    except UnknownPlace as unknown:
        raise BadCell(str(unknown)) from unknown


def _departement(cell: object) -> str:
    return _term(DEPARTEMENTS)(f"{cell:02d}" if isinstance(cell, int) else cell)


def _region(cell: object) -> str:
    return _term(REGIONS)(f"{cell:02d}" if isinstance(cell, int) else cell)


_TERRITORIES = Vocabulary(
    "area",
    "Territoire",
    "",
    tuple(
        Term(f"{prefix}:{term.slug}", term.label)
        for prefix, known in (("dep", DEPARTEMENTS), ("reg", REGIONS))
        for term in known.terms
    ),
)


def _area(cell: object) -> list[str]:
    """Départements (code or name) and régions (name) served, told apart since « 53 » is Mayenne and
    Bretagne.
    """
    return list(dict.fromkeys(_served(item) for item in split(cell)))


def _served(text: str) -> str:
    item = text[: _LONGEST_VALUE + 1]
    prefix, _, rest = item.partition(":")
    if prefix in ("dep", "reg") and rest:
        return f"{prefix}:{_term(DEPARTEMENTS if prefix == 'dep' else REGIONS)(rest)}"
    departement = match(DEPARTEMENTS, item)
    if departement:
        return f"dep:{departement}"
    region = match(REGIONS, re.sub(r"(?i)^région\s+", "", item))
    if region:
        return f"reg:{region}"
    raise BadCell("Ni un département ni une région connus.", nearest(_TERRITORIES, item) or "")


_YES, _NO = {"oui", "vrai", "true", "1", "x", "yes"}, {"non", "faux", "false", "0"}


def _boolean(cell: object) -> bool:
    text = fold(text_of(cell))
    if text not in _YES | _NO:
        raise BadCell("Écrivez « oui » ou « non ».")
    return text in _YES


def _number(cell: object) -> int:
    text = text_of(cell).replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    if not re.fullmatch(r"\d{1,9}", text):
        raise BadCell("Un nombre entier est attendu.")
    return int(text)


_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")
# The form first: the reader of addresses mends in silence what a page would then not lead to.
_URL = re.compile(r"https?://[^\s<>\"]+")
_HTTP = TypeAdapter(HttpUrl)


def _identifier(cell: object) -> str:
    text = text_of(cell)
    if not _IDENTIFIER.fullmatch(text):
        raise BadCell(
            "Un identifiant s’écrit en lettres sans accent, chiffres et tirets, 64 signes au plus."
        )
    return text


def _url(cell: object) -> str:
    text = _short(500)(cell)
    if not (_URL.fullmatch(text) and _leads_somewhere(text)):
        raise BadCell("Une adresse web complète est attendue (https://…).")
    return text


def _leads_somewhere(address: str) -> bool:
    try:
        _HTTP.validate_python(address)
    except ValidationError:
        return False
    return True


def _email(cell: object) -> str:
    text = _short(254)(cell)
    try:
        address(text)
    except BadAddress as fault:
        raise BadCell(str(fault)) from fault
    return text


def _bulletin(cell: object) -> str:
    text = text_of(cell).upper().replace(" ", "-")
    if not re.fullmatch(r"(19|20)\d\d-T[1-4]", text):
        raise BadCell("Un trimestre est attendu, par exemple 2024-T3.")
    return text


_PARTNER = "Un partenaire s’écrit « nom:profil:rôle »."


def _partners(cell: object) -> list[dict[str, str]]:
    if isinstance(cell, list) and all(isinstance(item, dict) for item in cell):
        return [
            _named(*(text_of(item.get(key) or "") for key in ("name", "profile", "role")))
            for item in cell
        ]
    return [_partner(item) for item in split(cell)]


def _partner(item: str) -> dict[str, str]:
    """`name:profile:role`; the name or the role may hold colons, since the profile is found by its
    value.
    """
    parts = _parted(item, ":")
    if len(parts) > _MOST_COLONS:
        raise BadCell(_PARTNER)
    if len(parts) == 1 or not parts[1].strip():
        return _named(parts[0], "", ":".join(parts[2:]))
    for place in range(1, len(parts)):
        if match(ACTEURS, parts[place]):
            return _named(":".join(parts[:place]), parts[place], ":".join(parts[place + 1 :]))
    raise BadCell(_PARTNER, nearest(ACTEURS, parts[1]) or "")


def _named(name: str, profile: str, role: str) -> dict[str, str]:
    if not name.strip():
        raise BadCell(_PARTNER)
    return {
        "name": name.strip(),
        "profile": _term(ACTEURS)(profile) if profile else "",
        "role": role.strip(),
    }


def _write_partners(partners: object) -> str:
    written = (
        [_joined([p["name"], p["profile"], p["role"]], ":") for p in partners]
        if isinstance(partners, list)
        else []
    )
    return join(written)


# -- dates ---------------------------------------------------------------------------------------

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[t ]\d{1,2}[:h].*)?")
_FRENCH = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?: \d{1,2}[:h].*)?")
_NAMED = re.compile(
    rf"(?:(?:le|en) )?(?:(?:{'|'.join(french.DAYS)}),? )?(?:(\d{{1,2}})(?:er)?[ "
    rf"-])?([a-z]{{3,9}})\.?[ -](\d{{4}})"
)
_MONTHS = {fold(name): number for number, name in enumerate(french.MONTHS, start=1)}
_MONTHS |= {
    fold(name).rstrip("."): number
    for number, name in get_month_names("abbreviated", locale=french.FRENCH).items()
}
_MONTHS |= {"fev": 2, "juill": 7}


def read_date(cell: object) -> dt.date:
    """A day: ISO, « 16/05/2024 », « jeudi 16 mai 2024 », « mai 2024 » or « 2024 » (their first
    day). Raises `BadCell`.
    """
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    text = " ".join(fold(text_of(cell)).split())
    try:
        year, month, day = _parts(text)
        date = dt.date(year, month, day)
    except ValueError as fault:
        raise BadCell(
            "Date non reconnue : écrivez 2024-05-16, 16/05/2024 ou 16 mai 2024."
        ) from fault
    if not 1900 <= date.year <= 2100:
        raise BadCell(f"L’année {date.year} est hors de portée (1900 à 2100).")
    return date


def _parts(text: str) -> tuple[int, int, int]:
    if re.fullmatch(r"\d{4}", text):
        return int(text), 1, 1
    if written := _ISO.fullmatch(text):
        return int(written[1]), int(written[2]), int(written[3] or 1)
    if written := _FRENCH.fullmatch(text):
        return int(written[3]), int(written[2]), int(written[1])
    if written := re.fullmatch(r"(\d{1,2})/(\d{4})", text):
        return int(written[2]), int(written[1]), 1
    if (written := _NAMED.fullmatch(text)) and written[2] in _MONTHS:
        return int(written[3]), _MONTHS[written[2]], int(written[1] or 1)
    raise ValueError(text)


def _write_date(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.date) else ""


# -- the table -----------------------------------------------------------------------------------

_DATE = Column(read_date, _write_date, None)


def _list(read: Callable[[object], object]) -> Column:
    return Column(read, join, [])


_BY_TYPE: dict[Type, Column] = {
    Type.IDENTIFIER: Column(_identifier, str),
    Type.TEXT: Column(_text, str),
    Type.ODD: _list(_odd),
    Type.LIST: _list(split),
    Type.DEMANDES: _list(_demandes),
    Type.PARTNERS: Column(_partners, _write_partners, []),
    Type.COMMUNE: Column(_commune, str),
    Type.DEPARTEMENT: Column(_departement, str),
    Type.REGION: Column(_region, str),
    Type.AREA: _list(_area),
    Type.DATE: _DATE,
    Type.URL: Column(_url, str),
    Type.EMAIL: Column(_email, str),
    Type.YES_NO: Column(_boolean, lambda value: "oui" if value else "non", False),
    Type.NUMBER: Column(_number, str, None),
    Type.QUARTER: Column(_bulletin, str),
}


def _column(field: Field) -> Column:
    if field.type is Type.LINE:
        return Column(_short(field.limit), str)
    if field.vocabulary and field.type is Type.TERMS:
        return _list(_terms(field.vocabulary))
    if field.vocabulary and field.type is Type.TERM:
        # What is not said of its status is a draft.
        return Column(_term(field.vocabulary), str, DRAFT if field.vocabulary is STATUS else "")
    return _BY_TYPE[field.type]


def columns_of(kind: Kind) -> dict[str, Column]:
    """Every column of a kind, in the order export writes them."""
    return {field.name: _column(field) for field in FIELDS[kind.slug]}


def write_cell(column: Column, value: object) -> str:
    """A stored value as the text of a cell; nothing stored is an empty cell."""
    return "" if value is None or value == "" else column.write(value)
