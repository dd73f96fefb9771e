"""The registry of the kinds: the one place that says how each is named, addressed, presented and
stored.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from impact_alliances.resources.article import Article
from impact_alliances.resources.case import Case
from impact_alliances.resources.catalyseur import Catalyseur
from impact_alliances.resources.jeudi import Jeudi
from impact_alliances.resources.key import Key
from impact_alliances.resources.resource import Resource
from impact_alliances.vocabularies.terms import Term, Vocabulary


@dataclass(frozen=True)
class Kind:
    """One kind: `slug` in parameters, `collection` in the API, `path` of its pages, its French
    names.

    Its list is titled `heading` and opens with `introduction`; the home page says of it `promise`,
    after its number and `tab`; `neighbours` titles the other sheets of a sheet.
    """

    slug: str
    table: type[Resource]
    collection: str
    path: str
    one: str
    many: str
    tab: str
    heading: str
    introduction: str
    promise: str
    neighbours: str
    feminine: bool = False


KINDS: dict[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind(
            "case",
            Case,
            "cases",
            "cas",
            "cas",
            "cas",
            "Cas",
            heading="Les cas inspirants",
            introduction="Des alliances racontées, avec ce qui les a aidées et ce qui les a "
            "bloquées.",
            promise="des alliances racontées : le besoin, qui fait quoi, ce qui a aidé, ce qui "
            "a bloqué",
            neighbours="Des cas voisins",
        ),
        Kind(
            "catalyseur",
            Catalyseur,
            "catalyseurs",
            "catalyseurs",
            "catalyseur",
            "catalyseurs",
            "Catalyseurs",
            heading="Les catalyseurs territoriaux",
            introduction="Ils et elles animent la coopération sur le terrain : dialogue "
            "territorial, expérimentations collectives, accompagnement, gestion de lieux. Cherchez "
            "par territoire ou par fragilité pour trouver qui intervient chez vous.",
            promise="des personnes qui animent la coopération sur le terrain, en métropole et "
            "outre-mer",
            neighbours="D’autres catalyseurs",
        ),
        Kind(
            "jeudi",
            Jeudi,
            "jeudis",
            "jeudis",
            "note",
            "notes",
            "Jeudis de l’ODD 17",
            heading="Les Jeudis de l’ODD 17",
            introduction="Chaque jeudi depuis janvier 2021, une note courte : une idée pour faire "
            "alliance, un exemple, un contact, de quoi aller plus loin.",
            promise="chaque semaine depuis 2021, une note sur la façon de faire alliance",
            neighbours="D’autres Jeudis",
            feminine=True,
        ),
        Kind(
            "article",
            Article,
            "articles",
            "veille",
            "article de veille",
            "articles de veille",
            "Veille",
            heading="La veille",
            introduction="Études, récits, outils et débats repérés pour celles et ceux qui font "
            "alliance, au rythme d’un bulletin par trimestre.",
            promise="la veille sur l’innovation sociétale, trimestre après trimestre",
            neighbours="À lire aussi",
        ),
    )
}
BY_COLLECTION = {kind.collection: kind for kind in KINDS.values()}
BY_TABLE = {kind.table: kind for kind in KINDS.values()}
BY_PATH = {kind.path: kind for kind in KINDS.values()}
# One of the slugs, one of the collections: for commands and API, which read a choice from its type.
# A type checker cannot follow what is drawn from a table.
if TYPE_CHECKING:
    KindSlug: TypeAlias = str
    Collection: TypeAlias = str
else:
    KindSlug, Collection = Literal[tuple(KINDS)], Literal[tuple(BY_COLLECTION)]


def _term(kind: Kind) -> Term:
    return Term(kind.slug, kind.tab, synonyms=(kind.one, kind.many, kind.path, kind.collection))


KIND_TERMS = Vocabulary(
    "kind", "Type", "", tuple(_term(kind) for kind in KINDS.values()), order="table"
)


def kind_of(resource: Resource) -> Kind:
    """The kind a stored resource belongs to."""
    return BY_TABLE[type(resource)]


def key_of(resource: Resource) -> Key:
    """The name of a resource among those of every kind."""
    return Key(kind_of(resource).slug, resource.id)
