"""What an index is built from: the published resources of the base, and their documents."""

import logging
from collections.abc import Iterable, Iterator

from sqlalchemy import Engine, func
from sqlmodel import col, select

from impact_alliances.db import reading
from impact_alliances.engines.documents import SearchDocument, document_of
from impact_alliances.resources.kinds import KINDS, key_of
from impact_alliances.resources.resource import PUBLISHED, Resource

# Resources read, and indexed, at once.
BATCH = 500
_log = logging.getLogger(__name__)


def published_count(database: Engine) -> int:
    """How many resources are published."""
    with reading(database) as session:
        tables = [kind.table for kind in KINDS.values()]
        counts = [
            select(func.count()).select_from(table).where(col(table.status) == PUBLISHED)
            for table in tables
        ]
        return sum(session.exec(statement).one() for statement in counts)


def published_batches(database: Engine) -> Iterator[list[Resource]]:
    """Every published resource, kind after kind, in batches. Editors may save faster than an
    index takes: a batch that is not full is the last of its kind.
    """
    for kind in KINDS.values():
        last, is_over = "", False
        while not is_over:
            table = kind.table
            statement = select(table).where(col(table.status) == PUBLISHED, col(table.id) > last)
            with reading(database) as session:
                batch = list(session.exec(statement.order_by(col(table.id)).limit(BATCH)))
            is_over = len(batch) < BATCH
            if batch:
                last = batch[-1].id
                yield batch


def documents_of(resources: Iterable[Resource]) -> list[SearchDocument]:
    """Their documents. One resource of which none can be made is logged and passed over: it must
    not hold back the others.
    """
    made = []
    for resource in resources:
        try:
            made.append(document_of(resource))
        except Exception:
            _log.exception(
                "La fiche %s ne peut pas être indexée et manque à la recherche.", key_of(resource)
            )
    return made
