"""The shape of a sheet in the JSON API, one model a kind: drawn from the tables, less what is
private.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from impact_alliances.resources.kinds import KINDS, Kind
from impact_alliances.web.presenting import PRIVATE

_DESCRIPTIONS = {
    "kind": "Le type de la fiche.",
    "url": "Adresse de la page.",
    "place": "La commune et son code postal, sinon le département ou la région.",
    "id": "Identifiant stable.",
    "slug": "Fin de l’adresse de la page ; elle peut changer, l’ancienne mène alors à la nouvelle.",
    "title": "Titre.",
    "summary": "Résumé.",
    "body": "Texte, en Markdown.",
    "fragilites": "Fragilités (voir `/api/vocabularies`).",
    "acteurs": "Profils d’acteurs.",
    "echelon": "Échelon territorial.",
    "odd": "Numéros des objectifs de développement durable.",
    "commune": "Code INSEE de la commune.",
    "departement": "Code INSEE du département.",
    "region": "Code INSEE de la région.",
    "taille": "Taille du territoire.",
    "date": "Le jour dont parle la fiche : début d’un cas, parution d’une note ou d’un article.",
    "source_url": "Adresse d’où vient la fiche.",
    "tags": "Mots-clés.",
    "updated_at": "Dernière modification, en temps universel.",
    "verified_on": "Dernière vérification.",
    "need": "Le besoin, en Markdown.",
    "alliance": "L’alliance : qui fait quoi.",
    "actions": "Ce qui a été fait.",
    "results": "Résultats.",
    "helped": "Ce qui a aidé.",
    "hindered": "Ce qui a bloqué.",
    "to_replicate": "Pour faire pareil.",
    "means": "Moyens.",
    "partners": "Partenaires : nom, profil et rôle ; le premier porte le cas.",
    "organisation_size": "Taille de l’organisation.",
    "impacts": "Impacts visés.",
    "started_on": "Début.",
    "ended_on": "Fin.",
    "state": "État.",
    "name": "Nom de la personne.",
    "organisation": "Son organisation.",
    "role": "Sa fonction.",
    "metiers": "Ses métiers.",
    "area": "Départements (`dep:22`) et régions (`reg:53`) où elle intervient.",
    "remote": "Si elle intervient à distance.",
    "website": "Son site.",
    "number": "Numéro de la note.",
    "published_on": "Jour de parution.",
    "month_theme": "Thème du mois.",
    "related": "Identifiants des fiches citées.",
    "source": "Où l’article a paru.",
    "author": "Qui l’a écrit.",
    "bulletin": "Trimestre du bulletin, comme `2024-T3`.",
    "strand": "Volet.",
}


def _field(name: str, annotation: Any) -> tuple[Any, Any]:
    return annotation, Field(description=_DESCRIPTIONS.get(name))


def _model(kind: Kind) -> type[BaseModel]:
    public = {
        name: field.annotation
        for name, field in kind.table.model_fields.items()
        if name not in PRIVATE
    }
    fields: dict[str, Any] = {"kind": Literal[kind.slug], **public, "url": str, "place": str}
    described: dict[str, Any] = {
        name: _field(name, annotation) for name, annotation in fields.items()
    }
    made: type[BaseModel] = create_model(
        f"{kind.table.__name__}Out",
        __config__=ConfigDict(extra="forbid"),
        __doc__=f"Une fiche « {kind.one} ».",
        **described,
    )
    return made


SHEETS = {slug: _model(kind) for slug, kind in KINDS.items()}
_case, _catalyseur, _jeudi, _article = (
    SHEETS[slug] for slug in ("case", "catalyseur", "jeudi", "article")
)
# Built at run time from the registry of kinds: a type checker cannot follow.
SheetOut: Any = Annotated[_case | _catalyseur | _jeudi | _article, Field(discriminator="kind")]
