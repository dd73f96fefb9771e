"""Reference data and suggestions: vocabularies, communes, what to propose while someone types."""

from typing import Annotated

from fastapi import APIRouter, Query

from impact_alliances import urls
from impact_alliances.geo.begun import begun
from impact_alliances.geo.finding import find
from impact_alliances.resources.fields import PUBLIC
from impact_alliances.resources.kinds import kind_of
from impact_alliances.search.query import FILTERS, SearchQuery
from impact_alliances.text.analysis import clean
from impact_alliances.text.lemmas import is_french
from impact_alliances.vocabularies.matching import fold
from impact_alliances.vocabularies.terms import (
    ACTEURS,
    DEPARTEMENTS,
    FRAGILITES,
    REGIONS,
    Vocabulary,
)
from impact_alliances.web.api.schemas import (
    CommuneOut,
    CommunesOut,
    SuggestionOut,
    TermOut,
    VocabularyOut,
    problem_response,
)
from impact_alliances.web.dependencies import WiredService

router = APIRouter(
    tags=["Référence"], responses={400: problem_response("Paramètre absent ou incorrect.")}
)
MOST_SUGGESTIONS, MOST_TERMS, MOST_PLACES, MOST_DEMANDES = 8, 3, 2, 3
LONGEST_TYPED = 200
_SUGGESTED = (FRAGILITES, ACTEURS, REGIONS, DEPARTEMENTS)
Typed = Annotated[
    str,
    Query(description="Ce qui est écrit jusqu’ici.", max_length=LONGEST_TYPED, examples=["mobil"]),
]


@router.get("/api/suggest", summary="Suggestions pendant la frappe")
def suggest(service: WiredService, q: Typed = "") -> list[SuggestionOut]:
    """Au plus huit propositions : valeurs de la grille de lecture, communes, titres de fiches, puis
    façons de les demander.
    """
    text = clean(q)
    if len(text) < 2:
        return []
    terms = [
        suggestion for vocabulary in _SUGGESTED for suggestion in _terms(vocabulary, fold(text))
    ][:MOST_TERMS]
    terms += _places(text)
    sheets = service.suggestions.titles(text, MOST_SUGGESTIONS - len(terms))
    titles = [
        SuggestionOut(type=kind_of(one).tab, label=one.title, url=urls.page_of(one))
        for one in sheets
    ]
    demandes = [
        SuggestionOut(type="Demande", label=one, url=urls.search_for(one))
        for one in service.suggestions.demandes(text, MOST_DEMANDES)
    ]
    kept = titles[: MOST_SUGGESTIONS - len(terms) - len(demandes)]
    return [*terms, *sorted(kept, key=lambda suggestion: suggestion.type), *demandes]


def _terms(vocabulary: Vocabulary, typed: str) -> list[SuggestionOut]:
    return [
        SuggestionOut(
            type=vocabulary.label,
            label=term.label,
            url=urls.search_with(vocabulary.name, term.slug),
        )
        for term in vocabulary.terms
        if any(
            word.startswith(typed)
            for name in (term.label, *term.synonyms)
            for word in (fold(name), *fold(name).split())
        )
    ]


def _places(text: str) -> list[SuggestionOut]:
    """The communes that a text may be ending with; « maison » alone begins none."""
    is_word = is_french(fold(text))
    return [
        SuggestionOut(
            type="Lieu",
            label=one.commune.label,
            url=SearchQuery(q=one.rest, near=one.commune.code).url(),
        )
        for one in begun(text, MOST_PLACES)
        if one.is_whole or not is_word
    ]


@router.get("/api/vocabularies", summary="La grille de lecture")
def vocabularies() -> list[VocabularyOut]:
    """Les vocabulaires de la base : valeurs, libellés et groupes, dans l’ordre."""
    others = {
        field.vocabulary.name: field.vocabulary
        for fields in PUBLIC.values()
        for field in fields
        if field.vocabulary
    }
    return [
        VocabularyOut(
            name=vocabulary.name,
            label=vocabulary.label,
            terms=[
                TermOut(slug=term.slug, label=term.label, group=term.group)
                for term in vocabulary.terms
            ],
        )
        for vocabulary in (FILTERS | others).values()
        if vocabulary.terms
    ]


@router.get("/api/communes", summary="Trouver une commune")
def communes(q: Typed = "") -> CommunesOut:
    """Les communes et arrondissements que désigne ce qui est écrit : nom, même ancien, abrégé ou à
    une faute près, code postal ou INSEE, avec ou sans département. Les plus proches par le nom
    d’abord, puis les plus peuplés : huit au plus, sauf si davantage ont ce nom ou ce code postal.
    """
    return CommunesOut(communes=[CommuneOut.of(one) for one in find(clean(q))])
