"""What an answer says of an index that is behind the base."""

import datetime as dt

from sqlalchemy import Engine, update

from impact_alliances.db import writing
from impact_alliances.indexing.lateness import BEHIND, LATE, LOOK_EVERY_S, Lateness
from impact_alliances.indexing.outbox import Outbox
from impact_alliances.resources.changes import Change
from impact_alliances.resources.resource import now
from support.builders import a_case, store
from tests.clock import Clock


def _since(database: Engine, age: dt.timedelta) -> None:
    """Make what waits that old."""
    with writing(database) as session:
        session.execute(update(Change).values(at=now() - age))


def test_it_is_said_once_what_waits_is_late(database: Engine) -> None:
    """A second or two is nothing to speak of."""
    clock = Clock()
    lateness = Lateness(lambda: Outbox(database, "a"), clock)
    assert lateness.sentence() is None
    store(database, a_case())
    for age, said in ((LATE / 2, None), (LATE * 2, BEHIND)):
        _since(database, age)
        clock.now += LOOK_EVERY_S
        assert lateness.sentence() == said


def test_the_outbox_is_looked_at_once_a_second_however_many_ask(database: Engine) -> None:
    """Each search asks: the database would be asked as often."""
    clock, looks = Clock(), []

    def outbox() -> Outbox:
        looks.append(clock.now)
        return Outbox(database, "a")

    lateness = Lateness(outbox, clock)
    for _ in range(3):
        for _ in range(5):
            lateness.sentence()
        clock.now += LOOK_EVERY_S
    assert looks == [0, LOOK_EVERY_S, 2 * LOOK_EVERY_S]
