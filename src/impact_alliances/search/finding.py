"""From a query to loaded, explained hits: the one search of pages, API, terminal and feeds."""

import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy import Engine
from sqlmodel import Session

from impact_alliances.db import reading
from impact_alliances.embeddings.embedder import Embedder
from impact_alliances.embeddings.store import StoredVectors
from impact_alliances.resources.kinds import kind_of
from impact_alliances.resources.reading import load
from impact_alliances.resources.resource import Resource
from impact_alliances.search import ranking, titles_only
from impact_alliances.search.analysis import clean, words
from impact_alliances.search.documents import key_of, split_key
from impact_alliances.search.engine import EngineFailure, Neighbours, SearchEngine, Vector, Wanted
from impact_alliances.search.excerpt import excerpt
from impact_alliances.search.query import FILTERS, SearchQuery
from impact_alliances.search.spelling import Spelling
from impact_alliances.search.understanding import Understanding, understand
from impact_alliances.search.vectors import VectorIndex
from impact_alliances.vocabularies.matching import fold
from impact_alliances.vocabularies.terms import DEPARTEMENTS, FRAGILITES, REGIONS, TAILLES

BY_WORDS, BY_MEANING = "mots", "sens"
NO_VECTORS = "Les vecteurs de sens sont en cours de calcul : résultats par les mots seulement."
NO_MODEL = "Le modèle de sens n’est pas disponible ici : résultats par les mots seulement."
NO_INDEX = "La recherche avancée est momentanément indisponible : résultats par les mots du titre seulement."
_MARKED = re.compile(r"<mark>([^<&]+)</mark>")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Hit:
    """One resource found, with why. `score` is in [0, 1[; 0 when the order is not by relevance."""

    resource: Resource
    score: float
    matched_by: tuple[str, ...]
    excerpt_html: Markup


@dataclass(frozen=True)
class Facet:
    """The values of one facet, in the order to show: `value`, `count`, `selected`; those at zero included for small facets."""

    name: str
    values: tuple[tuple[str, int, bool], ...]


@dataclass(frozen=True)
class Found:
    """The answer to a query. `degraded` says, in French, what of the search did not work; None when all did."""

    query: SearchQuery
    total: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]
    understanding: Understanding
    evoked: tuple[str, ...]
    degraded: str | None
    took_ms: float

    @property
    def pages(self) -> int:
        """How many pages the result has, at least one."""
        return max(1, -(-self.total // self.query.par_page))

    @property
    def corrections(self) -> tuple[tuple[str, str], ...]:
        """(word typed, word used), the latter with the accents it has in the hits: the words of the corpus are kept folded."""
        seen = {fold(word): word.lower() for hit in self.hits for word in _MARKED.findall(str(hit.excerpt_html))}
        return tuple((typed, seen.get(used, used)) for typed, used in self.understanding.corrections)


@dataclass(frozen=True)
class _Text:
    """A text made searchable: its set, what the words and the meaning say, and what is missing."""

    understanding: Understanding
    wanted: Wanted
    neighbours: Neighbours | None
    grid: ranking.Grid
    degraded: str | None = None


class Finder:
    """Answers queries with one engine and, where there is one, a model."""

    def __init__(
        self, database: Engine, engine: SearchEngine, vectors: VectorIndex, embedder: Embedder | None, grid: StoredVectors | None
    ) -> None:
        self._database = database
        self._engine = engine
        self._lexicon = EngineLexicon(engine)
        self._vectors = vectors
        self._embedder = embedder
        self._fragilites = grid
        self._anchors: dict[str, Vector] = {}

    # -- searching --------------------------------------------------------------------------------

    def find(self, session: Session, query: SearchQuery) -> Found:
        """The page of hits of `query`, its exact total and facet counts. Never raises for a broken index."""
        started = time.perf_counter()
        try:
            text = self._read(query)
            total, hits, facets = self._answer(session, query, text)
        except EngineFailure as failure:
            _log.warning("%s", failure)
            text = _Text(Understanding(query.q), Wanted(), None, ranking.Grid({}), NO_INDEX)
            total, hits, facets = self._from_titles(session, query)
        took_ms = (time.perf_counter() - started) * 1000
        evoked = tuple(text.grid.evoked())
        return Found(query, total, hits, facets, text.understanding, evoked, text.degraded, round(took_ms, 2))

    def _answer(self, session: Session, query: SearchQuery, text: _Text) -> tuple[int, tuple[Hit, ...], tuple[Facet, ...]]:
        counts = self._engine.counts(text.wanted, list(FILTERS))
        facets = tuple(_facet(name, counts.facets[name], query.values(name)) for name in FILTERS)
        ranked = self._page(query, text, counts.total)
        found = load(session, [split_key(one.key) for one in ranked])
        wanted = text.understanding.stems
        hits = tuple(_hit(found[split_key(one.key)], one, wanted) for one in ranked if split_key(one.key) in found)
        return counts.total, hits, facets

    def _read(self, query: SearchQuery) -> _Text:
        if not query.q:
            return _Text(Understanding(""), Wanted(filters=query.chosen), None, ranking.Grid({}))
        understood = understand(query.q, self._lexicon, correct=query.correction, synonyms=query.synonymes)
        neighbours, degraded = self._meaning(query, understood)
        grid = self._grid(understood.text) if neighbours else ranking.Grid({})
        return _Text(understood, self._wanted(query, understood, neighbours), neighbours, grid, degraded)

    def _wanted(self, query: SearchQuery, understood: Understanding, neighbours: Neighbours | None) -> Wanted:
        total, frequencies = self._engine.frequencies(understood.stems)
        weighted = ranking.weights(understood.concepts, total, frequencies)
        bar = None if query.mode == "semantic" else ranking.bar_of(weighted)
        near = ranking.near_enough(neighbours) if neighbours else ()
        only_operators = not understood.concepts and bool(understood.phrases or understood.excluded)
        return Wanted(
            bar=None if only_operators else bar,
            near=() if only_operators else near,
            phrases=understood.phrases,
            excluded=understood.excluded,
            filters=query.chosen,
            nothing=not (bar or near or only_operators),
        )

    def _meaning(self, query: SearchQuery, understood: Understanding) -> tuple[Neighbours | None, str | None]:
        if query.mode == "keyword" or not understood.text:
            return None, None
        if not self._embedder:
            return None, NO_MODEL
        neighbours = self._engine.neighbours(self._embedder.embed_query(understood.text))
        return neighbours, None if neighbours else NO_VECTORS

    def _page(self, query: SearchQuery, text: _Text, total: int) -> list[ranking.Ranked]:
        first, size = (query.page - 1) * query.par_page, query.par_page
        if first >= total:
            return []
        if query.sort != "pertinence":
            keys = self._engine.page(text.wanted, "title" if query.sort == "titre" else "date", first, size)
            return self._explained(text, keys)
        ranked = self._ranked(text)
        kept = [self._explain(text, scored) for scored in ranked[first : first + size]]
        rest = size - len(kept)
        if rest and total > len(ranked):
            offset = max(0, first - len(ranked))
            keys = self._engine.page(text.wanted, "date", offset, rest, [candidate.key for _, candidate in ranked])
            kept += self._explained(text, keys)
        return kept

    def _ranked(self, text: _Text) -> list[ranking.Scored]:
        bar = text.wanted.bar
        candidates = self._engine.candidates(text.wanted, bar.concepts if bar else (), ranking.RANKED)
        return ranking.rank(candidates, bar=bar, neighbours=text.neighbours, grid=text.grid)[: ranking.RANKED]

    def _explain(self, text: _Text, scored: ranking.Scored) -> ranking.Ranked:
        return ranking.explain(scored, bar=text.wanted.bar, near=text.wanted.near)

    def _explained(self, text: _Text, keys: Sequence[str]) -> list[ranking.Ranked]:
        """Hits in an order that is not of relevance, each still saying why it is there."""
        if not text.understanding.text:
            return [ranking.Ranked(key, 0.0, False, False) for key in keys]
        known = {scored[1].key: scored for scored in self._ranked(text)}
        unranked = [ranking.Ranked(key, 0.0, text.wanted.bar is not None, False) for key in keys]
        return [self._explain(text, known[one.key]) if one.key in known else one for one in unranked]

    def _grid(self, text: str) -> ranking.Grid:
        if not self._anchors and self._fragilites:
            self._anchors = {key.partition(":")[2]: vectors[0] for key, vectors in self._fragilites.since(None).items()}
        if not self._anchors or not self._embedder:
            return ranking.Grid({})
        vector = self._embedder.embed_query(text)
        return ranking.Grid.of({slug: float(anchor @ vector) for slug, anchor in self._anchors.items()})

    def _from_titles(self, session: Session, query: SearchQuery) -> tuple[int, tuple[Hit, ...], tuple[Facet, ...]]:
        total, resources, counted = titles_only.search(session, query)
        facets = tuple(_facet(name, counted.get(name, {}), query.values(name)) for name in FILTERS)
        why = (BY_WORDS,) if query.q else ()
        return total, tuple(Hit(one, 0.0, why, excerpt(one.texts(), frozenset())) for one in resources), facets

    # -- neighbours of a resource -----------------------------------------------------------------

    def similar(self, session: Session, resource: Resource, limit: int, kind: str | None = None) -> list[tuple[Resource, str]]:
        """The published resources nearest to `resource` in meaning, each with the reason, of `kind` (its own by default)."""
        wanted = kind or kind_of(resource).slug
        keys = [key for key in self._near(resource) if key.startswith(f"{wanted}:")]
        found = load(session, [split_key(key) for key in keys[: limit + 4]])
        near = [found[split_key(key)] for key in keys if split_key(key) in found]
        return [(other, reason(resource, other)) for other in near[:limit]]

    def nearby_catalyseurs(self, session: Session, resource: Resource, limit: int) -> list[tuple[Resource, str]]:
        """Catalyseurs who serve the resource's département, else its région; those who know its fragilités first."""
        if not resource.departement:
            return []
        asked = [("departement", resource.departement), ("region", resource.region)]
        try:
            keys = [self._engine.page(Wanted(filters={"kind": ("catalyseur",), facet: (code,)}), "date", 0, 50) for facet, code in asked]
        except EngineFailure:
            return []
        ordered = list(dict.fromkeys(key for several in keys for key in several))
        found = load(session, [split_key(key) for key in ordered])
        near = [found[split_key(key)] for key in ordered if split_key(key) in found]
        near.sort(key=lambda one: (resource.departement not in one.departements(), -len(set(one.fragilites) & set(resource.fragilites))))
        return [(one, _service_of(resource, one)) for one in near[:limit]]

    def _near(self, resource: Resource) -> list[str]:
        own = key_of(resource)
        matrix = self._vectors.matrix()
        passages = matrix.passages(own) if matrix else None
        try:
            if passages is None:
                filters = {"fragilite": tuple(resource.fragilites[:1])} if resource.fragilites else {}
                keys = self._engine.page(Wanted(filters=filters), "date", 0, 100)
            else:
                vector = passages.mean(axis=0)
                standing = self._vectors.seen_from(vector)
                keys = [key for key, _ in standing.best(400)] if standing else []
        except EngineFailure:
            return []
        return [key for key in keys if key != own]

    # -- suggestions while typing -----------------------------------------------------------------

    def titles(self, session: Session, text: str, limit: int) -> list[Resource]:
        """Published resources whose title holds the words typed so far, the last one perhaps unfinished."""
        typed = [word for word in words(text) if word][-8:]
        try:
            keys = self._engine.titles(typed, limit)
        except EngineFailure:
            return []
        found = load(session, [split_key(key) for key in keys])
        return [found[split_key(key)] for key in keys if split_key(key) in found]

    def nearest_titles(self, text: str, limit: int) -> list[Resource]:
        """The resources that answer `text` best, for a page that does not exist."""
        with reading(self._database) as session:
            found = self.find(session, SearchQuery(q=clean(text)[:200], par_page=limit, mode="keyword"))
            return [hit.resource for hit in found.hits] if text.strip() else []


class EngineLexicon:
    """The words of the corpus as the engine knows them; ready for corrections until the corpus changes."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self._spelling = Spelling({})
        self.starting = engine.starting

    def has_stem(self, stem: str) -> bool:
        return self._engine.frequencies([stem])[1][stem] > 0

    def has_word(self, word: str) -> bool:
        return word in self._engine.words()

    def nearest(self, word: str) -> str | None:
        words = self._engine.words()
        if self._spelling.counts is not words:
            self._spelling = Spelling(words)
        return self._spelling.nearest(word)


def reason(resource: Resource, other: Resource) -> str:
    """Why `other` is a neighbour: what both share, in a few words."""
    shared = [slug for slug in resource.fragilites if slug in other.fragilites]
    parts = [f"même fragilité : {FRAGILITES.label_of(shared[0])}"] if shared else []
    if resource.taille and resource.taille == other.taille:
        parts.append(f"territoire de même taille ({TAILLES.label_of(other.taille).lower()})")
    if resource.region and resource.region == other.region:
        parts.append("même région")
    return ", ".join(parts[:2]) or "sujet voisin"


def _service_of(resource: Resource, catalyseur: Resource) -> str:
    near = resource.departement in catalyseur.departements()
    served = DEPARTEMENTS.label_of(resource.departement) if near else REGIONS.label_of(resource.region)
    shared = [FRAGILITES.label_of(slug) for slug in catalyseur.fragilites if slug in resource.fragilites]
    return ", ".join([f"intervient dans : {served}", *shared[:1]])


def _hit(resource: Resource, ranked: ranking.Ranked, wanted: frozenset[str]) -> Hit:
    why = (*((BY_WORDS,) if ranked.by_words else ()), *((BY_MEANING,) if ranked.by_meaning else ()))
    return Hit(resource, ranked.score, why, excerpt(resource.texts(), wanted))


# Facets with too many values to list those that no hit has.
_ONLY_PRESENT = frozenset({"departement", "annee"})
# Facets whose own order means something.
_IN_ORDER = frozenset({"kind", "echelon", "taille", "impact"})


def _facet(name: str, counted: dict[str, int], selected: Sequence[str]) -> Facet:
    known = () if name in _ONLY_PRESENT else tuple(FILTERS[name].by_slug)
    values = list(dict.fromkeys([*known, *sorted(counted, reverse=name == "annee"), *selected]))
    if name not in _IN_ORDER and name != "annee":
        rank = {value: index for index, value in enumerate(values)}
        values.sort(key=lambda value: (-counted.get(value, 0), rank[value]))
    return Facet(name, tuple((value, counted.get(value, 0), value in selected) for value in values))
