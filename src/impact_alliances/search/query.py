"""A search is a value and a URL: parse it, change it, print it, say it in French.

The same parameters serve page, JSON, terminal and feeds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from rapidfuzz import fuzz, process

from impact_alliances import urls
from impact_alliances.resources.kinds import KIND_TERMS, KINDS
from impact_alliances.text.analysis import clean
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.matching import match, nearest
from impact_alliances.vocabularies.terms import FACETS, Term, Vocabulary

PER_PAGE, MOST_PER_PAGE = 20, 100
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
_SAID_NO_OR_YES = (
    Term("oui", "Oui", synonyms=("yes", "true", "1")),
    Term("non", "Non", synonyms=("no", "false", "0")),
)
# Parameters of one value: each accepts its slugs, and the words that people use for them.
CHOICES: dict[str, Vocabulary] = {
    "tri": Vocabulary(
        "tri",
        "Ordre",
        "",
        (
            Term("pertinence", "Pertinence"),
            Term("date", "Plus récents", synonyms=("dates", "récents")),
            Term("titre", "Titre", synonyms=("titres",)),
        ),
    ),
    "mode": Vocabulary(
        "mode",
        "Mode",
        "",
        (
            Term("hybrid", "Mots et sens", synonyms=("hybride",)),
            Term("keyword", "Mots", synonyms=("mot", "mots-clés", "keywords")),
            Term("semantic", "Sens", synonyms=("sémantique",)),
        ),
    ),
    "correction": Vocabulary("correction", "Correction", "", _SAID_NO_OR_YES),
    "synonymes": Vocabulary("synonymes", "Synonymes", "", _SAID_NO_OR_YES),
}
SORTS = {term.slug: term.label for term in CHOICES["tri"].terms}
MODES = tuple(CHOICES["mode"].by_slug)
FILTERS: dict[str, Vocabulary] = {"kind": KIND_TERMS, **FACETS}
PARAMETERS = ("q", *FILTERS, "tri", "page", "par_page", "mode", "correction", "synonymes")
VOCABULARIES = {**FILTERS, **CHOICES}
BOUNDS = {"page": (1, LAST_PAGE), "par_page": (1, MOST_PER_PAGE)}
Mode = Literal["hybrid", "keyword", "semantic"]


@dataclass(frozen=True)
class Problem:
    """One parameter that could not be taken as given: what was given, and why."""

    parameter: str
    value: str
    reason: str

    @cached_property
    def nearest(self) -> str:
        """The value allowed, or the parameter known, that is nearest to what was given; empty when
        none is near.
        """
        if self.parameter not in PARAMETERS:
            near = process.extractOne(
                self.parameter, PARAMETERS, scorer=fuzz.ratio, score_cutoff=60
            )
            return near[0] if near else ""
        if self.parameter in BOUNDS:
            return _within(BOUNDS[self.parameter], self.value)
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


@dataclass(frozen=True)
class SearchQuery:
    """What is searched. `filters` maps a facet to the values chosen, in the order of `FILTERS`."""

    q: str = ""
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    tri: str = ""
    page: int = 1
    par_page: int = PER_PAGE
    mode: Mode = "hybrid"
    correction: bool = True
    synonymes: bool = True

    def __post_init__(self) -> None:
        # One search has one address: the order it has by itself goes without saying, and relevance
        # is never another one.
        if self.tri in ("pertinence", self.usual_sort):
            object.__setattr__(self, "tri", "")

    @property
    def usual_sort(self) -> str:
        """By relevance with a text, by date without."""
        return "pertinence" if self.q else "date"

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """The filters, by facet."""
        return dict(self.filters)

    @property
    def sort(self) -> str:
        """The order in force; relevance means nothing without a text."""
        return self.tri or self.usual_sort

    @property
    def first(self) -> int:
        """How many hits come before those of its page."""
        return (self.page - 1) * self.par_page

    def values(self, facet: str) -> tuple[str, ...]:
        """The values chosen in `facet`."""
        return self.chosen.get(facet, ())

    # -- changing ---------------------------------------------------------------------------------

    def choosing(self, facet: str, values: Sequence[str]) -> "SearchQuery":
        """The same search with these values of `facet`, from its first page."""
        chosen = {**self.chosen, facet: tuple(sorted(set(values)))}
        return replace(self, filters=_ordered(chosen), page=1)

    def toggled(self, facet: str, value: str) -> "SearchQuery":
        """The same search with `value` added, or removed if it was chosen."""
        present = self.values(facet)
        return self.choosing(
            facet, [v for v in present if v != value] if value in present else [*present, value]
        )

    def without_filters(self) -> "SearchQuery":
        """The same words, sort and kind, all else freed."""
        return replace(
            self, filters=tuple(pair for pair in self.filters if pair[0] == "kind"), page=1
        )

    def at(self, page: int) -> "SearchQuery":
        """Another page of the same search."""
        return replace(self, page=page)

    # -- printing ---------------------------------------------------------------------------------

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the URL in canonical order, defaults left out."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(facet, value) for facet, values in self.filters for value in values]
        defaults = SearchQuery()
        for name in ("tri", "page", "par_page", "mode"):
            if getattr(self, name) != getattr(defaults, name):
                pairs.append((name, str(getattr(self, name))))
        pairs += [(name, "non") for name in ("correction", "synonymes") if not getattr(self, name)]
        return pairs

    def url(self, path: str = urls.SEARCH) -> str:
        """The address of this search."""
        return urls.with_parameters(path, self.pairs())

    def toggles(self, facet: str, values: Iterable[str], path: str = urls.SEARCH) -> dict[str, str]:
        """For each value, the address of the search with it added or removed; `toggled(…).url()`,
        in bulk.
        """
        before, after = self._around(facet)
        present = self.values(facet)

        def address(chosen: Iterable[str]) -> str:
            # Values of a facet are slugs: nothing in them needs quoting.
            parameters = "&".join(
                part for part in (before, *(f"{facet}={v}" for v in chosen), after) if part
            )
            return f"{path}?{parameters}" if parameters else path

        if not present:
            start, end = address(["|"]).split("|")
            return {value: f"{start}{value}{end}" for value in values}
        return {
            value: address(v for v in sorted({*present, value}) if v != value or v not in present)
            for value in values
        }

    def _around(self, facet: str) -> tuple[str, str]:
        """The parameters that come before and after those of `facet`, from the first page,
        encoded.
        """
        rank = {"q": 0, **{name: index for index, name in enumerate(FILTERS, start=1)}}
        fixed = self.choosing(facet, ()).pairs()
        before = urls.encoded(pair for pair in fixed if rank.get(pair[0], 99) < rank[facet])
        return before, urls.encoded(pair for pair in fixed if rank.get(pair[0], 99) > rank[facet])

    def sentence(self, total: int) -> str:
        """« 12 cas pour « médecin », sur la mobilité, à l’échelon local »."""
        parts = [self._counted(total)]
        if self.q:
            parts[0] += f" pour {french.quoted(self.q)}"
        clauses = [
            _clause(FACETS[facet], values, self._is_feminine)
            for facet, values in self.filters
            if facet != "kind"
        ]
        if clauses and not self.q:
            return f"{parts[0]} {', '.join(clauses)}"
        return ", ".join([*parts, *clauses])

    @property
    def _is_feminine(self) -> bool:
        kinds = self.values("kind")
        return len(kinds) != 1 or KINDS[kinds[0]].feminine

    def _counted(self, total: int) -> str:
        kinds = self.values("kind")
        if len(kinds) == 1:
            return french.counted(total, KINDS[kinds[0]].one, KINDS[kinds[0]].many)
        return french.counted(total, "fiche", "fiches")


def _clause(vocabulary: Vocabulary, values: Sequence[str], feminine: bool) -> str:
    said = [vocabulary.by_slug[value].phrase if value in vocabulary else value for value in values]
    link = "portées par" if feminine and vocabulary.name == "acteur" else vocabulary.link
    return f"{link} {french.listed(said, 'ou')}".strip()


def _ordered(chosen: dict[str, tuple[str, ...]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((facet, chosen[facet]) for facet in FILTERS if chosen.get(facet))


# -- parsing -------------------------------------------------------------------------------------


def parse(pairs: Iterable[tuple[str, str]]) -> tuple[SearchQuery, list[Problem]]:
    """The search that these parameters describe, and what could not be taken; what is at fault is
    left out.

    At most `MOST_PROBLEMS` are told one by one; a last one counts the rest.
    """
    problems: list[Problem] = []
    unknown: list[Problem] = []
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in PARAMETERS:
            given.setdefault(name, []).append(clean(value))
        else:
            unknown.append(
                _unknown_parameter(clean(name)[:LONGEST_TOLD], clean(value)[:LONGEST_TOLD])
            )
    query = SearchQuery(
        q=_text(given, problems),
        filters=_ordered(
            {facet: _chosen(facet, given.get(facet, []), problems) for facet in FILTERS}
        ),
        tri=_one_of("tri", given, "", problems),
        page=_whole("page", given, 1, problems),
        par_page=_whole("par_page", given, PER_PAGE, problems),
        mode=_one_of("mode", given, "hybrid", problems),  # type: ignore[arg-type]
        correction=_one_of("correction", given, "oui", problems) == "oui",
        synonymes=_one_of("synonymes", given, "oui", problems) == "oui",
    )
    return query, _told([*problems, *unknown])


def _told(problems: list[Problem]) -> list[Problem]:
    """The first ones, and how many more there are."""
    more = len(problems) - MOST_PROBLEMS
    if more <= 0:
        return problems
    rest = french.counted(
        more, "autre valeur ou paramètre est", "autres valeurs ou paramètres sont"
    )
    return [*problems[:MOST_PROBLEMS], Problem("", "", f"{rest} à corriger.")]


def _unknown_parameter(name: str, value: str) -> Problem:
    return Problem(name, value, f"Paramètre inconnu : {french.quoted(name)}.")


def _text(given: dict[str, list[str]], problems: list[Problem]) -> str:
    text = " ".join(filter(None, given.get("q", [])))
    if len(text) <= LONGEST_TEXT:
        return text
    limit = french.number(LONGEST_TEXT)
    problems.append(
        Problem(
            "q",
            f"{text[:40]}…",
            f"Le texte cherché dépasse {limit} caractères : dites votre besoin en une phrase "
            "ou deux.",
        )
    )
    return text[:LONGEST_TEXT].rsplit(" ", 1)[0]


def _chosen(facet: str, values: list[str], problems: list[Problem]) -> tuple[str, ...]:
    found: set[str] = set()
    for value in filter(None, values):
        slug = _year(value) if facet == "annee" else match(FILTERS[facet], value)
        if slug:
            found.add(slug)
        else:
            problems.append(_unknown_value(facet, value))
    return tuple(sorted(found))


def _unknown_value(name: str, value: str) -> Problem:
    """What is allowed is told too, where it is short."""
    shown = value[:LONGEST_TOLD]
    return Problem(
        name,
        shown,
        f"Valeur inconnue pour {french.quoted(name)} : {french.quoted(shown)}. {_allowed(name)}",
    )


def _allowed(name: str) -> str:
    slugs = list(VOCABULARIES[name].by_slug)
    if not slugs:
        return f"Écrivez une année en quatre chiffres, comme {french.quoted('2024')}."
    if len(slugs) > MOST_TOLD:
        return "Les valeurs possibles sont à l’adresse /api/vocabularies."
    return f"Valeurs possibles : {french.listed(slugs, 'ou')}."


def _year(value: str) -> str | None:
    return value if len(value) == 4 and value.isascii() and value.isdigit() else None


def _one_of(name: str, given: dict[str, list[str]], default: str, problems: list[Problem]) -> str:
    value = (given.get(name) or [""])[-1]
    slug = match(CHOICES[name], value) if value else default
    if slug is None:
        problems.append(_unknown_value(name, value))
    return slug or default


def _whole(name: str, given: dict[str, list[str]], default: int, problems: list[Problem]) -> int:
    value = (given.get(name) or [""])[-1]
    if not value:
        return default
    least, most = BOUNDS[name]
    if value.isascii() and value.isdigit() and len(value) < 10 and least <= int(value) <= most:
        return int(value)
    reason = (
        f"{french.quoted(name)} doit être un nombre entier entre {french.number(least)} et "
        f"{french.number(most)}."
    )
    problems.append(Problem(name, value[:20], reason))
    return default


def _within(bounds: tuple[int, int], value: str) -> str:
    """The number allowed that is nearest to `value`, empty when it is no number."""
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 20:
        return ""
    return str(max(bounds[0], min(bounds[1], int(value))))
