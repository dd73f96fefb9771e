"""A part of a set by distance, as it is asked of a server that knows no distance."""

import re
from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from impact_alliances.engines.engine import Window
from impact_alliances.engines.meilisearch.filters import id_of
from impact_alliances.engines.meilisearch.nearby import Part
from impact_alliances.geo.globe import placed
from impact_alliances.geo.origin import Origin

# Lannion, Guingamp, Morlaix, Paris, two communes of one point, Cayenne, and a commune whose point
# nobody knows; or none.
COMMUNES = ("22113", "22070", "29151", "75056", "02124", "02532", "97302", "98412", "")
# Places, the last one a commune of the mainland whose point would not be known.
ORIGINS = (
    *(Origin.of(text) for text in ("22113", "48.7,-3.5", "02532", "97302", "98412")),
    replace(Origin.of("22113"), point=None),
)
Document = dict[str, Any]


def _answers(documents: list[Document], question: dict[str, Any]) -> dict[str, Any]:
    """What a server that holds these documents answers: of its filters, those of a part alone."""
    (clause,) = question["filter"]
    field, _, values = clause.partition(" IN ")
    asked = set(re.findall(r'"([^"]*)"', values))
    found = [one for one in documents if asked & {*one[field]}]
    found.sort(key=lambda one: -one["date_order"])
    start = question["offset"]
    return {"hits": found[start : start + question["limit"]]}


@given(
    st.lists(st.sampled_from(COMMUNES), max_size=30),
    st.sampled_from(ORIGINS),
    st.integers(0, 35),
    st.integers(1, 12),
)
@example(["02124", "02532"] * 4, ORIGINS[0], 4, 2)
@example(["02124", "02532"] * 4, ORIGINS[0], 2, 2)
def test_any_part_is_that_of_the_whole_in_order(
    communes: list[str], origin: Origin, offset: int, limit: int
) -> None:
    documents: list[Document] = [
        {
            "id": f"case-{number}",
            "commune": [code] if code else [],
            "territoire": [placed(code)[0]],
            "date_order": number * 7 % 31,
        }
        for number, code in enumerate(communes)
    ]

    def order(one: Document) -> tuple[float, int]:
        km = origin.distance_to("".join(one["commune"]))
        return float("inf") if km is None else km, -one["date_order"]

    part = Part.of(Counter(filter(None, communes)), origin, Window(origin, offset, limit))
    questions = part.questions([])
    assert len(questions) <= 2
    keys = part.keys([_answers(documents, question) for question in questions])
    whole = [one["id"] for one in sorted(documents, key=order)]
    assert [id_of(key) for key in keys] == whole[offset : offset + limit]
