"""The sender: takes what is due from the queue, one message at a time, one sender at a time.

A message is noted as being given before any of it is, and as taken after the server said so. Killed
between the two, its sender leaves a doubt that the next one tells, and never lifts by itself.
"""

import logging
import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from impact_alliances.errors import Unavailable
from impact_alliances.locks import Busy, Lock, Lost
from impact_alliances.mail.carrier import CUT, Carrier, Delivery, Doubtful, NotTaken, Unreachable
from impact_alliances.mail.queue import Outcome, Queue
from impact_alliances.resources.letter import ACCEPTED, REFUSED, UNCERTAIN, WAITING, Letter
from impact_alliances.telling import Faults

# How often, in seconds, the queue is looked at; and one that waits for its turn to send looks
# whether it has come.
IDLE_S, TURN_S = 0.5, 2.0
# How long a server that cannot be used is left alone, in seconds: longer each time.
REST_S, LONGEST_REST_S = 2.0, 60.0
# How long what a server answered is tried to be noted, in seconds, each time after that pause.
NOTING_S = (0.0, 1.0, 3.0, 10.0)
ERASE_EVERY_S = 3_600.0
_SAID = {REFUSED: "refusé", UNCERTAIN: "incertain, le serveur n’a pas répondu"}
_log = logging.getLogger(__name__)


class Postman:
    """Sends what is in `queue` by `carrier`; without one, nothing leaves, and what is old is erased
    all the same, with what `and_erase` does. `per_minute` messages at the most, 0 for no limit.
    """

    def __init__(
        self,
        queue: Queue,
        carrier: Carrier | None,
        lock: Lock,
        *,
        retention_days: int,
        per_minute: int = 0,
        and_erase: Callable[[], None] = lambda: None,
    ) -> None:
        self.queue, self._carrier, self._lock = queue, carrier, lock
        self._retention_days = retention_days
        self._spacing_s = 60 / per_minute if per_minute else 0.0
        self._faults = Faults(_log, "Les messages attendent ; nouvel essai dans un instant.")
        self._rest_s = REST_S
        self._erased_at = float("-inf")
        self._and_erase = and_erase

    def check(self) -> None:
        """See whether messages could leave now. Raises `Unreachable`."""
        if self._carrier:
            with self._carrier.open():
                pass

    def keep(self, stop: threading.Event) -> None:
        """Send until `stop` is set, whenever no other process does."""
        while not stop.is_set():
            try:
                with self._lock.hold():
                    self._run(stop)
            except (Busy, Lost):
                # Another process sends, or may; be there when it ends.
                pass
            except Exception as fault:
                self._faults.tell(fault)
            stop.wait(TURN_S)

    def _run(self, stop: threading.Event) -> None:
        for number in self.queue.doubt():
            _log.warning("Message n° %s : son envoi a été coupé, il est incertain.", number)
        while not stop.is_set():
            self._erase_when_due()
            try:
                self.send_due(stop)
                stop.wait(IDLE_S)
            except Unreachable as fault:
                self._faults.tell(fault)
                stop.wait(self._rest_s)
                self._rest_s = min(self._rest_s * 2, LONGEST_REST_S)

    def _erase_when_due(self) -> None:
        if time.monotonic() - self._erased_at >= ERASE_EVERY_S:
            self.queue.erase(self._retention_days)
            self._and_erase()
            self._erased_at = time.monotonic()

    # -- sending ----------------------------------------------------------------------------------

    def send_due(self, stop: threading.Event) -> None:
        """Send all that is due now, over one connection. Raises `Unreachable` when it fails, `Lost`
        when another process may be sending.
        """
        letter = self.queue.first_due()
        if not self._carrier or not letter:
            return
        with self._carrier.open() as delivery:
            while letter and not stop.is_set():
                self._lock.check()
                self._send(delivery, letter)
                self._faults.are_over()
                self._rest_s = REST_S
                stop.wait(self._spacing_s)
                letter = self.queue.first_due()

    def _send(self, delivery: Delivery, letter: Letter) -> None:
        try:
            outcome = self._given(delivery, letter)
        except NotTaken as refusal:
            self._end(letter, Outcome(REFUSED if refusal.is_final else WAITING, str(refusal)))
            if refusal.is_cut:
                raise Unreachable(CUT) from refusal
        except Doubtful as doubt:
            self._end(letter, Outcome(UNCERTAIN, str(doubt)))
            raise Unreachable(CUT) from doubt
        else:
            if outcome:
                self._end(letter, outcome)

    def _given(self, delivery: Delivery, letter: Letter) -> Outcome | None:
        """None when it is no longer to be sent."""
        delivery.offer(letter)
        if not self.queue.begin(letter):
            delivery.forget()
            return None
        return Outcome(ACCEPTED, delivery.hand_over(letter))

    def _end(self, letter: Letter, outcome: Outcome) -> None:
        """Note what became of it: a database that is away for a moment makes no doubt."""
        keeps = bool(self._carrier and self._carrier.keeps_texts)
        for pause_s in NOTING_S:
            time.sleep(pause_s)
            try:
                noted = self.queue.end(letter, outcome, keeps_text=keeps)
                break
            except (SQLAlchemyError, Unavailable) as fault:
                away = fault
        else:
            raise away
        if noted.state in (REFUSED, UNCERTAIN):
            _log.warning("Message n° %s (%s) : %s.", letter.id, letter.purpose, _SAID[noted.state])
