"""The parameters of a search, the same for page, API, feeds and terminal: one model that reads them
and describes them, and in French what it could not take.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    WithJsonSchema,
    create_model,
)
from pydantic_core import PydanticUseDefault
from rapidfuzz import fuzz, process

from impact_alliances.geo.finding import resolve
from impact_alliances.geo.origin import Origin
from impact_alliances.geo.places import UnknownPlace
from impact_alliances.search.bounds import RAYONS, sized
from impact_alliances.search.query import CHOICES, FILTERS, PER_PAGE, SearchQuery, ordered
from impact_alliances.text.analysis import clean
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.matching import match, nearest
from impact_alliances.vocabularies.terms import Vocabulary

MOST_PER_PAGE = 100
# Past this page number no set of ours has hits; larger ones would only overflow the engine's
# integers.
LAST_PAGE = 1_000_000
LONGEST_TEXT = 1_000
# Beyond these a list of faults helps nobody: they are counted.
MOST_PROBLEMS = 10
# Signs of a wrong value that are repeated to whoever gave it.
LONGEST_TOLD = 60
# Longer lists of allowed values are not read out: their address is given.
MOST_TOLD = 10
BOUNDS = {"page": (1, LAST_PAGE), "par_page": (1, MOST_PER_PAGE)}
VOCABULARIES = {**FILTERS, **CHOICES}
# Parameters that name a commune by its code.
PLACES = ("near", "comme")
_YEAR = "^[0-9]{4}$"
_NEEDS_A_PLACE = {
    "rayon": "Un rayon se compte autour d’un lieu : donnez aussi le lieu (« near »).",
    "tri": "Les plus proches le sont d’un lieu : donnez aussi le lieu (« near »).",
}
_NUMBER = re.compile("[0-9]{1,9}")


# -- the model -----------------------------------------------------------------------------------


def _joined(texts: Sequence[str]) -> str:
    return " ".join(filter(None, texts)).strip()


def _last(values: Sequence[str]) -> str:
    """Of a parameter that has one value, the last one given; one given empty is not given."""
    if not values[-1]:
        raise PydanticUseDefault
    return values[-1]


def _whole(value: str) -> int:
    if not _NUMBER.fullmatch(value):
        raise ValueError("no whole number")
    return int(value)


def _known(vocabulary: Vocabulary, value: str) -> str:
    """The slug of a value given by its slug, its label or what people call it. A vocabulary without
    terms is that of years.
    """
    slug = match(vocabulary, value)
    if not vocabulary.terms and re.fullmatch(_YEAR, value):
        slug = value
    if slug is None:
        raise ValueError("no value of the vocabulary")
    return slug


def _values(vocabulary: Vocabulary) -> Any:
    """A filter: any number of values."""
    slugs = list(vocabulary.by_slug)
    schema = {"type": "string", **({"enum": slugs} if slugs else {"pattern": _YEAR})}
    value = Annotated[str, BeforeValidator(partial(_known, vocabulary)), WithJsonSchema(schema)]
    described = (
        f"{vocabulary.label}. Répétable : plusieurs valeurs élargissent, les filtres s’ajoutent ; "
        "libellés acceptés."
    )
    return list[value], Field(default=[], description=described)


def _choice(vocabulary: Vocabulary, description: str, schema: dict[str, str] | None = None) -> Any:
    """One value of a vocabulary, the first one by default. `schema` describes what is accepted
    where that is more.
    """
    slugs = list(vocabulary.by_slug)
    known = BeforeValidator(partial(_known, vocabulary))
    described = WithJsonSchema(schema or {"type": "string", "enum": slugs})
    value = Annotated[str, described, known, BeforeValidator(_last)]
    return value, Field(default=slugs[0], description=description)


def _optional(read: Callable[[str], str], description: str, **schema: Any) -> Any:
    """A text that may be absent, as `read` gives it."""
    value = Annotated[
        str,
        WithJsonSchema({"type": "string", **schema}),
        BeforeValidator(read),
        BeforeValidator(_last),
    ]
    return value, Field(default="", description=description)


def _point(value: str) -> str:
    return Origin.of(value).text


def _sized(value: str) -> str:
    """The code INSEE of a commune whose population is known."""
    commune = sized(value.upper())
    if not commune:
        raise ValueError("no commune of a known size")
    return commune.code


def _count(name: str, default: int, description: str) -> Any:
    least, most = BOUNDS[name]
    bounds = Field(ge=least, le=most)
    value = Annotated[int, bounds, BeforeValidator(_whole), BeforeValidator(_last)]
    return value, Field(default=default, description=description)


Parameters: type[BaseModel] = create_model(
    "Parameters",
    q=(
        Annotated[str, Field(max_length=LONGEST_TEXT), BeforeValidator(_joined)],
        Field(
            default="",
            description='Le besoin ou les mots cherchés. « "expression exacte" » doit y être ; '
            "« -mot » l’exclut.",
            json_schema_extra={"example": "ma commune n’a plus de médecin"},
        ),
    ),
    **{name: _values(vocabulary) for name, vocabulary in FILTERS.items()},
    near=_optional(
        _point,
        "Le lieu d’où les distances sont dites et près duquel est ce qui vient d’abord : code "
        "INSEE d’une commune, ou `latitude,longitude` en degrés. Rien n’est écarté sans `rayon`.",
        example="22113",
    ),
    rayon=_optional(
        partial(_known, RAYONS),
        "Ce qui est établi à moins de tant de kilomètres de `near`, ou dans la même commune, le "
        "même département ou la même région.",
        enum=list(RAYONS.by_slug),
    ),
    comme=_optional(
        _sized,
        "Code INSEE d’une commune : ce qui est d’un territoire de même taille.",
        example="22113",
    ),
    tri=_choice(
        CHOICES["tri"],
        "L’ordre ; par pertinence s’il y a un texte, sinon par distance s’il y a un lieu (`near`), "
        "sinon par date.",
    ),
    page=_count("page", 1, "La page, à partir de 1."),
    par_page=_count("par_page", PER_PAGE, "Fiches par page."),
    mode=_choice(CHOICES["mode"], "Par les mots, par le sens, ou les deux."),
    correction=_choice(CHOICES["correction"], "« non » cherche les mots tels qu’ils sont écrits."),
    synonymes=_choice(CHOICES["synonymes"], "« non » cherche sans les synonymes."),
    lieu=_choice(
        CHOICES["lieu"],
        "Un lieu tel qu’on l’écrit (« Lannion », « 22300 », « Finistère ») : il devient `near`, ou "
        "le filtre d’un département ou d’une région. « non » ne voit aucun lieu dans le texte.",
        {"type": "string"},
    ),
)
PARAMETERS = tuple(Parameters.model_fields)


# -- what could not be taken ---------------------------------------------------------------------


@dataclass(frozen=True)
class Problem:
    """One parameter that could not be taken as given: what was given, and why."""

    parameter: str
    value: str
    reason: str

    @cached_property
    def nearest(self) -> str:
        """The value allowed, or the parameter known, that is nearest to what was given; empty when
        none is near, or it is what was given.
        """
        found = self._nearest()
        return "" if found == self.value else found

    def _nearest(self) -> str:
        if self.parameter not in PARAMETERS:
            near = process.extractOne(
                self.parameter, PARAMETERS, scorer=fuzz.ratio, score_cutoff=60
            )
            return near[0] if near else ""
        if self.parameter in BOUNDS:
            return _within(BOUNDS[self.parameter], self.value)
        if self.parameter in PLACES:
            return _code_of(self.value)
        vocabulary = VOCABULARIES.get(self.parameter)
        return (vocabulary and nearest(vocabulary, self.value)) or ""

    @property
    def sentence(self) -> str:
        if not self.nearest:
            return self.reason
        # A code says nothing to a reader; its name does, and is accepted too.
        vocabulary = VOCABULARIES.get(self.parameter)
        said = (
            vocabulary.label_of(self.nearest)
            if vocabulary and self.nearest[0].isdigit()
            else self.nearest
        )
        return f"{self.reason} Vouliez-vous dire {french.quoted(said)}{french.NO_BREAK_SPACE}?"

    def as_dict(self) -> dict[str, str]:
        """For a problem document."""
        kept = {
            "parameter": self.parameter,
            "value": self.value,
            "reason": self.reason,
            "nearest": self.nearest,
        }
        return {name: value for name, value in kept.items() if value}


def _reason(name: str, value: str) -> str:
    """Why this value of a known parameter could not be taken; what is allowed is told where it is
    short.
    """
    if name == "q":
        limit = french.number(LONGEST_TEXT)
        return (
            f"Le texte cherché dépasse {limit} caractères : dites votre besoin en une phrase ou "
            "deux."
        )
    if name in BOUNDS:
        least, most = (french.number(bound) for bound in BOUNDS[name])
        return f"{french.quoted(name)} doit être un nombre entier entre {least} et {most}."
    if name in PLACES:
        return _astray(name, value)
    unknown = f"Valeur inconnue pour {french.quoted(name)} : {french.quoted(value)}."
    return f"{unknown} {_allowed(name)}"


def _astray(name: str, value: str) -> str:
    """Why a value is no place to search from, or no commune whose size is known."""
    try:
        Origin.of(value)
    except UnknownPlace as unknown:
        return str(unknown)
    return (
        f"La population de {french.quoted(value)} n’est pas connue : "
        f"{french.quoted(name)} attend le code INSEE d’une commune."
    )


def _code_of(value: str) -> str:
    """The code of the commune that a text names, empty where it names none or several."""
    try:
        return resolve(value).code
    except UnknownPlace:
        return ""


def _allowed(name: str) -> str:
    slugs = list(VOCABULARIES[name].by_slug)
    if not slugs:
        return f"Écrivez une année en quatre chiffres, comme {french.quoted('2024')}."
    if len(slugs) > MOST_TOLD:
        return "Les valeurs possibles sont à l’adresse /api/vocabularies."
    return f"Valeurs possibles : {french.listed(slugs, 'ou')}."


def _within(bounds: tuple[int, int], value: str) -> str:
    """The number allowed that is nearest to `value`, empty when it is no number."""
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 20:
        return ""
    return str(max(bounds[0], min(bounds[1], int(value))))


# -- reading -------------------------------------------------------------------------------------


def parse(pairs: Iterable[tuple[str, str]]) -> tuple[SearchQuery, list[Problem]]:
    """The search that these parameters describe, and what could not be taken; what is at fault is
    left out.

    At most `MOST_PROBLEMS` are told one by one; a last one counts the rest.
    """
    given: dict[str, list[str]] = {}
    unknown: list[Problem] = []
    for name, value in pairs:
        if name not in PARAMETERS:
            unknown.append(_unknown(clean(name)[:LONGEST_TOLD], clean(value)[:LONGEST_TOLD]))
        elif (cleaned := clean(value)) or name not in FILTERS:
            given.setdefault(name, []).append(cleaned)
    taken, problems = _read(given)
    query = _query(taken)
    return query, _told([*problems, *_without_a_place(taken, given), *unknown])


def _unknown(name: str, value: str) -> Problem:
    return Problem(name, value, f"Paramètre inconnu : {french.quoted(name)}.")


def _read(given: dict[str, list[str]]) -> tuple[BaseModel, list[Problem]]:
    """The parameters without those at fault, and why they are."""
    try:
        return Parameters.model_validate(given), []
    except ValidationError as refused:
        places = {error["loc"]: None for error in refused.errors(include_url=False)}
    problems = [_problem(given, *place) for place in places]
    kept = {
        name: [value for rank, value in enumerate(values) if (name, rank) not in places]
        for name, values in given.items()
        if (name,) not in places
    }
    if ("q",) in places:
        kept["q"] = [_joined(given["q"])[:LONGEST_TEXT].rsplit(" ", 1)[0]]
    return Parameters.model_validate(kept), problems


def _problem(given: dict[str, list[str]], name: Any, rank: Any = -1) -> Problem:
    if name == "q":
        return Problem(name, f"{_joined(given[name])[:40]}…", _reason(name, ""))
    value = given[name][rank]
    shown = value[: 20 if name in BOUNDS else LONGEST_TOLD]
    return Problem(name, shown, _reason(name, shown))


def _query(taken: BaseModel) -> SearchQuery:
    read = taken.model_dump()
    return SearchQuery(
        q=read["q"],
        filters=ordered({facet: tuple(sorted(set(read[facet]))) for facet in FILTERS}),
        near=read["near"],
        rayon=read["rayon"],
        comme=read["comme"],
        tri=read["tri"],
        page=read["page"],
        par_page=read["par_page"],
        mode=read["mode"],
        correction=read["correction"] == "oui",
        synonymes=read["synonymes"] == "oui",
        lieu=read["lieu"] == "oui",
    )


def _without_a_place(taken: BaseModel, given: dict[str, list[str]]) -> list[Problem]:
    """What asks for a place where there is none; nothing where one was given, and was wrong."""
    read = taken.model_dump()
    if read["near"] or any(given.get("near", ())):
        return []
    asked = {"rayon": read["rayon"], "tri": "distance" if read["tri"] == "distance" else ""}
    return [Problem(name, value, _NEEDS_A_PLACE[name]) for name, value in asked.items() if value]


def _told(problems: list[Problem]) -> list[Problem]:
    """The first ones, and how many more there are."""
    more = len(problems) - MOST_PROBLEMS
    if more <= 0:
        return problems
    rest = french.counted(
        more, "autre valeur ou paramètre est", "autres valeurs ou paramètres sont"
    )
    return [*problems[:MOST_PROBLEMS], Problem("", "", f"{rest} à corriger.")]
