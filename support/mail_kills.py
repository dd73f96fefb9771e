"""Kill the sender of messages at random moments, while others are queued, and see that none was
taken twice and none is lost.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlmodel import select

from impact_alliances.db import reading, writing
from impact_alliances.mail.message import Outgoing
from impact_alliances.mail.queue import Queue, enqueue
from impact_alliances.resources.letter import ACCEPTED, SENDING, UNCERTAIN, WAITING, Letter
from support.smtp import Inbox

# How long a sender may take to start, and, left in peace, to send what waits.
PATIENCE_S = 60
# How long it lives once it has begun to send, and how long the server thinks about each message.
LONGEST_LIFE_S, LONGEST_THOUGHT_S = 0.5, 0.05
# Messages that wait when a sender starts: more than it has the time to send.
READY = 20
# Starts a sender; what it returns ends it at once, with no time to tidy up.
Start = Callable[[], Callable[[], None]]


@dataclass
class MailOrdeal:
    """A queue under fire: senders that `start` starts, one after the other, give to `inbox`."""

    database: Engine
    inbox: Inbox
    start: Start
    chance: random.Random
    caught: Counter[str] = field(default_factory=Counter)

    def endure(self, kills: int) -> list[str]:
        """Kill that many senders, then let one work in peace; what is wrong then, as sentences."""
        self.inbox.delay_s = lambda: random.uniform(0, LONGEST_THOUGHT_S)
        for _ in range(kills):
            self._kill_one()
        end = self.start()
        self._until(lambda: not self._counts()[WAITING] and not self._counts()[SENDING])
        end()
        return self._differences(kills)

    def _kill_one(self) -> None:
        self._fill()
        before = self.inbox.connections
        end = self.start()
        # One in ten dies before it has sent anything.
        if self.chance.random() < 0.9:
            self._until(lambda: self.inbox.connections > before)
        time.sleep(self.chance.uniform(0, LONGEST_LIFE_S))
        end()
        # What a dead sender had in hand is what this is about.
        self.caught[SENDING if self._counts()[SENDING] else "between two"] += 1

    def _fill(self) -> None:
        lacking = READY - self._counts()[WAITING]
        with writing(self.database) as session:
            for _ in range(lacking):
                enqueue(session, _a_message())

    def _counts(self) -> Counter[str]:
        return Counter(Queue(self.database).counts())

    def _until(self, is_so: Callable[[], bool]) -> None:
        ends = time.monotonic() + PATIENCE_S
        while not is_so():
            if time.monotonic() > ends:
                raise TimeoutError("the sender does nothing")
            threading.Event().wait(0.01)

    # -- afterwards -------------------------------------------------------------------------------

    def _differences(self, kills: int) -> list[str]:
        with reading(self.database) as session:
            letters = session.exec(select(Letter)).all()
        taken = {name[1:33]: times for name, times in self.inbox.times_taken().items()}
        found = [
            f"message {letter.id} {letter.state}, pris {taken.get(letter.token, 0)} fois"
            for letter in letters
            if not _is_right(letter, taken.get(letter.token, 0))
        ]
        doubts = sum(letter.state == UNCERTAIN for letter in letters)
        if doubts > kills:
            found.append(f"{doubts} incertains pour {kills} morts")
        if set(taken) - {letter.token for letter in letters}:
            found.append("le serveur a pris ce qui n’était pas dans la file")
        return found

    def report(self) -> str:
        """How many messages there were, and in the midst of what their senders died."""
        with reading(self.database) as session:
            letters = session.exec(select(Letter)).all()
        states = Counter(letter.state for letter in letters)
        taken = self.inbox.times_taken()
        doubts = [letter for letter in letters if letter.state == UNCERTAIN]
        known = {name[1:33] for name in taken}
        arrived = sum(letter.token in known for letter in doubts)
        return (
            f"  {len(letters)} messages : {dict(states)} ; pris deux fois : "
            f"{sum(times > 1 for times in taken.values())}\n  morts un message en main : "
            f"{self.caught[SENDING]}, entre deux : {self.caught['between two']} ; incertains "
            f"arrivés : {arrived}, non arrivés : {len(doubts) - arrived}"
        )


def _is_right(letter: Letter, times: int) -> bool:
    return times == 1 if letter.state == ACCEPTED else letter.state == UNCERTAIN and times <= 1


def _a_message() -> Outgoing:
    return Outgoing(
        to="camille@liens.example", subject="Une question", text="Bonjour\n", purpose="contact"
    )
