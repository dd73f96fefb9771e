"""Which texts need a vector: what the base holds against what a model has read of it."""

import logging
from collections.abc import Sequence

from sqlalchemy import Engine, delete, func, tuple_
from sqlmodel import Session, col, select

from impact_alliances.db import insert_absent, reading, writing
from impact_alliances.embeddings.store import Embedding, drop_misfits, unreadable
from impact_alliances.indexing.contents import published_batches, published_count
from impact_alliances.meaning.passages import FRAGILITE, Passages, passages_of
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import KINDS, key_of
from impact_alliances.resources.published import load
from impact_alliances.resources.resource import Resource
from impact_alliances.vocabularies.terms import FRAGILITES

_log = logging.getLogger(__name__)


class VectorNeeds:
    """The needs of one model: a row of `Embedding` for each text it has read or is to read. Without
    a `model` nothing is needed, but what leaves the base is forgotten all the same.
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
        wanted = {key_of(resource): passages_of(resource).text_hash for resource in resources}
        present = select(Embedding.kind, Embedding.subject, Embedding.model, Embedding.text_hash)
        rows = session.exec(
            present.where(col(Embedding.subject).in_([subject for _, subject in wanted]))
        ).all()
        stale = {
            Key(kind, subject)
            for kind, subject, _, text_hash in rows
            if wanted.get(Key(kind, subject), text_hash) != text_hash
        }
        self.forget(session, list(stale))
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
        """Remove the vectors of these, of whatever model."""
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
        asked = (
            select(func.count())
            .select_from(Embedding)
            .where(Embedding.model == self._model, col(Embedding.kind).in_(KINDS))
        )
        with reading(self._database) as session:
            if session.exec(asked).one() >= published_count(self._database):
                return
        for batch in published_batches(self._database):
            with writing(self._database) as session:
                self.reconcile(session, batch)

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

    def texts(self, limit: int) -> dict[Key, Passages]:
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
            return _passages(session, [Key(kind, subject) for kind, subject in rows])

    def unreadable(self) -> list[Key]:
        """The resources that this model cannot read."""
        return unreadable(self._database, self._model) if self._model else []

    def lacking(self) -> int:
        """How many resources and fragilités this model has not read yet, those it cannot read left
        out.
        """
        return self.lacking_sheets() + self._lacking((FRAGILITE,), len(FRAGILITES.terms))

    def lacking_sheets(self) -> int:
        """How many of these are resources: fragilités come with the program, not with a file."""
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


def _passages(session: Session, subjects: Sequence[Key]) -> dict[Key, Passages]:
    """The texts of these subjects; of a resource no longer published there is none."""
    resources = load(session, [subject for subject in subjects if subject.kind != FRAGILITE])
    texts = {key: passages_of(resource) for key, resource in resources.items()}
    for key in subjects:
        if key.kind == FRAGILITE:
            term = FRAGILITES.by_slug[key.id]
            texts[key] = Passages(term.label, (term.description,))
    return texts
