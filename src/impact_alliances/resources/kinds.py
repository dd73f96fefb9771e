"""The registry of the four kinds: the one place that says how each is named, addressed and
stored.
"""

from dataclasses import dataclass

from impact_alliances.resources.article import Article
from impact_alliances.resources.case import Case
from impact_alliances.resources.catalyseur import Catalyseur
from impact_alliances.resources.jeudi import Jeudi
from impact_alliances.resources.resource import Resource
from impact_alliances.vocabularies.terms import Term, Vocabulary


@dataclass(frozen=True)
class Kind:
    """One kind: `slug` in parameters, `collection` in the API, `path` of its pages, its French
    names.
    """

    slug: str
    table: type[Resource]
    collection: str
    path: str
    one: str
    many: str
    tab: str
    feminine: bool = False


KINDS: dict[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind("case", Case, "cases", "cas", "cas", "cas", "Cas"),
        Kind(
            "catalyseur",
            Catalyseur,
            "catalyseurs",
            "catalyseurs",
            "catalyseur",
            "catalyseurs",
            "Catalyseurs",
        ),
        Kind(
            "jeudi", Jeudi, "jeudis", "jeudis", "note", "notes", "Jeudis de l’ODD 17", feminine=True
        ),
        Kind(
            "article",
            Article,
            "articles",
            "veille",
            "article de veille",
            "articles de veille",
            "Veille",
        ),
    )
}
BY_COLLECTION = {kind.collection: kind for kind in KINDS.values()}
BY_TABLE = {kind.table: kind for kind in KINDS.values()}


def _term(kind: Kind) -> Term:
    return Term(kind.slug, kind.tab, synonyms=(kind.one, kind.many, kind.path, kind.collection))


KIND_TERMS = Vocabulary("kind", "Type", "", tuple(_term(kind) for kind in KINDS.values()))


def kind_of(resource: Resource) -> Kind:
    """The kind a stored resource belongs to."""
    return BY_TABLE[type(resource)]
