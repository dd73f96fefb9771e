"""The sets of the seam as tantivy queries."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from tantivy import Occur, Query

from impact_alliances.engines.bars import Language, over_the_bar
from impact_alliances.engines.engine import FORM_BOOST, TITLE_BOOST, Bar, Wanted, Weighted
from impact_alliances.engines.tantivy.index import SCHEMA
from impact_alliances.resources.key import Key
from impact_alliances.text.expressions import Expression

Clauses = list[tuple[Any, Query]]


class Sets(NamedTuple):
    """The documents wanted and, for each facet counted that has a filter, the same freed of it."""

    whole: Query
    freed: dict[str, Query]


def sets_of(wanted: Wanted, facets: Sequence[str]) -> Sets:
    """The sets by which `wanted` is counted for these facets."""
    used = [facet for facet in facets if facet in wanted.filters]
    return Sets(set_query(wanted), {facet: set_query(wanted.without(facet)) for facet in used})


def set_query(wanted: Wanted) -> Query:
    """The documents of a set, unscored."""
    clauses = [(Occur.Must, _asked(wanted))]
    clauses += [
        (Occur.Must, Query.term_set_query(SCHEMA, name, list(values)))
        for name, values in (*wanted.filters.items(), *wanted.kept.items())
    ]
    clauses += [(Occur.MustNot, _phrase(phrase)) for phrase in wanted.excluded]
    return Query.boolean_query(clauses)


def _asked(wanted: Wanted) -> Query:
    """The documents that the text asks for, whatever is excluded and filtered."""
    text = Query.empty_query() if wanted.nothing else _by_text(wanted)
    return _any([_among(wanted.named), text]) if wanted.named else text


def _by_text(wanted: Wanted) -> Query:
    places = [
        Query.term_set_query(SCHEMA, name, list(values)) for name, values in wanted.within.items()
    ]
    phrases = [_phrase(phrase) for phrase in wanted.phrases]
    return _all([_text_query(wanted), *([_any(places)] if places else []), *phrases])


def _among(keys: Sequence[Key]) -> Query:
    return Query.term_set_query(SCHEMA, "key", [str(key) for key in keys])


def _text_query(wanted: Wanted) -> Query:
    parts = []
    if wanted.bar:
        parts.append(_over_the_bar(wanted.bar))
    if wanted.near:
        parts.append(_among(wanted.near))
    if not parts:
        return Query.all_query()
    return _any(parts)


def _has_concept(weighted: Weighted) -> Query:
    return _any([_term("stems", stem) for stem in weighted.concept.alternatives])


def bm25(concepts: Sequence[Weighted]) -> Clauses:
    stems = dict.fromkeys(stem for weighted in concepts for stem in sorted(weighted.concept.stems))
    in_title = [
        (Occur.Should, Query.boost_query(_term("title", stem), TITLE_BOOST)) for stem in stems
    ]
    in_form = [
        (
            Occur.Should,
            Query.const_score_query(_term("words", one.concept.form), FORM_BOOST * one.weight),
        )
        for one in concepts
        if one.concept.form
    ]
    return [*in_title, *((Occur.Should, _term("text", stem)) for stem in stems), *in_form]


def demanded(stems: Sequence[str]) -> Clauses:
    """Demandes that hold one of these stems at least."""
    some = Query.boolean_query([(Occur.Should, _term("demandes", stem)) for stem in stems])
    return [(Occur.Must, some)]


def coverage(concepts: Sequence[Weighted]) -> Clauses:
    return [
        (Occur.Should, Query.const_score_query(_has_concept(weighted), weighted.weight))
        for weighted in concepts
    ]


def _phrase(expression: Expression) -> Query:
    # A phrase of one word makes tantivy panic.
    if len(expression) == 1:
        return _term("stems", expression[0])
    return _any(
        [Query.phrase_query(SCHEMA, field, list(expression)) for field in ("title", "text")]
    )


def _term(field: str, value: str) -> Query:
    return Query.term_query(SCHEMA, field, value)


def _any(queries: Sequence[Query]) -> Query:
    return (
        queries[0]
        if len(queries) == 1
        else Query.boolean_query([(Occur.Should, query) for query in queries])
    )


def _all(queries: Sequence[Query]) -> Query:
    return (
        queries[0]
        if len(queries) == 1
        else Query.boolean_query([(Occur.Must, query) for query in queries])
    )


_LANGUAGE = Language(_has_concept, _all, _any, Query.all_query(), Query.empty_query())


@lru_cache(maxsize=512)
def _over_the_bar(bar: Bar) -> Query:
    return over_the_bar(bar, _LANGUAGE)
