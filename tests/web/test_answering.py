"""An answer as a terminal prints it, line by line."""

from impact_alliances.search.query import SearchQuery
from impact_alliances.web.answering import lines
from impact_alliances.wiring import Service


def test_hits_are_numbered_from_one_page_to_the_next(site_service: Service) -> None:
    """As one would count them."""
    said = lines(site_service.finder.find(SearchQuery(page=3, par_page=2)))
    assert [line[:4] for line in said if line[3:5] == ". "] == ["  5.", "  6."]
