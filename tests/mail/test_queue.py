"""What is queued leaves with the transaction that asked for it, or not at all."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import select

from impact_alliances.db import reading, writing
from impact_alliances.errors import NotFound, Refusal
from impact_alliances.mail.queue import Outcome, Queue, enqueue
from impact_alliances.resources.key import Key
from impact_alliances.resources.letter import (
    ACCEPTED,
    DROPPED,
    REFUSED,
    SENDING,
    STATES,
    UNCERTAIN,
    WAITING,
    Letter,
)
from tests.mail.letters import outgoing, queued


def test_a_message_is_kept_whole(either_database: Engine) -> None:
    headers = (("List-Unsubscribe", "<https://base.example/x>"),)
    asked = outgoing(
        html="<p>Bonjour</p>",
        reply_to="anne@mairie.example",
        reply_name="Anne",
        headers=headers,
        about=Key("catalyseur", "cat-0001"),
    )
    with writing(either_database) as session:
        number = enqueue(session, asked)
    with reading(either_database) as session:
        kept = session.get_one(Letter, number)
    assert (kept.state, kept.attempts, kept.about) == (WAITING, 0, "catalyseur:cat-0001")
    assert (kept.to, kept.reply_to, kept.reply_name) == (asked.to, asked.reply_to, "Anne")
    assert (kept.subject, kept.text, kept.html) == (asked.subject, asked.text, asked.html)
    assert [tuple(pair) for pair in kept.headers] == list(headers)
    assert len(kept.token) == 32


def test_what_is_rolled_back_is_not_sent(either_database: Engine) -> None:
    def ask_and_fail() -> None:
        with writing(either_database) as session:
            enqueue(session, outgoing())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        ask_and_fail()
    with reading(either_database) as session:
        assert session.exec(select(Letter)).all() == []


def _in_state(database: Engine, state: str) -> int:
    """The number of a message brought to that state."""
    (number,) = queued(database, reply_to="anne@mairie.example", reply_name="Anne", html="<p>x")
    queue = Queue(database)
    letter = queue.letter(number)
    match state:
        case "sending":
            assert queue.begin(letter)
        case "dropped":
            queue.drop(number)
        case "waiting":
            pass
        case _:
            queue.end(letter, Outcome(state, "250 Ok"))
    assert queue.letter(number).state == state
    return number


def _of_persons(letter: Letter) -> str:
    """All that could tell of anyone."""
    said = (letter.to, letter.reply_to, letter.reply_name, letter.subject, letter.text, letter.html)
    return "".join((*said, letter.about, letter.token, letter.reply, *map(str, letter.headers)))


@pytest.mark.parametrize("state", STATES)
def test_what_is_of_persons_is_erased_in_time(state: str, either_database: Engine) -> None:
    """Whatever became of it, but for what is in the server's hands; that it was stays."""
    number, queue = _in_state(either_database, state), Queue(either_database)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=89, hours=23), tick=False):
        queue.erase(90)
    assert bool(queue.letter(number).to) == (state != DROPPED)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=90, hours=1), tick=False):
        queue.erase(90)
    kept = queue.letter(number)
    assert kept.state == (REFUSED if state == WAITING else state)
    assert (_of_persons(kept) == "") == (state != SENDING)
    assert kept.purpose == "contact"


def test_what_the_server_has_is_no_longer_here(either_database: Engine) -> None:
    """Who it went to stays, until the rest goes."""
    kept = Queue(either_database).letter(_in_state(either_database, ACCEPTED))
    assert (kept.text, kept.html, kept.headers) == ("", "", [])
    assert (kept.to, kept.reply) == ("camille.legoff@liens.example", "250 Ok")


@pytest.mark.parametrize("state", STATES)
def test_what_is_over_is_not_decided_again(state: str, either_database: Engine) -> None:
    """What is taken, or on its way, is neither sent again nor dropped."""
    queue = Queue(either_database)
    for decide, then in ((queue.retry, WAITING), (queue.drop, DROPPED)):
        number = _in_state(either_database, state)
        if state in (WAITING, REFUSED, UNCERTAIN):
            decide(number)
            assert queue.letter(number).state == then
        else:
            with pytest.raises(Refusal, match=f"n° {number} "):
                decide(number)
            assert queue.letter(number).state == state


def test_a_dropped_message_tells_nothing(either_database: Engine) -> None:
    queue = Queue(either_database)
    assert _of_persons(queue.letter(_in_state(either_database, DROPPED))) == ""


def test_one_that_was_never_there_is_said(database: Engine) -> None:
    for decide in (Queue(database).letter, Queue(database).retry, Queue(database).drop):
        with pytest.raises(NotFound, match="n° 7"):
            decide(7)


def test_messages_are_counted_and_listed_by_state(either_database: Engine) -> None:
    """Those erased are neither: nothing is left to decide."""
    numbers = {state: _in_state(either_database, state) for state in STATES}
    queue = Queue(either_database)
    assert queue.counts() == {state: 1 for state in STATES if state != DROPPED}
    listed = queue.latest(WAITING, UNCERTAIN, DROPPED, limit=9)
    assert [one.id for one in listed] == [numbers[UNCERTAIN], numbers[WAITING]]
    assert [one.id for one in queue.latest(*STATES, limit=1)] == [numbers[UNCERTAIN]]


def test_a_number_is_never_given_again(database: Engine) -> None:
    """Else a command would decide of another message than the one that was read about."""
    (first,) = queued(database)
    with writing(database) as session:
        session.delete(session.get_one(Letter, first))
    assert queued(database) == [first + 1]
