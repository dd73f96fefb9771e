"""Which texts need a vector: what the base holds against what a model has read of it."""

import logging
from collections.abc import Iterable, Sequence

from sqlalchemy import Engine, delete, func, tuple_
from sqlmodel import Session, col, select

from impact_alliances.db import insert_absent, reading, writing
from impact_alliances.embeddings.store import Embedding, drop_misfits, unreadable
from impact_alliances.indexing.contents import published_batches, published_count
from impact_alliances.meaning.asking import ASKED_KINDS, asked_keys, owner_of, readings_of
from impact_alliances.meaning.passages import FRAGILITE, Passages
from impact_alliances.meaning.reading import Readable
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import KINDS, key_of
from impact_alliances.resources.published import load
from impact_alliances.resources.resource import Resource
from impact_alliances.vocabularies.terms import FRAGILITES

_log = logging.getLogger(__name__)


class VectorNeeds:
    """The needs of one model: a row of `Embedding` for each text it has read or is to read, two a
    resource: its own, and how it is asked for. Without a `model` nothing is needed, but what leaves
    the base is forgotten all the same.
    """

    def __init__(self, database: Engine, model: str | None) -> None:
        self._database = database
        self._model = model or ""

    # -- noting -----------------------------------------------------------------------------------

    def reconcile(self, session: Session, resources: Sequence[Resource]) -> None:
        """Note which of these need (new) vectors: a changed text never keeps its old vector, of
        whatever model.
        """
        if not self._model or not resources:
            return
        wanted = {key: texts.text_hash for key, texts in _readings(resources).items()}
        looked_at = set(_with_asked([key_of(resource) for resource in resources]))
        present = select(Embedding.kind, Embedding.subject, Embedding.model, Embedding.text_hash)
        rows = session.exec(
            present.where(col(Embedding.subject).in_({subject for _, subject in wanted}))
        ).all()
        stale = {
            Key(kind, subject)
            for kind, subject, _, text_hash in rows
            if Key(kind, subject) in looked_at and wanted.get(Key(kind, subject)) != text_hash
        }
        self._remove(session, list(stale))
        kept = {
            Key(kind, subject) for kind, subject, made_by, _ in rows if made_by == self._model
        } - stale
        lacking = [key for key in wanted if key not in kept]
        # The indexer of another machine may be noting the same.
        fresh = [
            Embedding(kind=key.kind, subject=key.id, model=self._model, text_hash=wanted[key])
            for key in lacking
        ]
        insert_absent(session, Embedding, [row.model_dump() for row in fresh])

    def forget(self, session: Session, gone: Sequence[Key]) -> None:
        """Remove the vectors of these resources, of whatever model."""
        self._remove(session, _with_asked(gone))

    def _remove(self, session: Session, gone: Sequence[Key]) -> None:
        if not gone:
            return
        name = tuple_(col(Embedding.kind), col(Embedding.subject))
        # In one order, so that two indexers never wait for each other.
        rows = (
            select(Embedding.kind, Embedding.subject)
            .where(name.in_(gone))
            .order_by(col(Embedding.kind), col(Embedding.subject), col(Embedding.model))
            .with_for_update()
        )
        session.execute(delete(Embedding).where(name.in_(rows)))

    def drop_misfits(self, dimensions: int) -> None:
        """Have the vectors of other dimensions made again: a name on a model hub may come to mean
        other weights.
        """
        with writing(self._database) as session:
            dropped = drop_misfits(session, self._model, dimensions)
        if dropped:
            _log.warning(
                "%s vecteurs n’avaient pas les dimensions du modèle %s : ils sont recalculés.",
                dropped,
                self._model,
            )

    def ask_for_all(self) -> None:
        """Note every resource that this model has not been asked to read: a model chosen in the
        settings has them all to read.
        """
        published = published_count(self._database)
        if all(self._noted(kinds) >= published for kinds in (tuple(KINDS), ASKED_KINDS)):
            return
        for batch in published_batches(self._database):
            with writing(self._database) as session:
                self.reconcile(session, batch)

    def _noted(self, kinds: Sequence[str]) -> int:
        """How many texts of these kinds the model has read or is to read."""
        noted = select(func.count()).where(
            Embedding.model == self._model, col(Embedding.kind).in_(kinds)
        )
        with reading(self._database) as session:
            return session.exec(noted).one()

    def ask_for_fragilites(self) -> None:
        """Note the descriptions of the fragilités, all again when one of them changed."""
        wanted = {
            term.slug: Passages(term.label, (term.description,)).text_hash
            for term in FRAGILITES.terms
        }
        statement = select(Embedding).where(
            Embedding.kind == FRAGILITE, Embedding.model == self._model
        )
        with reading(self._database) as session:
            present = {row.subject: row.text_hash for row in session.exec(statement)}
        if present == wanted:
            return
        with writing(self._database) as session:
            session.execute(
                delete(Embedding).where(
                    col(Embedding.kind) == FRAGILITE, col(Embedding.model) == self._model
                )
            )
            session.add_all(
                Embedding(kind=FRAGILITE, subject=s, model=self._model, text_hash=h)
                for s, h in wanted.items()
            )

    # -- asking -----------------------------------------------------------------------------------

    def hashes(self, limit: int) -> dict[Key, str]:
        """The first texts that lack a vector, each as the hash of its text, those that the model
        cannot read among them.
        """
        lacking = select(Embedding.kind, Embedding.subject, Embedding.text_hash).where(
            col(Embedding.model) == self._model, col(Embedding.vectors).is_(None)
        )
        with reading(self._database) as session:
            rows = session.exec(
                lacking.order_by(col(Embedding.kind), col(Embedding.subject)).limit(limit)
            ).all()
        return {Key(kind, subject): text_hash for kind, subject, text_hash in rows}

    def texts(self, limit: int) -> dict[Key, Readable]:
        """The first texts that lack a vector, ready to be read, those that the model cannot read
        left out.
        """
        lacking = select(Embedding.kind, Embedding.subject).where(
            col(Embedding.model) == self._model,
            col(Embedding.vectors).is_(None),
            ~col(Embedding.is_unreadable),
        )
        with reading(self._database) as session:
            rows = session.exec(
                lacking.order_by(col(Embedding.kind), col(Embedding.subject)).limit(limit)
            ).all()
            return _texts(session, [Key(kind, subject) for kind, subject in rows])

    def unreadable(self) -> list[Key]:
        """The resources that this model cannot read, or not how they are asked for."""
        found = unreadable(self._database, self._model) if self._model else []
        return sorted({owner_of(key) for key in found})

    def lacking(self) -> int:
        """How many texts this model has not read yet, two a resource and one a fragilité, those it
        cannot read left out.
        """
        asked = self._lacking(ASKED_KINDS, published_count(self._database))
        return self.lacking_sheets() + asked + self._lacking((FRAGILITE,), len(FRAGILITES.terms))

    def lacking_sheets(self) -> int:
        """How many resources have a text that it has not read."""
        return self._lacking(tuple(KINDS), published_count(self._database))

    def _lacking(self, kinds: Sequence[str], of: int) -> int:
        if not self._model:
            return 0
        read = select(func.count()).where(
            Embedding.model == self._model,
            col(Embedding.kind).in_(kinds),
            col(Embedding.vectors).is_not(None) | col(Embedding.is_unreadable),
        )
        with reading(self._database) as session:
            return max(0, of - session.exec(read).one())


def _with_asked(keys: Sequence[Key]) -> list[Key]:
    """Every key under which vectors of these resources may stand."""
    return [one for key in keys for one in (key, *asked_keys(key))]


def _readings(resources: Iterable[Resource]) -> dict[Key, Readable]:
    return {key: read for one in resources for key, read in readings_of(one).items()}


def _texts(session: Session, keys: Sequence[Key]) -> dict[Key, Readable]:
    """What is to be read for these keys; of a resource no longer published there is nothing."""
    owners = {owner_of(key) for key in keys if key.kind != FRAGILITE}
    found = _readings(load(session, owners).values())
    for term in (FRAGILITES.by_slug[key.id] for key in keys if key.kind == FRAGILITE):
        found[Key(FRAGILITE, term.slug)] = Passages(term.label, (term.description,))
    return {key: found[key] for key in keys if key in found}
