"""The embedded engine: a tantivy index in a folder, and exact vector search in memory.

A generation is a sub-folder; the file `CURRENT` names the one in use. A rebuild fills another one and rewrites `CURRENT`, so a
reader, in this process or another, never meets a half-built index.
"""

import contextlib
import shutil
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Filter, Occur, Query, TextAnalyzerBuilder, Tokenizer

from impact_alliances.search.documents import SearchDocument
from impact_alliances.search.engine import Bar, Candidate, Counts, EngineFailure, Neighbours, Order, Vector, Wanted, Weighted
from impact_alliances.search.synonyms import Expression
from impact_alliances.search.vectors import VectorIndex
from impact_alliances.vocabularies.terms import FACETS

# Part of every generation's name: a change of fields or of analysis makes the old index unreadable on purpose.
SCHEMA_VERSION = 1
# A word of the title counts this much against one of the text (flat between 1 and 3 in SEARCH measurements).
TITLE_BOOST = 1.5
# Past the eighth heaviest concept the bar's query grows without changing the set much.
MOST_CONCEPTS = 8
_HEAP_BYTES = 60_000_000
_VALUES = 20_000
_FACET_FIELDS = ("kind", *FACETS)
Place = tuple[int, int]
_MEND = "L’index de recherche est absent ou abîmé : lancez « impact-alliances reindex »."


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    raw: dict[str, Any] = {"tokenizer_name": "raw", "index_option": "basic"}
    builder.add_text_field("key", stored=True, fast=True, **raw)
    builder.add_text_field("fingerprint", stored=True, **raw)
    builder.add_text_field("title", tokenizer_name="stems")
    builder.add_text_field("text", tokenizer_name="stems")
    for name in ("stems", "words", "title_words"):
        builder.add_text_field(name, **raw)
    builder.add_text_field("title_order", fast=True, **raw)
    builder.add_integer_field("date_order", fast=True, indexed=True)
    for name in _FACET_FIELDS:
        builder.add_text_field(name, fast=True, stored=name == "fragilite", **raw)
    return builder.build()


SCHEMA = _schema()


def _opened(folder: Path) -> tantivy.Index:
    index = tantivy.Index(SCHEMA, path=str(folder))
    # Our analysis is done: a document and a query both bring stems parted by spaces.
    index.register_tokenizer("stems", TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.remove_long(80)).build())
    return index


def _stored(document: SearchDocument) -> tantivy.Document:
    stored = tantivy.Document(
        key=document.key,
        fingerprint=document.fingerprint,
        title=" ".join(document.title),
        text=" ".join(document.text),
        title_order=document.title_order,
        date_order=document.date_order,
    )
    lists: dict[str, Iterable[str]] = {
        "stems": document.stems,
        "words": document.words,
        "title_words": document.title_words,
        **document.facets,
    }
    for name, values in lists.items():
        for value in values:
            stored.add_text(name, value)
    return stored


@contextlib.contextmanager
def _ours() -> Iterator[None]:
    """Turn whatever tantivy raises, its panics included (they are not `Exception`s), into our own failure."""
    try:
        yield
    except EngineFailure:
        raise
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as fault:
        raise EngineFailure(_MEND) from fault


class Generations:
    """The folder of generations and the pointer to the one in use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pointer = folder / "CURRENT"

    def current(self) -> Path | None:
        """The generation in use, or None when there is none or it is of another schema."""
        try:
            name = self._pointer.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return None
        found = self.folder / name
        is_ours = name.startswith(f"v{SCHEMA_VERSION}-") and (found / "meta.json").is_file()
        return found if is_ours else None

    def stamp(self) -> int:
        """Changes whenever the pointer does."""
        try:
            return self._pointer.stat().st_mtime_ns
        except OSError:
            return 0

    def fresh(self) -> Path:
        """A new empty generation, not in use yet."""
        made = self.folder / f"v{SCHEMA_VERSION}-{uuid.uuid4().hex[:12]}"
        made.mkdir(parents=True)
        return made

    def switch(self, generation: Path) -> None:
        """Put `generation` in use, at once for every reader, and drop the others."""
        beside = self.folder / f"CURRENT.{uuid.uuid4().hex[:8]}"
        beside.write_text(generation.name, encoding="ascii")
        beside.replace(self._pointer)
        self.sweep()

    def sweep(self) -> None:
        """Remove generations not in use: leftovers of a rebuild that was killed, or the previous one.

        Readers that still hold the previous generation keep its open files.
        """
        kept = self.current()
        for other in self.folder.glob("v*-*"):
            if other != kept:
                shutil.rmtree(other, ignore_errors=True)


class TantivyEngine:
    """Finds and counts in the generation in use; reopens when it changes."""

    def __init__(self, folder: Path, vectors: VectorIndex) -> None:
        self._generations = Generations(folder)
        self._vectors = vectors
        self._lock = threading.Lock()
        self._index: tantivy.Index | None = None
        self._stamp = -1
        self._words: tuple[int, dict[str, int]] = (-1, {})

    # -- opening ---------------------------------------------------------------------------------

    def _open(self) -> tantivy.Index:
        stamp = self._generations.stamp()
        with self._lock:
            if self._index is None or stamp != self._stamp:
                current = self._generations.current()
                if current is None:
                    self._index = None
                    raise EngineFailure(_MEND)
                self._index, self._stamp = _opened(current), stamp
                self._words = (-1, {})
            return self._index

    def _searcher(self) -> tantivy.Searcher:
        return self._open().searcher()

    def refresh(self) -> None:
        """See at once what this process has just written; what others write is seen within about a second."""
        with _ours():
            self._open().reload()
            self._words = (-1, {})

    # -- the words of the corpus -----------------------------------------------------------------

    def frequencies(self, stems: Iterable[str]) -> tuple[int, dict[str, int]]:
        with _ours():
            searcher = self._searcher()
            return searcher.num_docs, {stem: searcher.doc_freq("stems", stem) for stem in stems}

    def words(self) -> dict[str, int]:
        with _ours():
            searcher = self._searcher()
            if self._words[0] != searcher.num_docs:
                self._words = (searcher.num_docs, dict(searcher.terms_with_prefix("words", "")))
            return self._words[1]

    def starting(self, prefix: str, limit: int) -> list[str]:
        with _ours():
            return [word for word, _ in self._searcher().terms_with_prefix("words", prefix, limit=limit)]

    def neighbours(self, vector: Vector) -> Neighbours | None:
        return self._vectors.seen_from(vector)

    # -- sets ------------------------------------------------------------------------------------

    def counts(self, wanted: Wanted, facets: Sequence[str]) -> Counts:
        with _ours():
            searcher = self._searcher()
            free = [facet for facet in facets if facet not in wanted.filters]
            total, counted = _aggregated(searcher, _set_query(wanted), free)
            for facet in facets:
                if facet in wanted.filters:
                    counted |= _aggregated(searcher, _set_query(wanted.without(facet)), [facet])[1]
            return Counts(total, counted)

    def candidates(self, wanted: Wanted, concepts: Sequence[Weighted], limit: int) -> list[Candidate]:
        with _ours():
            searcher = self._searcher()
            members = (Occur.Must, Query.const_score_query(_set_query(wanted), 0.0))
            lexical = _scored(searcher, [members, *_bm25(concepts)], limit)
            covered = _scored(searcher, [members, *_coverage(concepts)], limit)
            return _joined(searcher, lexical, covered)

    def page(self, wanted: Wanted, order: Order, offset: int, limit: int, apart_from: Sequence[str] = ()) -> list[str]:
        if limit <= 0:
            return []
        with _ours():
            searcher = self._searcher()
            query = _set_query(wanted)
            if apart_from:
                seen = Query.term_set_query(SCHEMA, "key", list(apart_from))
                query = Query.boolean_query([(Occur.Must, query), (Occur.MustNot, seen)])
            field, direction = ("title_order", tantivy.Order.Asc) if order == "title" else ("date_order", tantivy.Order.Desc)
            found = searcher.search(query, limit, count=False, order_by_field=field, order=direction, offset=offset)
            return _keys(searcher, found)

    def titles(self, words: Sequence[str], limit: int) -> list[str]:
        if not words:
            return []
        with _ours():
            searcher = self._searcher()
            *whole, last = words
            ends = [term for term, _ in searcher.terms_with_prefix("title_words", last, limit=50)]
            clauses = [(Occur.Must, Query.term_query(SCHEMA, "title_words", word)) for word in whole]
            clauses.append((Occur.Must, Query.term_set_query(SCHEMA, "title_words", ends or [last])))
            found = searcher.search(Query.boolean_query(clauses), limit, count=False, order_by_field="date_order", order=tantivy.Order.Desc)
            return _keys(searcher, found)


# -- reading hits --------------------------------------------------------------------------------


def _keys(searcher: tantivy.Searcher, found: tantivy.SearchResult) -> list[str]:
    return [str(searcher.doc(address).get_first("key")) for _, address in found.hits]


def _scored(searcher: tantivy.Searcher, clauses: list[tuple[Any, Query]], limit: int) -> dict[Place, tuple[float, Any]]:
    found = searcher.search(Query.boolean_query(clauses), max(limit, 1), count=False)
    return {(address.segment_ord, address.doc): (score, address) for score, address in found.hits}


def _joined(
    searcher: tantivy.Searcher, lexical: dict[Place, tuple[float, Any]], covered: dict[Place, tuple[float, Any]]
) -> list[Candidate]:
    """The two rankings as one list. A document beyond the end of one of them gets that list's lowest score."""
    lowest = (min((score for score, _ in lexical.values()), default=0.0), None)
    least = (min((score for score, _ in covered.values()), default=0.0), None)
    addresses = {place: address for place, (_, address) in {**covered, **lexical}.items()}
    days = searcher.fast_field_values("date_order", list(addresses.values())) if addresses else []
    candidates = []
    for (place, address), day in zip(addresses.items(), days, strict=True):
        stored = searcher.doc(address)
        candidates.append(
            Candidate(
                key=str(stored.get_first("key")),
                lexical=lexical.get(place, lowest)[0],
                covered=covered.get(place, least)[0],
                date_order=int(day or 0),
                fragilites=tuple(stored.get_all("fragilite")),
            )
        )
    return candidates


# -- queries -------------------------------------------------------------------------------------


def _set_query(wanted: Wanted) -> Query:
    if wanted.nothing:
        return Query.empty_query()
    clauses = [(Occur.Must, _text_query(wanted))]
    clauses += [(Occur.Must, _phrase(phrase)) for phrase in wanted.phrases]
    clauses += [(Occur.Must, Query.term_set_query(SCHEMA, name, list(values))) for name, values in wanted.filters.items()]
    clauses += [(Occur.MustNot, _phrase(phrase)) for phrase in wanted.excluded]
    return Query.boolean_query(clauses)


def _text_query(wanted: Wanted) -> Query:
    parts = []
    if wanted.bar:
        parts.append(_over_the_bar(wanted.bar))
    if wanted.near:
        parts.append(Query.term_set_query(SCHEMA, "key", list(wanted.near)))
    if not parts:
        return Query.all_query()
    return _any(parts)


def _over_the_bar(bar: Bar) -> Query:
    """T(i, need): concept i and enough of the rest, or enough of the rest alone; pruned where always or never true."""
    heaviest = sorted(bar.concepts, key=lambda weighted: -weighted.weight)[:MOST_CONCEPTS]
    left = [sum(weighted.weight for weighted in heaviest[start:]) for start in range(len(heaviest) + 1)]
    has = [_has_concept(weighted) for weighted in heaviest]

    def enough(start: int, need: float) -> Query | None:
        if need <= 1e-9:
            return Query.all_query()
        if left[start] < need - 1e-9:
            return None
        parts = []
        with_it = enough(start + 1, need - heaviest[start].weight)
        if with_it is not None:
            is_last_needed = need - heaviest[start].weight <= 1e-9
            parts.append(has[start] if is_last_needed else _all([has[start], with_it]))
        without_it = enough(start + 1, need)
        if without_it is not None:
            parts.append(without_it)
        return _any(parts) if parts else None

    return enough(0, bar.need) or Query.empty_query()


def _has_concept(weighted: Weighted) -> Query:
    return _any([_all([_term("stems", stem) for stem in expression]) for expression in weighted.concept.alternatives])


def _bm25(concepts: Sequence[Weighted]) -> list[tuple[Any, Query]]:
    stems = dict.fromkeys(stem for weighted in concepts for stem in sorted(weighted.concept.stems))
    in_title = [(Occur.Should, Query.boost_query(_term("title", stem), TITLE_BOOST)) for stem in stems]
    return [*in_title, *((Occur.Should, _term("text", stem)) for stem in stems)]


def _coverage(concepts: Sequence[Weighted]) -> list[tuple[Any, Query]]:
    return [(Occur.Should, Query.const_score_query(_has_concept(weighted), weighted.weight)) for weighted in concepts]


def _phrase(expression: Expression) -> Query:
    # A phrase of one word makes tantivy panic.
    if len(expression) == 1:
        return _term("stems", expression[0])
    return _any([Query.phrase_query(SCHEMA, field, list(expression)) for field in ("title", "text")])


def _term(field: str, value: str) -> Query:
    return Query.term_query(SCHEMA, field, value)


def _any(queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])


def _all(queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, query) for query in queries])


def _aggregated(searcher: tantivy.Searcher, query: Query, facets: Sequence[str]) -> tuple[int, dict[str, dict[str, int]]]:
    wanted = {facet: {"terms": {"field": facet, "size": _VALUES, "segment_size": _VALUES}} for facet in facets}
    counted = {"_total": {"value_count": {"field": "key"}}, **wanted}
    found = searcher.aggregate(query, counted)
    values = {facet: {str(b["key"]): int(b["doc_count"]) for b in found[facet]["buckets"]} for facet in facets}
    return int(found["_total"]["value"]), values


# -- writing -------------------------------------------------------------------------------------


class TantivyWriter:
    """Writes the generation in use, and rebuilds beside it. One writer at a time: the indexer holds the lock."""

    # The search reads vectors from the database.
    wants_vectors = False

    def __init__(self, folder: Path, on_change: Callable[[], None] = lambda: None) -> None:
        self._generations = Generations(folder)
        self._on_change = on_change

    def is_ready(self) -> bool:
        """Whether there is a readable generation in use."""
        current = self._generations.current()
        if current is None:
            return False
        try:
            with _ours():
                index = _opened(current)
                return bool(index.searcher().num_docs >= 0)
        except EngineFailure:
            return False

    def apply(self, documents: Sequence[SearchDocument], removed: Sequence[str]) -> None:
        current = self._generations.current()
        if current is None:
            raise EngineFailure(_MEND)
        with _ours():
            _write(_opened(current), documents, removed)
        self._on_change()

    def rebuild(self, documents: Iterable[Sequence[SearchDocument]]) -> None:
        beside = self._generations.fresh()
        try:
            _fill(beside, documents)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        self._generations.switch(beside)
        self._on_change()

    def fingerprints(self) -> dict[str, str]:
        current = self._generations.current()
        if current is None:
            raise EngineFailure(_MEND)
        with _ours():
            searcher = _opened(current).searcher()
            hits = searcher.search(Query.all_query(), max(searcher.num_docs, 1)).hits
            stored = [searcher.doc(address) for _, address in hits]
            return {str(doc.get_first("key")): str(doc.get_first("fingerprint")) for doc in stored}


def _fill(folder: Path, documents: Iterable[Sequence[SearchDocument]]) -> None:
    """Write these documents in a new index. What the documents' source raises is its own, not the engine's."""
    with _ours():
        writer = _opened(folder).writer(_HEAP_BYTES, 1)
    try:
        for batch in documents:
            with _ours():
                for document in batch:
                    writer.add_document(_stored(document))
        with _ours():
            writer.commit()
            writer.wait_merging_threads()
    finally:
        # A failure keeps this frame, and an open writer would go on writing in a folder about to be removed.
        del writer


def _write(index: tantivy.Index, documents: Sequence[SearchDocument], removed: Sequence[str]) -> None:
    writer = index.writer(_HEAP_BYTES, 1)
    for key in dict.fromkeys([*removed, *(document.key for document in documents)]):
        writer.delete_documents_by_term("key", key)
    for document in documents:
        writer.add_document(_stored(document))
    writer.commit()
    writer.wait_merging_threads()
