"""The settings of our index on a Meilisearch server: explicit, versioned, compared with what the
server holds.

The server analyses nothing: it filters, counts, sorts and finds the nearest vectors. So nothing is
searchable as text.
"""

from typing import Any

from impact_alliances.engines.documents import (
    DOCUMENT_VERSION,
    FACET_FIELDS,
    IDENTITIES,
    PLACE_FIELDS,
)
from impact_alliances.text.synonyms import thesaurus
from impact_alliances.vocabularies.matching import slugify

# Arrays of stems and words, whose distribution is the lexicon of the corpus.
SPOKEN_FIELDS = ("words", "title_words", "demande_words")
WORD_FIELDS = ("stems", "title", "text", *SPOKEN_FIELDS, "demandes")
LENGTH_FIELDS = ("title_length", "text_length", "demandes_length")
FILTERABLE = ("id", IDENTITIES, *FACET_FIELDS, *WORD_FIELDS, *LENGTH_FIELDS)
# What scoring reads of a document. Texts are read as one line each: a thousand documents come and
# are read ten times sooner.
_LINES = ("title_line", "title_length", "text_line", "text_length", "words_line")
_DEMANDES = ("demandes_line", "demandes_length")
SCORED = ("id", *_LINES, *_DEMANDES, "fragilite", "date_order", *PLACE_FIELDS)
SORTABLE = ("date_order", "title_order", "indexed_at")
# Above any vocabulary and any base we serve: a cap reached would make counts lie.
NO_CAP = 1_000_000


def embedder_name(model: str) -> str:
    """The name of the vectors on the server: another model is another setting, hence a rebuild."""
    return slugify(model)[:100] or "default"


def index_settings(embedder: str, dimensions: int) -> dict[str, Any]:
    """All that we set, for vectors of that name and size."""
    equality = {"facetSearch": False, "filter": {"equality": True, "comparison": False}}
    return {
        "searchableAttributes": [],
        "displayedAttributes": ["fingerprint", "state", "indexed_at", *SCORED],
        "filterableAttributes": [
            {
                # Other documents, or other expressions looked for in them, are another index.
                "attributePatterns": [
                    *FILTERABLE,
                    f"schema_v{DOCUMENT_VERSION}_{thesaurus().digest}",
                ],
                "features": equality,
            }
        ],
        "sortableAttributes": list(SORTABLE),
        # « words » is where the server puts the nearest vectors; no words are ever asked.
        "rankingRules": ["words", "sort"],
        "typoTolerance": {"enabled": False},
        "proximityPrecision": "byAttribute",
        "facetSearch": False,
        "prefixSearch": "disabled",
        "faceting": {"maxValuesPerFacet": NO_CAP, "sortFacetValuesBy": {"*": "alpha"}},
        "pagination": {"maxTotalHits": NO_CAP},
        "embedders": {embedder: {"source": "userProvided", "dimensions": dimensions}},
    }


def drift(wanted: dict[str, Any], present: dict[str, Any]) -> list[str]:
    """The names of the settings that the server does not hold as we set them."""
    return [name for name, value in wanted.items() if not _agree(name, present.get(name), value)]


def _agree(name: str, present: Any, wanted: Any) -> bool:
    if name == "sortableAttributes" and isinstance(present, list):
        # A set, which the server gives in an order of its own.
        return set(map(str, present)) == set(wanted)
    return _holds(present, wanted, whole=name == "embedders")


def _holds(present: Any, wanted: Any, *, whole: bool = False) -> bool:
    """Whether `present` says all that `wanted` says; a server may say more, save where the `whole`
    is ours.
    """
    if isinstance(wanted, dict) and isinstance(present, dict):
        same_keys = not whole or present.keys() == wanted.keys()
        return same_keys and all(_holds(present.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(present, list):
        return len(present) == len(wanted) and all(map(_holds, present, wanted))
    return bool(present == wanted)
