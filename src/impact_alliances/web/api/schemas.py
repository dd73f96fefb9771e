"""The shapes of the JSON API, with French descriptions: what partners rely on."""

from typing import Any, Literal, Self

from pydantic import BaseModel, Field

from impact_alliances.geo.places import Commune
from impact_alliances.resources.kinds import KindSlug
from impact_alliances.vocabularies.terms import DEPARTEMENTS


class QueryOut(BaseModel):
    """La recherche comprise."""

    q: str = Field(description="Le texte cherché.")
    sentence: str = Field(
        description="La recherche dite en une phrase.",
        examples=["12 cas sur la mobilité, à l’échelon local"],
    )


class CorrectionOut(BaseModel):
    """Un mot corrigé."""

    typed: str = Field(description="Le mot tel qu’il a été écrit.")
    used: str = Field(description="Le mot cherché à sa place ; `correction=non` le refuse.")


class OtherPlaceOut(BaseModel):
    """Un lieu que le texte nomme peut-être."""

    label: str = Field(examples=["Saint-Denis (93200)"])
    url: str = Field(description="La même recherche, ce lieu compris.")


class PlaceOut(BaseModel):
    """Le lieu compris dans le texte : ce qui y est vient d’abord ; `lieu=non` le refuse."""

    typed: str = Field(description="Les mots qui le nomment.")
    label: str = Field(examples=["Lannion (22300)"])
    said: str = Field(examples=["à Lannion et alentour"])
    commune: str = Field(description="Code INSEE, vide si le lieu n’est pas une commune.")
    departements: list[str] = Field(
        description="Codes des départements, ou de celui de la commune."
    )
    region: str = Field(description="Code INSEE si le lieu est une région, vide sinon.")
    others: list[OtherPlaceOut]


class HitOut(BaseModel):
    """Une fiche trouvée."""

    kind: KindSlug
    id: str
    url: str = Field(description="Adresse de la page.")
    title: str
    title_html: str = Field(description="Titre échappé, où les mots trouvés sont marqués.")
    excerpt_html: str = Field(
        description="Extrait échappé, où seuls les mots trouvés sont marqués par `<mark>`."
    )
    score: float = Field(
        description="Entre 0 et 1, pour lire l’ordre ; ne se compare pas d’une recherche à l’autre."
    )
    matched_by: list[Literal["nom", "mots", "sens", "lieu"]] = Field(
        description="Pourquoi la fiche est là ; « nom » : le texte entier la nomme."
    )
    demande: str = Field(
        description="La demande de cette fiche à laquelle le texte ressemble le plus ; vide si "
        "aucune n’en est proche.",
        examples=["ma commune n’a plus de médecin"],
    )
    fragilites: list[str]
    acteurs: list[str]
    echelon: str
    region: str = Field(description="Code INSEE de la région, vide si la fiche n’en a pas.")
    departement: str
    place: str
    distance_km: float | None = Field(
        description="Distance à vol d’oiseau de `near` à la commune où la fiche est établie ; "
        "nulle sans `near`, d’un autre territoire, ou si cette commune n’est pas connue."
    )
    date: str | None
    updated_at: str = Field(
        description="Dernière modification, en temps universel.",
        json_schema_extra={"format": "date-time"},
    )


class FacetValueOut(BaseModel):
    """Une valeur de filtre."""

    value: str
    label: str
    count: int = Field(
        description="Le nombre de fiches qu’aura la recherche si on choisit cette valeur dans "
        "ce filtre."
    )
    selected: bool
    url: str = Field(description="La même recherche, cette valeur ajoutée ou retirée.")


class SearchOut(BaseModel):
    """La réponse à une recherche."""

    query: QueryOut
    total: int
    page: int
    per_page: int
    pages: int
    next: str | None = Field(description="La page suivante de la réponse ; nul après la dernière.")
    took_ms: float
    mode: Literal["hybrid", "keyword", "semantic"]
    degraded: str | None = Field(
        description="Ce qui n’a pas pu servir à cette réponse, en français ; nul si tout va bien."
    )
    corrections: list[CorrectionOut]
    synonyms: dict[str, list[str]]
    place: PlaceOut | None = Field(description="Le lieu compris dans le texte ; nul sans lieu.")
    evoked: list[str] = Field(description="Les fragilités que le besoin semble toucher.")
    hits: list[HitOut]
    neighbours: list[HitOut] = Field(
        description="D’une demande dont la base ne connaît aucun mot et qui ne veut rien dire : "
        "six fiches au plus à montrer à part, comptées nulle part."
    )
    facets: dict[str, list[FacetValueOut]]


class SimilarOut(BaseModel):
    """Une fiche voisine."""

    kind: KindSlug
    id: str
    url: str
    title: str
    reason: str = Field(description="Pourquoi elle est voisine.")


class SuggestionOut(BaseModel):
    """Une suggestion pendant la frappe."""

    type: str = Field(description="Le groupe où la ranger : fragilité, acteur, cas, catalyseur…")
    label: str
    url: str


class CommuneOut(BaseModel):
    """Une commune."""

    code: str = Field(description="Code INSEE.")
    name: str
    label: str = Field(description="Le nom et un code postal.", examples=["Lannion (22300)"])
    postcodes: list[str]
    departement: str
    departement_name: str = Field(examples=["Côtes-d’Armor"])
    region: str
    population: int | None = Field(description="Habitants ; null si inconnu.")
    taille: str = Field(description="Taille du territoire ; vide si la population est inconnue.")
    latitude: float | None
    longitude: float | None

    @classmethod
    def of(cls, commune: Commune) -> Self:
        """What is told of a commune of the gazetteer."""
        return cls(
            code=commune.code,
            name=commune.name,
            label=commune.label,
            postcodes=list(commune.postcodes),
            departement=commune.departement,
            departement_name=DEPARTEMENTS.label_of(commune.departement),
            region=commune.region,
            population=commune.population,
            taille=commune.taille,
            latitude=commune.latitude,
            longitude=commune.longitude,
        )


class CommunesOut(BaseModel):
    """Les communes que désigne ce qui est écrit, les plus proches par le nom d’abord."""

    communes: list[CommuneOut]


class TermOut(BaseModel):
    """Une valeur d’un vocabulaire."""

    slug: str
    label: str
    group: str


class VocabularyOut(BaseModel):
    """Un vocabulaire de la grille de lecture."""

    name: str
    label: str
    terms: list[TermOut]


class ProblemOut(BaseModel):
    """Une erreur (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    problems: list[dict[str, str]] | None = None


def problem_response(description: str) -> dict[str, Any]:
    """How OpenAPI describes an error answer: a problem document, with its own content type."""
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": ProblemOut.model_json_schema()}},
    }


class AliveOut(BaseModel):
    """L’état du processus qui répond."""

    status: Literal["ok"] = "ok"
    shedding: bool = Field(description="Vrai si une demande de plus serait refusée (503).")
    in_work: int = Field(description="Demandes en cours de réponse.")
    waiting: int = Field(description="Demandes qui attendent leur tour.")
    refused: int = Field(description="Demandes refusées depuis le démarrage.")


class PartOut(BaseModel):
    """L’état d’une partie du service."""

    name: str
    ok: bool
    detail: str


class ReadyOut(BaseModel):
    """L’état du service et de ses parties."""

    ready: bool
    parts: list[PartOut]
