"""The fields of each kind in one table: name, French label, type, whether publishing needs it, an
example.

What an import takes, what an export writes, what publishing requires and what `import --fields`
tells follow from it.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from impact_alliances.vocabularies.matching import slugify
from impact_alliances.vocabularies.terms import (
    ACTEURS,
    ECHELONS,
    FRAGILITES,
    IMPACTS,
    METIERS,
    ODD,
    ORGANISATION_SIZES,
    STATES,
    STRANDS,
    Term,
    Vocabulary,
)

STATUS = Vocabulary(
    "status",
    "Statut",
    "",
    (
        Term("draft", "Brouillon"),
        Term("published", "Publié", synonyms=("publiee", "en ligne")),
        Term("retired", "Retiré", synonyms=("retiree", "archive")),
    ),
)


class Type(StrEnum):
    """What a cell holds; the value is how it is said to an editor."""

    IDENTIFIER = "lettres sans accent, chiffres et tirets"
    LINE = "texte court"
    TEXT = "texte, Markdown admis"
    TERM = "une valeur"
    TERMS = "des valeurs séparées par |"
    ODD = "des numéros de 1 à 17 séparés par |"
    LIST = "des textes courts séparés par |"
    PARTNERS = "nom:profil:rôle, séparés par |"
    COMMUNE = "code INSEE, ou nom et code postal"
    DEPARTEMENT = "code ou nom"
    REGION = "code INSEE ou nom"
    AREA = "départements ou régions séparés par |"
    DATE = "date : 16/05/2024, 16 mai 2024 ou 2024-05-16"
    URL = "adresse web complète"
    EMAIL = "adresse électronique"
    YES_NO = "oui ou non"
    NUMBER = "nombre entier"
    QUARTER = "trimestre"


@dataclass(frozen=True)
class Field:
    """One field. `required` is the noun of what is missing when it is empty (« un titre »), for
    those that publishing needs.

    `label` and `synonyms` are the headers known beside `name`; `limit` is the most signs of a short
    text.
    """

    name: str
    label: str
    type: Type
    example: str
    synonyms: tuple[str, ...] = ()
    required: str = ""
    vocabulary: Vocabulary | None = None
    limit: int = 300

    def headers(self) -> set[str]:
        """Every header that names this field, as `header_key` gives it."""
        return {header_key(spelling) for spelling in (self.name, self.label, *self.synonyms)}


def header_key(header: str) -> str:
    """A header without what people vary: « Échelon * », « échelon » and « ECHELON (obligatoire) »
    are the same.
    """
    key = slugify(header).replace("-", "_")
    return key.removesuffix("_obligatoire").removesuffix("_facultatif")


def _section(name: str, label: str, example: str, heading: str, required: str = "") -> Field:
    return Field(name, label, Type.TEXT, example, (heading,), required)


ID = Field(
    "id",
    "Identifiant",
    Type.IDENTIFIER,
    "cas-lannion-1",
    ("réf", "référence", "identifiant unique"),
)
TITLE = Field("title", "Titre", Type.LINE, "Un covoiturage de village", ("intitulé",), "un titre")
SUMMARY = Field(
    "summary",
    "Chapô",
    Type.TEXT,
    "Des habitants partagent leurs trajets.",
    ("résumé", "chapô", "accroche", "en bref"),
)
BODY = Field(
    "body",
    "Texte",
    Type.TEXT,
    "Le récit en quelques paragraphes.",
    ("contenu", "corps", "description", "récit"),
)
FRAGILITES_FIELD = Field(
    "fragilites",
    "Fragilités",
    Type.TERMS,
    "mobilite|isolement-lien-social",
    ("fragilité", "thème", "thèmes", "thématique", "thématiques"),
    vocabulary=FRAGILITES,
)
ACTEURS_FIELD = Field(
    "acteurs",
    "Acteurs",
    Type.TERMS,
    "collectivites|associations",
    ("acteur", "profil d’acteur", "profils d’acteurs"),
    vocabulary=ACTEURS,
)
ECHELON = Field(
    "echelon", "Échelon", Type.TERM, "local", ("échelon territorial",), vocabulary=ECHELONS
)
ODD_FIELD = Field(
    "odd", "ODD", Type.ODD, "11|17", ("objectifs de développement durable",), vocabulary=ODD
)
COMMUNE = Field(
    "commune", "Commune", Type.COMMUNE, "Lannion 22300", ("code INSEE", "code commune", "ville")
)
DEPARTEMENT = Field("departement", "Département", Type.DEPARTEMENT, "22", ("code département",))
REGION = Field("region", "Région", Type.REGION, "Bretagne", ("code région",))
DATE = Field("date", "Date", Type.DATE, "16/05/2024", ("date de référence",))
SOURCE_URL = Field(
    "source_url",
    "Adresse de la source",
    Type.URL,
    "https://exemple.fr/article",
    ("url", "lien", "lien source"),
)
TAGS = Field("tags", "Mots-clés", Type.LIST, "covoiturage|bourg", ("mot-clé", "étiquettes"))
STATUS_FIELD = Field(
    "status", "Statut", Type.TERM, "brouillon", ("état de publication",), vocabulary=STATUS
)
VERIFIED_ON = Field("verified_on", "Vérifié le", Type.DATE, "16/05/2024", ("date de vérification",))
PUBLISHED_ON = Field(
    "published_on",
    "Date de parution",
    Type.DATE,
    "16/05/2024",
    ("paru le", "parution", "date de publication"),
    "une date de parution",
)

_SHARED = (
    ID,
    TITLE,
    SUMMARY,
    BODY,
    FRAGILITES_FIELD,
    ACTEURS_FIELD,
    ECHELON,
    ODD_FIELD,
    COMMUNE,
    DEPARTEMENT,
    REGION,
    DATE,
    SOURCE_URL,
    TAGS,
    STATUS_FIELD,
    VERIFIED_ON,
)
_CASE = (
    replace(SUMMARY, required="un chapô"),
    replace(FRAGILITES_FIELD, required="au moins une fragilité"),
    replace(ACTEURS_FIELD, required="au moins un profil d’acteur"),
    replace(ECHELON, required="un échelon"),
    replace(DATE, required="une date"),
    _section("need", "Besoin", "Plus aucun car ne passe le samedi.", "le besoin", "le besoin"),
    _section(
        "alliance",
        "Alliance",
        "La mairie, une association et un garage.",
        "l’alliance",
        "l’alliance",
    ),
    _section(
        "actions",
        "Actions",
        "Une ligne de covoiturage a ouvert.",
        "ce qui a été fait",
        "ce qui a été fait",
    ),
    _section("results", "Résultats", "Trente trajets par semaine.", "résultat"),
    _section("helped", "Ce qui a aidé", "Un élu référent.", "leviers"),
    _section("hindered", "Ce qui a bloqué", "Les assurances.", "freins"),
    _section("to_replicate", "Pour faire pareil", "Commencez par un seul trajet.", "conseils"),
    _section("means", "Moyens", "Un mi-temps et 8 000 euros.", "budget"),
    Field(
        "partners",
        "Partenaires",
        Type.PARTNERS,
        "Mairie de Lannion:collectivites:pilote",
        ("partenaire",),
    ),
    Field(
        "organisation_size",
        "Taille de l’organisation",
        Type.TERM,
        "tpo",
        vocabulary=ORGANISATION_SIZES,
    ),
    Field("impacts", "Impacts", Type.TERMS, "confiance", ("impact",), vocabulary=IMPACTS),
    Field("started_on", "Date de début", Type.DATE, "16/05/2024", ("début", "démarrage")),
    Field("ended_on", "Date de fin", Type.DATE, "", ("fin",)),
    Field(
        "state",
        "État",
        Type.TERM,
        "en-cours",
        ("avancement", "état d’avancement"),
        vocabulary=STATES,
    ),
)
_CATALYSEUR = (
    replace(ID, example="catalyseur-1"),
    replace(TITLE, example="Awa Le Goff"),
    replace(DEPARTEMENT, required="un département"),
    Field(
        "name",
        "Nom",
        Type.LINE,
        "Awa Le Goff",
        ("nom complet", "prénom et nom", "nom et prénom"),
        "un nom",
    ),
    Field(
        "organisation",
        "Organisation",
        Type.LINE,
        "La Fabrique des liens",
        ("structure", "organisme"),
    ),
    Field(
        "role",
        "Rôle",
        Type.LINE,
        "Animatrice de dialogue territorial",
        ("fonction", "poste"),
        "un rôle",
    ),
    Field(
        "metiers", "Métiers", Type.TERMS, "dialogue-territorial", ("métier",), vocabulary=METIERS
    ),
    Field(
        "area",
        "Territoires servis",
        Type.AREA,
        "22|Bretagne",
        ("territoires", "zone d’intervention"),
    ),
    Field("remote", "À distance", Type.YES_NO, "oui"),
    Field(
        "email",
        "Courriel",
        Type.EMAIL,
        "awa@exemple.fr",
        ("e-mail", "mail", "mél", "adresse électronique"),
        "une adresse électronique",
    ),
    Field("phone", "Téléphone", Type.LINE, "06 39 98 00 01", ("tél", "portable"), limit=40),
    Field("website", "Site web", Type.URL, "https://exemple.fr", ("site", "site internet")),
)
_JEUDI = (
    replace(ID, example="jeudi-12"),
    replace(TITLE, example="Réussir sa première réunion"),
    replace(BODY, required="un texte"),
    Field("number", "Numéro", Type.NUMBER, "12", ("n°",), "un numéro"),
    PUBLISHED_ON,
    Field("month_theme", "Thème du mois", Type.LINE, "Se réunir"),
    Field("related", "Fiches liées", Type.LIST, "cas-lannion-1", ("voir aussi",)),
)
_ARTICLE = (
    replace(ID, example="article-1"),
    replace(TITLE, example="Un baromètre de la confiance"),
    replace(SUMMARY, required="un résumé", label="Résumé"),
    Field("source", "Source", Type.LINE, "La Gazette", ("média", "journal"), "une source"),
    Field("author", "Auteur", Type.LINE, "Camille Rey", ("autrice", "auteurs")),
    PUBLISHED_ON,
    Field("bulletin", "Bulletin", Type.QUARTER, "2024-T2", ("trimestre",)),
    Field("strand", "Volet", Type.TERM, "innovation-societale", ("rubrique",), vocabulary=STRANDS),
)


def _together(own: tuple[Field, ...]) -> tuple[Field, ...]:
    """The shared fields, some of them said again in `own` for this kind, then those that only this
    kind has.
    """
    said_again = {field.name: field for field in own}
    shared = {field.name for field in _SHARED}
    return (
        *(said_again.get(field.name, field) for field in _SHARED),
        *(field for field in own if field.name not in shared),
    )


FIELDS: dict[str, tuple[Field, ...]] = {
    "case": _together(_CASE),
    "catalyseur": _together(_CATALYSEUR),
    "jeudi": _together(_JEUDI),
    "article": _together(_ARTICLE),
}


def names_by_key(kind: str) -> dict[str, str]:
    """Every header known for a kind, as `header_key` gives it, with the name of its field. A
    field's own name comes first.
    """
    spellings = {key: field.name for field in FIELDS[kind] for key in field.headers()}
    return {**spellings, **{field.name: field.name for field in FIELDS[kind]}}
