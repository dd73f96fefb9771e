"""What is made beside, while the former value answers."""

import threading

from impact_alliances.meaning.renewal import FRESHNESS_S, Renewed
from tests.waiting import until


class Making:
    """Makes 1, 2, 3…, each when it is let; `is_at_it` while it makes."""

    def __init__(self) -> None:
        self.made = 0
        self.now = 0.0
        self.let = threading.Semaphore(0)
        self.is_at_it = False
        self.value = Renewed(self._make, clock=lambda: self.now)

    def _make(self, former: int | None) -> int:
        self.is_at_it = True
        self.let.acquire()
        self.is_at_it = False
        self.made = (former or 0) + 1
        return self.made


def _beside() -> Making:
    """One that has made its first value, and makes the next one in a thread beside."""
    making = Making()
    making.let.release()
    assert making.value.now() == 1
    making.now += 2 * FRESHNESS_S
    assert making.value.now() == 1
    assert until(lambda: making.is_at_it)
    return making


def test_the_former_value_answers_while_the_next_is_made() -> None:
    making = _beside()
    assert making.value.now() == 1
    making.let.release()
    assert until(lambda: making.value.now() == 2)


def test_closing_waits_for_what_is_being_made() -> None:
    """Else its thread would go on with a database that is left."""
    making = _beside()
    closing = threading.Thread(target=making.value.close)
    closing.start()
    closing.join(timeout=0.2)
    assert closing.is_alive()
    making.let.release()
    closing.join(timeout=60)
    assert not closing.is_alive()
    assert making.made == 2


def test_nothing_is_made_once_closed() -> None:
    making = _beside()
    making.let.release()
    making.value.close()
    making.now += 100 * FRESHNESS_S
    assert [making.value.now() for _ in range(3)] == [2, 2, 2]
    making.let.release()
    threading.Event().wait(0.1)
    assert making.made == 2
