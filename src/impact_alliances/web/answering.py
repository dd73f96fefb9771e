"""One question and one answer for API, feeds and terminal: what is asked, and what is found, as
JSON or as lines.
"""

from dataclasses import replace
from typing import Any

from fastapi import Request

from impact_alliances import urls
from impact_alliances.errors import BadQuery
from impact_alliances.resources.kinds import kind_of
from impact_alliances.search.parameters import parse
from impact_alliances.search.query import FILTERS, SearchQuery
from impact_alliances.search.results import Facet, Hit, Results
from impact_alliances.vocabularies import french
from impact_alliances.web.placing import TYPED, Placing, placed
from impact_alliances.web.presenting import away, meta_of, place_of

# Of a request with several faults, a sentence tells these; its document tells them all.
_TOLD = 3


def asked(request: Request) -> SearchQuery:
    """The search of a request. Raises `BadQuery`: a program is never answered something else than
    what it asked.
    """
    placing = placed(request.query_params.multi_items())
    query, problems = parse(placing.pairs)
    told = [(problem.sentence, problem.as_dict()) for problem in problems]
    if placing.said:
        told.insert(0, _unclear(placing))
    if told:
        detail = " ".join(sentence for sentence, _ in told[:_TOLD])
        raise BadQuery(detail, [problem for _, problem in told])
    return query


def _unclear(placing: Placing) -> tuple[str, dict[str, str]]:
    """A typed place that is none, or several: in a sentence, and for the problem document, with the
    codes to give in its stead.
    """
    codes = [f"{french.quoted(one.parameters)} pour {one.label}" for one in placing.choices]
    sentence = f"{placing.said} Donnez {french.listed(codes, 'ou')}." if codes else placing.said
    return sentence, {"parameter": TYPED, "value": placing.typed, "reason": sentence}


def answer(found: Results, base_url: str) -> dict[str, Any]:
    """The JSON of an answer, for the API and for `impact-alliances search --json`."""
    query = found.query
    return {
        "query": {"q": query.q, "sentence": found.sentence},
        "total": found.total,
        "page": query.page,
        "per_page": query.par_page,
        "pages": found.pages,
        "next": _next(found, base_url),
        "took_ms": found.took_ms,
        "mode": query.mode,
        "degraded": found.degraded,
        "corrections": [{"typed": typed, "used": used} for typed, used in found.corrections],
        "synonyms": {word: list(names) for word, names in found.synonyms},
        "place": _place(found, base_url),
        "evoked": list(found.evoked),
        "hits": [_hit(hit, base_url) for hit in found.hits],
        "neighbours": [_hit(hit, base_url) for hit in found.neighbours or ()],
        "facets": {facet.name: _facet(query, facet, base_url) for facet in found.facets},
    }


def _next(found: Results, base_url: str) -> str | None:
    """The address of the page that follows; None after the last one."""
    following = found.query.page + 1
    if following > found.pages:
        return None
    return base_url + found.query.at(following).url(urls.API_SEARCH)


def _place(found: Results, base_url: str) -> dict[str, Any] | None:
    """The place read in the text, and those it may name too."""
    query, reading = found.query, found.reading
    place = reading.place
    if not place:
        return None
    others = [
        {
            "label": other.label,
            "url": replace(query, q=text, page=1).url(base_url + urls.API_SEARCH),
        }
        for other, text in reading.others
    ]
    return {
        "typed": reading.typed,
        "label": place.label,
        "said": place.surroundings,
        "commune": place.commune.code if place.commune else "",
        "departements": list(place.departements),
        "region": place.region,
        "others": others,
    }


def _hit(hit: Hit, base_url: str) -> dict[str, Any]:
    resource = hit.resource
    return {
        "kind": kind_of(resource).slug,
        "id": resource.id,
        "url": base_url + urls.page_of(resource),
        "title": resource.title,
        "title_html": str(hit.highlighted(resource.title)),
        "excerpt_html": str(hit.excerpt_html),
        "score": hit.score,
        "matched_by": list(hit.matched_by),
        "demande": hit.demande,
        "fragilites": resource.fragilites,
        "acteurs": resource.acteurs,
        "echelon": resource.echelon,
        "region": resource.region,
        "departement": resource.departement,
        "place": place_of(resource),
        "distance_km": hit.distance_km,
        "date": resource.date.isoformat() if resource.date else None,
        "updated_at": f"{resource.updated_at:%Y-%m-%dT%H:%M:%SZ}",
    }


def _facet(query: SearchQuery, facet: Facet, base_url: str) -> list[dict[str, Any]]:
    addresses = query.toggles(
        facet.name, [value for value, _, _ in facet.values], base_url + urls.API_SEARCH
    )
    label_of = FILTERS[facet.name].label_of
    return [
        {
            "value": value,
            "label": label_of(value),
            "count": count,
            "selected": selected,
            "url": addresses[value],
        }
        for value, count, selected in facet.values
    ]


def lines(found: Results) -> list[str]:
    """An answer for a terminal, line by line."""
    said = [found.sentence, *([found.degraded] if found.degraded else [])]
    if found.reading.place:
        said.append(f"Lieu compris : {found.reading.place.label} (« lieu=non » le refuse).")
    said += [
        f"Résultats pour « {used} » (au lieu de « {typed} »)." for typed, used in found.corrections
    ]
    for place, hit in enumerate(found.hits, start=found.query.first + 1):
        why = f"  [{' + '.join(hit.matched_by)}]" if hit.matched_by else ""
        how_far = away(hit.resource, hit.distance_km, found.origin)
        said += [
            "",
            f"{place:>3}. {hit.resource.title}{why}",
            f"     {' · '.join(filter(None, (how_far, *meta_of(hit.resource))))}",
        ]
        said.append(f"     {hit.excerpt_html.striptags()}")
    return said
