"""Whether an index and the base agree, document by document."""

from sqlalchemy import Engine

from impact_alliances.engines.engine import IndexWriter
from impact_alliances.indexing.contents import documents_of, published_batches
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import key_of


def differences(database: Engine, writer: IndexWriter) -> dict[str, list[Key]]:
    """What tells index and database apart once the outbox is empty: keys `missing`, `stale` or
    `extra` in the index, and `refused` by it.
    """
    indexed, refused = writer.fingerprints(), set(writer.refused())
    expected: dict[Key, str] = {}
    for batch in published_batches(database):
        documents = {document.key: document.fingerprint for document in documents_of(batch)}
        refused |= {key_of(resource) for resource in batch} - documents.keys()
        expected |= documents
    return {
        "missing": sorted(expected.keys() - indexed.keys() - refused),
        "stale": sorted(
            key for key in expected.keys() & indexed.keys() if expected[key] != indexed[key]
        ),
        "extra": sorted(indexed.keys() - expected.keys()),
        "refused": sorted(refused - indexed.keys()),
    }
