"""Those who serve a place and are not of the search around it: from afar, or at a distance."""

from dataclasses import replace

from impact_alliances.engines.documents import COMMUNE, DESSERTE, IMPLANTATION
from impact_alliances.engines.engine import SearchEngine, Wanted
from impact_alliances.geo.origin import Origin
from impact_alliances.resources.key import Key
from impact_alliances.resources.resource import REMOTE
from impact_alliances.search.by_distance import ByDistance
from impact_alliances.vocabularies.terms import REGION_OF

# Those who serve a place and are around it, looked at to be left out.
MOST_AROUND = 1_000


def serving(engine: SearchEngine, around: Wanted, origin: Origin, limit: int) -> list[Key]:
    """At most `limit` documents that answer as those of `around` do wherever they are based, serve
    the place of `origin`, and are not of these: who serves its département first, then its région,
    then everywhere; each time from the nearest on. Raises `EngineFailure`.
    """
    services = _services(origin)
    left_out = engine.page(_serving(around, *services), "date", 0, MOST_AROUND)
    bounds = {name: kept for name, kept in around.kept.items() if name != IMPLANTATION}
    anywhere, found = replace(around, kept=bounds), dict.fromkeys(left_out)
    for service in services:
        wanted = _serving(anywhere, service)
        communes = engine.counts(wanted, [COMMUNE]).facets[COMMUNE]
        nearest = ByDistance(engine, wanted, origin, communes)
        # Those of the services before may be of this one too.
        found |= dict.fromkeys(nearest.page(0, limit + len(found)))
        if len(found) >= limit + len(left_out):
            break
    return list(found)[len(left_out) :][:limit]


def _services(origin: Origin) -> tuple[str, str, str]:
    departement = origin.commune.departement
    return f"dep:{departement}", f"reg:{REGION_OF[departement]}", REMOTE


def _serving(wanted: Wanted, *services: str) -> Wanted:
    return replace(wanted, kept={**wanted.kept, DESSERTE: services})
