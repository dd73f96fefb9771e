"""The public fields of a sheet as its person can correct them: each in words, as a text."""

from collections.abc import Mapping
from dataclasses import dataclass

from impact_alliances.contact.typed import paragraphs
from impact_alliances.contact.wording import Said
from impact_alliances.resources.fields import DERIVED, PUBLIC, Field, Type
from impact_alliances.resources.kinds import kind_of
from impact_alliances.resources.resource import Resource
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import ACTEURS
from impact_alliances.web.presenting import place_of, served

# In signs: a section of a case, or a note, is a tenth of it.
LONGEST_CORRECTION = 20_000
# What the editor keeps, or what follows from the rest.
_KEPT = {"id", "date", "source_url", "demandes", "verified_on", "departement", "region", "number"}
_KEPT |= {field.name for field in DERIVED}
_LONG = (Type.TEXT, Type.PARTNERS)
# In signs: what a line of a form shows whole.
_A_LINE = 45


@dataclass(frozen=True)
class Correctable:
    """A field: its name in the form, its label, its value in words; `is_long` for one of several
    lines.
    """

    name: str
    label: str
    value: str
    is_long: bool


def correctables(resource: Resource) -> list[Correctable]:
    """The fields of a sheet, in the order of the table."""
    fields = [field for field in PUBLIC[kind_of(resource).slug] if field.name not in _KEPT]
    return [_correctable(resource, field) for field in fields]


def _correctable(resource: Resource, field: Field) -> Correctable:
    value = _in_words(resource, field)
    is_long = field.type in _LONG or len(value) > _A_LINE
    return Correctable(f"champ-{field.name}", field.label, value, is_long)


def corrections(fields: list[Correctable], given: Mapping[str, str]) -> list[Said]:
    """What was changed of these fields: spaces that a page sets by itself are no change."""
    changed = [
        Said(one.label, one.value, paragraphs(given[one.name]))
        for one in fields
        if one.name in given
    ]
    return [one for one in changed if _bare(one.before) != _bare(one.after)]


def _bare(text: str) -> str:
    return " ".join(text.split())


def _in_words(resource: Resource, field: Field) -> str:
    stored = getattr(resource, field.name)
    match field.type:
        case Type.COMMUNE:
            return place_of(resource)
        case Type.YES_NO:
            return "oui" if stored else "non"
        case Type.DATE:
            return french.day(stored) if stored else ""
        case Type.PARTNERS:
            return "\n".join(_partner(one) for one in stored)
    values = stored if isinstance(stored, list) else [stored]
    return ", ".join(_value(field, value) for value in values if value not in ("", None))


def _value(field: Field, value: object) -> str:
    if field.type is Type.AREA:
        return served(str(value))
    return field.vocabulary.label_of(str(value)) if field.vocabulary else str(value)


def _partner(one: Mapping[str, str]) -> str:
    profile = f" ({ACTEURS.label_of(one['profile'])})" if one["profile"] else ""
    role = f" : {one['role']}" if one["role"] else ""
    return f"{one['name']}{profile}{role}"
