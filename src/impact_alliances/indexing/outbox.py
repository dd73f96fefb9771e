"""The changes that one index has not taken yet.

Each index follows the base for itself under a name of its own: the one of a search server, the one
in the folder of each machine. So none depends on who indexes the others, nor on how fast.
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Engine, delete, func, or_
from sqlmodel import Session, SQLModel, col, select

from impact_alliances.batching import batched
from impact_alliances.db import insert_absent, reading, writing
from impact_alliances.resources.changes import REBUILD, Change, Follower, Taken
from impact_alliances.resources.key import Key
from impact_alliances.resources.resource import now

BATCH = 500
# An index says that often that it is kept; after so long a silence no change waits for it any more,
# and it is built anew if it comes back.
SEEN_EVERY, SILENCE = dt.timedelta(minutes=1), dt.timedelta(days=2)


class Outbox:
    """What waits for the index that follows the base under `name`."""

    def __init__(self, database: Engine, name: str) -> None:
        self._database, self.name = database, name

    # -- what waits -------------------------------------------------------------------------------

    def waiting(self, limit: int | None = None, newest: int | None = None) -> Sequence[Change]:
        """The changes not taken yet, oldest first; none after that number."""
        with reading(self._database) as session:
            return session.exec(
                select(Change).where(*self._untaken(newest)).order_by(col(Change.id)).limit(limit)
            ).all()

    def newest(self) -> int:
        """The number of the last change made; 0 when there is none."""
        with reading(self._database) as session:
            return session.exec(select(func.max(Change.id))).one() or 0

    def count(self, newest: int | None = None) -> int:
        """How many wait; none after that number."""
        with reading(self._database) as session:
            return session.exec(
                select(func.count()).select_from(Change).where(*self._untaken(newest))
            ).one()

    def waits_since(self) -> dt.datetime | None:
        """When the oldest of them was made; None when none waits."""
        with reading(self._database) as session:
            return session.exec(select(func.min(Change.at)).where(*self._untaken())).one()

    def _untaken(self, newest: int | None = None) -> tuple[ColumnElement[bool], ...]:
        taken = select(Taken).where(Taken.follower == self.name, Taken.change_id == col(Change.id))
        ours = or_(col(Change.kind) != REBUILD, col(Change.resource_id).in_(("", self.name)))
        until = [] if newest is None else [col(Change.id) <= newest]
        return ~taken.exists(), ours, *until

    # -- following --------------------------------------------------------------------------------

    def is_followed(self) -> bool:
        """Whether the index was built from this base and has been kept since. It is noted that it
        is.
        """
        with reading(self._database) as session:
            follower = session.get(Follower, self.name)
            is_whole = follower is not None and follower.is_whole
            is_recent = follower is not None and now() - follower.seen_at < SEEN_EVERY
        if is_whole and not is_recent:
            self._note(is_whole=True)
        return is_whole

    def is_new(self) -> bool:
        """Whether no index of this base was ever begun, of whatever name: one that lost its folder
        has another.
        """
        with reading(self._database) as session:
            return session.exec(select(Follower.name)).first() is None

    def begin(self) -> Sequence[Change]:
        """Have changes kept for this index from now on, while it is built. Those made before, which
        its documents will hold.
        """
        self._note(is_whole=False)
        return self.waiting()

    def is_built(self, covered: Sequence[Change]) -> None:
        """The index in use was built since `begin`, and holds these."""
        self.take(covered)
        self._note(is_whole=True)

    def _note(self, *, is_whole: bool) -> None:
        with writing(self._database) as session:
            session.merge(Follower(name=self.name, is_whole=is_whole))
            gone = select(Follower.name).where(col(Follower.seen_at) < now() - SILENCE)
            session.execute(delete(Taken).where(col(Taken.follower).in_(gone)))
            session.execute(delete(Follower).where(col(Follower.name).in_(gone)))

    # -- taking -----------------------------------------------------------------------------------

    def take(self, changes: Sequence[Change]) -> None:
        """Note that the index has these."""
        for batch in batched([change.id for change in changes if change.id is not None], BATCH):
            with writing(self._database) as session:
                rows = [{"change_id": number, "follower": self.name} for number in batch]
                insert_absent(session, Taken, rows)
                _drop_what_all_have(session)

    def ask_again(self, touched: Sequence[Key]) -> None:
        """Have these resources given to the index again, by whoever keeps it now."""
        with writing(self._database) as session:
            session.add_all(Change(kind=key.kind, resource_id=key.id) for key in touched)

    def ask_rebuild(self) -> None:
        """Ask whoever keeps this index to rebuild it."""
        with writing(self._database) as session:
            session.add(Change(kind=REBUILD, resource_id=self.name))


def _drop_what_all_have(session: Session) -> None:
    """Remove the changes that nobody waits for.

    One statement decides and removes, so an index that begins to follow meanwhile loses nothing:
    what this statement sees was committed before, and is in the documents that index is built from.
    """
    has = select(Taken).where(
        Taken.follower == col(Follower.name), Taken.change_id == col(Change.id)
    )
    mine = or_(col(Change.kind) != REBUILD, col(Change.resource_id).in_(("", col(Follower.name))))
    lacking = select(Follower).where(mine, ~has.correlate(Follower, Change).exists())
    done = select(Change.id).where(~lacking.correlate(Change).exists())
    # Two indexers may tidy at once: each passes over the rows of the other.
    session.execute(_delete(Change, col(Change.id).in_(done.with_for_update(skip_locked=True))))
    left = select(Change.id).where(col(Change.id) == Taken.change_id)
    orphans = select(Taken.change_id).where(~left.correlate(Taken).exists())
    session.execute(
        _delete(Taken, col(Taken.change_id).in_(orphans.with_for_update(skip_locked=True)))
    )


def _delete(table: type[SQLModel], condition: object):  # type: ignore[no-untyped-def]
    return delete(table).where(condition).execution_options(synchronize_session=False)  # type: ignore[arg-type]


def ask_rebuild(session: Session) -> None:
    """Ask that every index be rebuilt, by whoever keeps it."""
    session.add(Change(kind=REBUILD))
