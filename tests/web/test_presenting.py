"""How what is public of a sheet is worded."""

import datetime as dt

from impact_alliances.web.presenting import facts_of, meta_of
from support.builders import a_case


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
