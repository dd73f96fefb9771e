"""Where a page of searches lives on the site, and what a request asks of it."""

from dataclasses import dataclass, replace

from fastapi import Request
from fastapi.responses import RedirectResponse

from impact_alliances import urls
from impact_alliances.resources.kinds import KINDS
from impact_alliances.search.parameters import parse
from impact_alliances.search.query import FILTERS, SearchQuery
from impact_alliances.web.maps.views import VIEW, View
from impact_alliances.web.placing import Placing, placed
from impact_alliances.web.rendering import wants_fragment

# Parameters of the page, not of the search: the name of a facet to show whole; the map rather than
# the list, where a phone has room for one. The part of France that a map shows is another (`VIEW`).
SHOW_WHOLE = "voir"
AS_A_MAP = ("vue", "carte")
_OF_PAGE = (SHOW_WHOLE, VIEW)
Pairs = list[tuple[str, str]]
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

    def completed(self, pairs: Pairs) -> Pairs:
        """The parameters of a request here, with what goes without saying."""
        if not self.kind:
            return pairs
        return [*(pair for pair in pairs if pair[0] != "kind"), ("kind", self.kind)]

    def pairs(self, query: SearchQuery) -> Pairs:
        """The parameters of a search, but for what goes without saying here."""
        return [pair for pair in query.pairs() if pair != ("kind", self.kind)]


EVERYTHING = SearchAddress(urls.SEARCH)
ON_A_MAP = SearchAddress(urls.SEARCH_MAP)
CATALYSEURS = SearchAddress(urls.collection_page(KINDS["catalyseur"]), "catalyseur")


@dataclass(frozen=True)
class Asked:
    """What a request asks: a search, what became of the place typed, what to say of what could not
    be taken, the facets to show whole, whether as a map, and which `view` of it; and the clean
    address of all that, where the one given is not and nothing is to be said.
    """

    query: SearchQuery
    placing: Placing
    notices: tuple[str, ...]
    whole: frozenset[str] = frozenset()
    is_map: bool = False
    view: str = ""
    elsewhere: RedirectResponse | None = None

    @classmethod
    def of(cls, request: Request, address: SearchAddress) -> "Asked":
        """What this request asks of the page at this address."""
        given = request.query_params.multi_items()
        searched = [pair for pair in given if pair[0] not in _OF_PAGE and pair != AS_A_MAP]
        placing = placed(address.completed(searched))
        query, problems = parse(placing.pairs)
        asked = cls(
            query,
            placing,
            tuple(filter(None, (placing.notice, *(problem.sentence for problem in problems)))),
            frozenset(request.query_params.getlist(SHOW_WHOLE)) & FILTERS.keys(),
            AS_A_MAP in given,
            view := _view_of(request),
        )
        is_clean = searched == address.pairs(query) and view == request.query_params.get(VIEW, "")
        if placing.notice or is_clean or any(one.parameter in _TOLD for one in problems):
            return asked
        # An empty field or an unknown parameter leaves a cleaner address; a fragment has one
        # already: it is pushed with its answer.
        if placing.said or wants_fragment(request):
            return replace(asked, notices=())
        clean = RedirectResponse(asked.url(address), 302, {"Vary": "HX-Request"})
        return replace(asked, elsewhere=clean)

    def url(self, address: SearchAddress) -> str:
        """The address of what is asked, seen as it is asked; a place that is not clear stays in it
        until it is.
        """
        seen = [AS_A_MAP] if self.is_map else []
        view = [(VIEW, self.view)] if self.view else []
        return address.of(self.query, *self.placing.unclear, *seen, *view)


def _view_of(request: Request) -> str:
    """The view of a map that is asked for, as it is written; empty without one."""
    view = View.read(request.query_params.get(VIEW, ""))
    return view.text if view else ""
