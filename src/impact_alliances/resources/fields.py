"""The fields of each kind in one table, from which follow what an import takes, an export writes,
publishing requires, visitors may know, a sheet shows and a facet counts.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from impact_alliances.resources.demandes import LONGEST_DEMANDE
from impact_alliances.resources.resource import Resource
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
    TAILLES,
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
    DEMANDES = "quelques phrases, comme on les dirait, séparées par |"
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
    """One field. `label` and `synonyms` are the headers known beside `name`; `limit` is the most
    signs of a short text.

    `required` is the noun of what is missing when it is empty (« un titre »), for those that
    publishing needs. `public` is the sentence by which the API describes it: a field without one
    never leaves the database. `heading` names it on its sheet, as a line of the identity card or as
    a section if it is a text. `facet` is the one of `FACETS` that counts its values.
    """

    name: str
    label: str
    type: Type
    example: str = ""
    synonyms: tuple[str, ...] = ()
    required: str = ""
    vocabulary: Vocabulary | None = None
    limit: int = 300
    public: str = ""
    heading: str = ""
    facet: str = ""

    def headers(self) -> set[str]:
        """Every header that names this field, as `header_key` gives it."""
        return {header_key(spelling) for spelling in (self.name, self.label, *self.synonyms)}

    def values(self, resource: Resource) -> list[str]:
        """The values by which a facet counts `resource`, each once: the year of a day, every
        département and région it is of or serves.
        """
        match self.type:
            case Type.DEPARTEMENT:
                found = resource.departements()
            case Type.REGION:
                found = resource.regions()
            case Type.DATE:
                day = getattr(resource, self.name)
                found = [str(day.year)] if day else []
            case _:
                stored = getattr(resource, self.name)
                found = stored if isinstance(stored, list) else [stored]
        return [value for value in dict.fromkeys(found) if value]


def header_key(header: str) -> str:
    """A header without what people vary: « Échelon * », « échelon » and « ECHELON (obligatoire) »
    are the same.
    """
    key = slugify(header).replace("-", "_")
    return key.removesuffix("_obligatoire").removesuffix("_facultatif")


def _section(
    name: str,
    label: str,
    example: str,
    heading: str,
    public: str,
    *,
    synonym: str = "",
    required: str = "",
) -> Field:
    synonyms = (heading, synonym) if synonym else (heading,)
    return Field(
        name, label, Type.TEXT, example, synonyms, required, public=public, heading=heading
    )


ID = Field(
    "id",
    "Identifiant",
    Type.IDENTIFIER,
    "cas-lannion-1",
    ("réf", "référence", "identifiant unique"),
    public="Identifiant stable.",
)
TITLE = Field(
    "title",
    "Titre",
    Type.LINE,
    "Un covoiturage de village",
    ("intitulé",),
    "un titre",
    public="Titre.",
)
SUMMARY = Field(
    "summary",
    "Chapô",
    Type.TEXT,
    "Des habitants partagent leurs trajets.",
    ("résumé", "chapô", "accroche", "en bref"),
    public="Résumé.",
)
BODY = Field(
    "body",
    "Texte",
    Type.TEXT,
    "Le récit en quelques paragraphes.",
    ("contenu", "corps", "description", "récit"),
    public="Texte, en Markdown.",
)
FRAGILITES_FIELD = Field(
    "fragilites",
    "Fragilités",
    Type.TERMS,
    "mobilite|isolement-lien-social",
    ("fragilité", "thème", "thèmes", "thématique", "thématiques"),
    vocabulary=FRAGILITES,
    public="Fragilités (voir `/api/vocabularies`).",
    heading="Fragilités",
    facet="fragilite",
)
ACTEURS_FIELD = Field(
    "acteurs",
    "Acteurs",
    Type.TERMS,
    "collectivites|associations",
    ("acteur", "profil d’acteur", "profils d’acteurs"),
    vocabulary=ACTEURS,
    public="Profils d’acteurs.",
    heading="Profils d’acteurs",
    facet="acteur",
)
ECHELON = Field(
    "echelon",
    "Échelon",
    Type.TERM,
    "local",
    ("échelon territorial",),
    vocabulary=ECHELONS,
    public="Échelon territorial.",
    heading="Échelon",
    facet="echelon",
)
ODD_FIELD = Field(
    "odd",
    "ODD",
    Type.ODD,
    "11|17",
    ("objectifs de développement durable",),
    vocabulary=ODD,
    public="Numéros des objectifs de développement durable.",
    heading="Objectifs de développement durable",
    facet="odd",
)
COMMUNE = Field(
    "commune",
    "Commune",
    Type.COMMUNE,
    "Lannion 22300",
    ("code INSEE", "code commune", "ville"),
    public="Code INSEE de la commune.",
    heading="Territoire",
)
DEPARTEMENT = Field(
    "departement",
    "Département",
    Type.DEPARTEMENT,
    "22",
    ("code département",),
    public="Code INSEE du département.",
    facet="departement",
)
REGION = Field(
    "region",
    "Région",
    Type.REGION,
    "Bretagne",
    ("code région",),
    public="Code INSEE de la région.",
    heading="Région",
    facet="region",
)
DATE = Field(
    "date",
    "Date",
    Type.DATE,
    "16/05/2024",
    ("date de référence",),
    public="Le jour dont parle la fiche : début d’un cas, parution d’une note ou d’un article.",
    facet="annee",
)
SOURCE_URL = Field(
    "source_url",
    "Adresse de la source",
    Type.URL,
    "https://exemple.fr/article",
    ("url", "lien", "lien source"),
    public="Adresse d’où vient la fiche.",
)
TAGS = Field(
    "tags",
    "Mots-clés",
    Type.LIST,
    "covoiturage|bourg",
    ("mot-clé", "étiquettes"),
    public="Mots-clés.",
    heading="Mots-clés",
)
DEMANDES = Field(
    "demandes",
    "Demandes",
    Type.DEMANDES,
    "plus de car le samedi|comment aller au marché sans voiture",
    ("demande", "questions", "on y vient en demandant"),
    limit=LONGEST_DEMANDE,
    public="Comment on demande cette fiche, avec les mots de qui la cherche.",
)
STATUS_FIELD = Field(
    "status", "Statut", Type.TERM, "brouillon", ("état de publication",), vocabulary=STATUS
)
VERIFIED_ON = Field(
    "verified_on",
    "Vérifié le",
    Type.DATE,
    "16/05/2024",
    ("date de vérification",),
    public="Dernière vérification.",
)
PUBLISHED_ON = Field(
    "published_on",
    "Date de parution",
    Type.DATE,
    "16/05/2024",
    ("paru le", "parution", "date de publication"),
    "une date de parution",
    public="Jour de parution.",
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
    DEMANDES,
    STATUS_FIELD,
    VERIFIED_ON,
)
_CASE = (
    replace(SUMMARY, required="un chapô"),
    replace(FRAGILITES_FIELD, required="au moins une fragilité"),
    replace(ACTEURS_FIELD, required="au moins un profil d’acteur"),
    replace(ECHELON, required="un échelon"),
    replace(DATE, required="une date"),
    _section(
        "need",
        "Besoin",
        "Plus aucun car ne passe le samedi.",
        "Le besoin",
        "Le besoin, en Markdown.",
        required="le besoin",
    ),
    _section(
        "alliance",
        "Alliance",
        "La mairie, une association et un garage.",
        "L’alliance",
        "L’alliance : qui fait quoi.",
        required="l’alliance",
    ),
    _section(
        "actions",
        "Actions",
        "Une ligne de covoiturage a ouvert.",
        "Ce qui a été fait",
        "Ce qui a été fait.",
        required="ce qui a été fait",
    ),
    _section(
        "results",
        "Résultats",
        "Trente trajets par semaine.",
        "Résultats",
        "Résultats.",
        synonym="résultat",
    ),
    _section(
        "helped",
        "Ce qui a aidé",
        "Un élu référent.",
        "Ce qui a aidé",
        "Ce qui a aidé.",
        synonym="leviers",
    ),
    _section(
        "hindered",
        "Ce qui a bloqué",
        "Les assurances.",
        "Ce qui a bloqué",
        "Ce qui a bloqué.",
        synonym="freins",
    ),
    _section(
        "to_replicate",
        "Pour faire pareil",
        "Commencez par un seul trajet.",
        "Pour faire pareil",
        "Pour faire pareil.",
        synonym="conseils",
    ),
    _section(
        "means",
        "Moyens",
        "Un mi-temps et 8 000 euros.",
        "Moyens",
        "Moyens.",
        synonym="budget",
    ),
    Field(
        "partners",
        "Partenaires",
        Type.PARTNERS,
        "Mairie de Lannion:collectivites:pilote",
        ("partenaire",),
        public="Partenaires : nom, profil et rôle ; le premier porte le cas.",
    ),
    Field(
        "organisation_size",
        "Taille de l’organisation",
        Type.TERM,
        "tpo",
        vocabulary=ORGANISATION_SIZES,
        public="Taille de l’organisation.",
        heading="Taille de l’organisation",
    ),
    Field(
        "impacts",
        "Impacts",
        Type.TERMS,
        "confiance",
        ("impact",),
        vocabulary=IMPACTS,
        public="Impacts visés.",
        heading="Impacts visés",
        facet="impact",
    ),
    Field(
        "started_on",
        "Date de début",
        Type.DATE,
        "16/05/2024",
        ("début", "démarrage"),
        public="Début.",
        heading="Période",
    ),
    Field("ended_on", "Date de fin", Type.DATE, "", ("fin",), public="Fin."),
    Field(
        "state",
        "État",
        Type.TERM,
        "en-cours",
        ("avancement", "état d’avancement"),
        vocabulary=STATES,
        public="État.",
        heading="État",
    ),
    Field(
        "contact_name",
        "Nom du porteur",
        Type.LINE,
        "Awa Le Goff",
        ("porteur", "porteuse", "contact", "nom du contact"),
    ),
    Field(
        "contact_email",
        "Courriel du porteur",
        Type.EMAIL,
        "awa@exemple.fr",
        ("courriel", "e-mail", "courriel du contact", "adresse électronique"),
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
        public="Nom de la personne.",
    ),
    Field(
        "organisation",
        "Organisation",
        Type.LINE,
        "La Fabrique des liens",
        ("structure", "organisme"),
        public="Son organisation.",
        heading="Organisation",
    ),
    Field(
        "role",
        "Rôle",
        Type.LINE,
        "Animatrice de dialogue territorial",
        ("fonction", "poste"),
        "un rôle",
        public="Sa fonction.",
    ),
    Field(
        "metiers",
        "Métiers",
        Type.TERMS,
        "dialogue-territorial",
        ("métier",),
        vocabulary=METIERS,
        facet="metier",
        public="Ses métiers.",
        heading="Métiers",
    ),
    Field(
        "area",
        "Territoires servis",
        Type.AREA,
        "22|Bretagne",
        ("territoires", "zone d’intervention"),
        public="Départements (`dep:22`) et régions (`reg:53`) où elle intervient.",
        heading="Zone d’intervention",
    ),
    Field(
        "remote",
        "À distance",
        Type.YES_NO,
        "oui",
        public="Si elle intervient à distance.",
        heading="À distance",
    ),
    Field(
        "email",
        "Courriel",
        Type.EMAIL,
        "awa@exemple.fr",
        ("e-mail", "mail", "mél", "adresse électronique"),
        "une adresse électronique",
    ),
    Field("phone", "Téléphone", Type.LINE, "06 39 98 00 01", ("tél", "portable"), limit=40),
    Field(
        "website",
        "Site web",
        Type.URL,
        "https://exemple.fr",
        ("site", "site internet"),
        public="Son site.",
    ),
)
_JEUDI = (
    replace(ID, example="jeudi-12"),
    replace(TITLE, example="Réussir sa première réunion"),
    replace(BODY, required="un texte"),
    Field("number", "Numéro", Type.NUMBER, "12", ("n°",), "un numéro", public="Numéro de la note."),
    PUBLISHED_ON,
    Field(
        "month_theme",
        "Thème du mois",
        Type.LINE,
        "Se réunir",
        public="Thème du mois.",
        heading="Thème du mois",
    ),
    Field(
        "related",
        "Fiches liées",
        Type.LIST,
        "cas-lannion-1",
        ("voir aussi",),
        public="Identifiants des fiches citées.",
    ),
)
_ARTICLE = (
    replace(ID, example="article-1"),
    replace(TITLE, example="Un baromètre de la confiance"),
    replace(SUMMARY, required="un résumé", label="Résumé"),
    Field(
        "source",
        "Source",
        Type.LINE,
        "La Gazette",
        ("média", "journal"),
        "une source",
        public="Où l’article a paru.",
        heading="Source",
    ),
    Field(
        "author",
        "Auteur",
        Type.LINE,
        "Camille Rey",
        ("autrice", "auteurs"),
        public="Qui l’a écrit.",
        heading="Auteur",
    ),
    PUBLISHED_ON,
    Field(
        "bulletin",
        "Bulletin",
        Type.QUARTER,
        "2024-T2",
        ("trimestre",),
        public="Trimestre du bulletin, comme `2024-T3`.",
        heading="Bulletin",
    ),
    Field(
        "strand",
        "Volet",
        Type.TERM,
        "innovation-societale",
        ("rubrique",),
        vocabulary=STRANDS,
        public="Volet.",
        heading="Volet",
    ),
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

# What no editor writes: it follows from the rest, or from the moment.
DERIVED = (
    Field(
        "slug",
        "Fin de l’adresse",
        Type.IDENTIFIER,
        public="Fin de l’adresse de la page ; elle peut changer, l’ancienne mène alors à la "
        "nouvelle.",
    ),
    Field(
        "taille",
        "Taille du territoire",
        Type.TERM,
        vocabulary=TAILLES,
        public="Taille du territoire.",
        heading="Taille du territoire",
        facet="taille",
    ),
    Field(
        "updated_at",
        "Modifié le",
        Type.DATE,
        public="Dernière modification, en temps universel.",
    ),
)
# All that visitors may know, by kind: a column that is not there never leaves the database.
PUBLIC: dict[str, tuple[Field, ...]] = {
    kind: tuple(field for field in (*fields, *DERIVED) if field.public)
    for kind, fields in FIELDS.items()
}
# The fields whose values facets count, by kind.
COUNTED: dict[str, tuple[Field, ...]] = {
    kind: tuple(field for field in fields if field.facet) for kind, fields in PUBLIC.items()
}


def sections_of(kind: str) -> list[tuple[str, str]]:
    """The texts of a kind that have a heading of their own: field and heading, in reading order."""
    return [
        (field.name, field.heading)
        for field in PUBLIC[kind]
        if field.type is Type.TEXT and field.heading
    ]


def names_by_key(kind: str) -> dict[str, str]:
    """Every header known for a kind, as `header_key` gives it, with the name of its field. A
    field's own name comes first.
    """
    spellings = {key: field.name for field in FIELDS[kind] for key in field.headers()}
    return {**spellings, **{field.name: field.name for field in FIELDS[kind]}}
