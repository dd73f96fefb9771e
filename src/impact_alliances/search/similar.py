"""The sheets that go with a sheet: those near to it in meaning, and who can help on the spot."""

from sqlalchemy import Engine

from impact_alliances.db import reading
from impact_alliances.engines.engine import Wanted
from impact_alliances.meaning.meanings import Meanings
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import key_of
from impact_alliances.resources.published import load_in_order
from impact_alliances.resources.resource import Resource
from impact_alliances.search.searcher import Cascade
from impact_alliances.vocabularies.terms import FRAGILITES, TAILLES

# Nearest resources of all kinds looked at for a few of one kind; and, without vectors, the newest
# ones on the same fragilité.
NEAR, NEWEST = 400, 100
# Catalyseurs looked at for a few, of the département and of the région.
CATALYSEURS = 50
# A sheet may have been withdrawn since the index was written.
_MORE = 4


class SimilarSheets:
    """Finds what to read, and whom to call, after a sheet."""

    def __init__(self, database: Engine, cascade: Cascade, meanings: Meanings) -> None:
        self._database = database
        self._cascade = cascade
        self._meanings = meanings

    def similar(
        self, resource: Resource, limit: int, kind: str | None = None
    ) -> list[tuple[Resource, str]]:
        """The published resources nearest to `resource` in meaning, each with the reason, of `kind`
        (its own by default).
        """
        own = key_of(resource)
        keys = [
            key for key in self._near(resource) if key != own and key.kind == (kind or own.kind)
        ]
        near = self._loaded(keys[: limit + _MORE])[:limit]
        return [(other, reason(resource, other)) for other in near]

    def nearby_catalyseurs(self, resource: Resource, limit: int) -> list[Resource]:
        """Catalyseurs who serve the resource's département, else its région; those who know its
        fragilités first.
        """
        if not resource.departement:
            return []
        places = {"departement": (resource.departement,), "region": (resource.region,)}
        keys = self._cascade.keys(
            lambda engine: [
                key
                for facet, values in places.items()
                for key in engine.page(
                    Wanted(filters={"kind": ("catalyseur",), facet: values}), "date", 0, CATALYSEURS
                )
            ]
        )
        near = self._loaded(list(dict.fromkeys(keys)))
        near.sort(
            key=lambda one: (
                resource.departement not in one.departements(),
                -len(set(one.fragilites) & set(resource.fragilites)),
            )
        )
        return near[:limit]

    def _near(self, resource: Resource) -> list[Key]:
        """The keys of the nearest resources of any kind, `resource` itself among them."""
        meaning = self._meanings.now()
        passages = meaning.vectors.passages(key_of(resource))
        vector = passages.mean(axis=0) if passages is not None else None
        standing = meaning.vectors.seen_from(vector) if vector is not None else None
        if vector is None or standing is None:
            return self._newest(resource)
        return self._cascade.keys(
            lambda engine: [
                key for key, _ in engine.neighbours(vector, standing, meaning.model).best(NEAR)
            ]
        )

    def _newest(self, resource: Resource) -> list[Key]:
        filters = {"fragilite": tuple(resource.fragilites[:1])} if resource.fragilites else {}
        wanted = Wanted(filters=filters)
        return self._cascade.keys(lambda engine: engine.page(wanted, "date", 0, NEWEST))

    def _loaded(self, keys: list[Key]) -> list[Resource]:
        with reading(self._database) as session:
            return load_in_order(session, keys)


def reason(resource: Resource, other: Resource) -> str:
    """Why `other` is a neighbour: what both share, in a few words."""
    parts = [shared_fragilite(resource, other)]
    if resource.taille and resource.taille == other.taille:
        parts.append(f"territoire de même taille ({TAILLES.label_of(other.taille).lower()})")
    if resource.region and resource.region == other.region:
        parts.append("même région")
    return ", ".join(list(filter(None, parts))[:2]) or "sujet voisin"


def shared_fragilite(resource: Resource, other: Resource) -> str:
    """« même fragilité : Santé », the first one that both have; empty where they share none."""
    shared = [slug for slug in resource.fragilites if slug in other.fragilites]
    return f"même fragilité : {FRAGILITES.label_of(shared[0])}" if shared else ""
