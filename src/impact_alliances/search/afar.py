"""Those who serve a place and are not of the search around it: from afar, or at a distance."""

from dataclasses import replace

from impact_alliances.engines.documents import DESSERTE, IMPLANTATION
from impact_alliances.engines.engine import SearchEngine, Wanted
from impact_alliances.geo.origin import Origin
from impact_alliances.resources.key import Key
from impact_alliances.resources.resource import REMOTE
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
    found: list[Key] = []
    for service in services:
        wanted = _serving(replace(around, kept=bounds), service)
        found += engine.page(wanted, origin, 0, limit - len(found), [*left_out, *found])
    return found


def _services(origin: Origin) -> tuple[str, str, str]:
    departement = origin.commune.departement
    return f"dep:{departement}", f"reg:{REGION_OF[departement]}", REMOTE


def _serving(wanted: Wanted, *services: str) -> Wanted:
    return replace(wanted, kept={**wanted.kept, DESSERTE: services})
