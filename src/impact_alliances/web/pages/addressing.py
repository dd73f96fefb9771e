"""Where a page of searches lives on the site, and what a request asks of it."""

from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import RedirectResponse

from impact_alliances import urls
from impact_alliances.resources.kinds import KINDS
from impact_alliances.search.parameters import parse
from impact_alliances.search.query import FILTERS, SearchQuery
from impact_alliances.web.rendering import wants_fragment

# The parameter that names a facet to show whole: of the page, not of the search.
SHOW_WHOLE = "voir"
# A wrong value of these deserves its notice; all else that is wrong just leaves the address.
_TOLD = frozenset({*FILTERS, "q", "near", "rayon", "comme", "page", "par_page", "tri", "mode"})


@dataclass(frozen=True)
class SearchAddress:
    """The path of a page of searches, and the kind that goes without saying there, if one does."""

    path: str
    kind: str = ""

    def of(self, query: SearchQuery, *more: tuple[str, str]) -> str:
        """Where this page shows that search; `more` are parameters of the page alone."""
        return urls.with_parameters(self.path, [*self.pairs(query), *more])

    def pairs(self, query: SearchQuery) -> list[tuple[str, str]]:
        """The parameters of a search, but for what goes without saying here."""
        return [pair for pair in query.pairs() if pair != ("kind", self.kind)]


EVERYTHING = SearchAddress(urls.SEARCH)
CATALYSEURS = SearchAddress(urls.collection_page(KINDS["catalyseur"]), "catalyseur")


@dataclass(frozen=True)
class Asked:
    """What a request asks: a search, what to say of what could not be taken, the facets to show
    whole; and the clean address of it, where the one given is not and nothing is to be said.
    """

    query: SearchQuery
    notices: tuple[str, ...]
    whole: frozenset[str]
    elsewhere: RedirectResponse | None = None

    @classmethod
    def of(cls, request: Request, address: SearchAddress) -> "Asked":
        """What this request asks of the page at this address."""
        given = [pair for pair in request.query_params.multi_items() if pair[0] != SHOW_WHOLE]
        whole = frozenset(request.query_params.getlist(SHOW_WHOLE)) & FILTERS.keys()
        if address.kind:
            searched = [pair for pair in given if pair[0] != "kind"] + [("kind", address.kind)]
        else:
            searched = given
        query, problems = parse(searched)
        notices = tuple(problem.sentence for problem in problems)
        if given == address.pairs(query) or any(one.parameter in _TOLD for one in problems):
            return cls(query, notices, whole)
        # An empty field or an unknown parameter leaves a cleaner address; a fragment has one
        # already: it is pushed with its answer.
        is_page = not wants_fragment(request)
        clean = RedirectResponse(address.of(query), 302, {"Vary": "HX-Request"})
        return cls(query, (), whole, clean if is_page else None)
