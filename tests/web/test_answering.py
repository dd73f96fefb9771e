"""An answer as a program reads it, and as a terminal prints it, line by line."""

from contextlib import closing
from pathlib import Path

from impact_alliances.search.query import SearchQuery
from impact_alliances.web.answering import answer, lines
from impact_alliances.wiring import Service
from support.builders import a_case
from support.service import a_service


def test_a_word_put_right_is_told_with_its_accents(tmp_path: Path) -> None:
    """In what was typed for it and in what is looked for too, alike."""
    cases = [a_case(id="c1", title="Un médecin ici"), a_case(id="c2", title="Un docteur")]
    with closing(a_service(tmp_path, *cases)) as made:
        told = answer(made.finder.find(SearchQuery(q="medcin", mode="keyword")), "")
    assert told["corrections"] == [{"typed": "medcin", "used": "médecin"}]
    assert list(told["synonyms"]) == ["médecin"]


def test_hits_are_numbered_from_one_page_to_the_next(site_service: Service) -> None:
    """As one would count them."""
    said = lines(site_service.finder.find(SearchQuery(page=3, par_page=2)))
    assert [line[:4] for line in said if line[3:5] == ". "] == ["  5.", "  6."]
