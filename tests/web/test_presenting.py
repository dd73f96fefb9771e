"""How what is public of a sheet is worded."""

import datetime as dt
from typing import Any

import pytest

from impact_alliances.web.presenting import facts_of, meta_of, serves
from support.builders import a_case, a_catalyseur


def test_a_list_names_one_fragilite_and_counts_the_others() -> None:
    """Without a number where there is but one."""
    one, three = (a_case(fragilites=some) for some in (["sante"], ["sante", "mobilite", "emploi"]))
    assert meta_of(one)[-2] == "Santé"
    assert meta_of(three)[-2] == "Santé + 2"


def test_a_case_tells_when_it_began_and_when_it_ended() -> None:
    """By months; since when, as long as it goes on."""
    began, ended = dt.date(2021, 3, 1), dt.date(2023, 9, 30)

    def said(**days: dt.date) -> list[str]:
        return [value.label for fact in facts_of(a_case(**days)) for value in fact.values]

    assert "depuis mars 2021" in said(started_on=began)
    assert "de mars 2021 à septembre 2023" in said(started_on=began, ended_on=ended)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"area": ["dep:22", "reg:53"]}, "intervient dans les Côtes-d’Armor"),
        ({"area": ["reg:53"], "remote": True}, "intervient en Bretagne"),
        ({"area": ["dep:69"], "remote": True}, "intervient à distance"),
        ({"area": ["dep:29"]}, "intervient dans la même région"),
        ({"area": ["dep:69"]}, ""),
    ],
)
def test_how_somebody_serves_a_place_is_the_nearest_way(fields: dict[str, Any], told: str) -> None:
    """Nobody is said to serve a whole région for a part of it."""
    assert serves(a_catalyseur(departement="", **fields), "22") == told
    assert serves(a_catalyseur(departement="", **fields), "") == ""
