"""What a server does to a message, at each step and in each way: taken once, still waiting, refused
or uncertain; never taken twice.
"""

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
import time_machine
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from impact_alliances.db import writing
from impact_alliances.errors import Unavailable
from impact_alliances.locks import Lost, NoLock
from impact_alliances.mail.carrier import Unreachable
from impact_alliances.mail.composing import composed
from impact_alliances.mail.delivering import TURN_S, Postman
from impact_alliances.mail.queue import PAUSES_MIN, Outcome, Queue, enqueue
from impact_alliances.mail.server import Handing, SmtpServer
from impact_alliances.resources.letter import (
    ACCEPTED,
    DROPPED,
    REFUSED,
    SENDING,
    UNCERTAIN,
    WAITING,
    Letter,
)
from support.processes import free_port
from support.smtp import CUT, HANG, LOSE, STEPS, Inbox, smtp_server
from tests.mail.letters import an_account, outgoing, queued


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """A server that takes everything."""
    with smtp_server() as started:
        yield started


def _postman(database: Engine, port: int, **account: object) -> Postman:
    carrier = SmtpServer(an_account(port, **account))
    return Postman(Queue(database), carrier, NoLock(), retention_days=90)


class _Waits(threading.Event):
    """Waits for nothing, remembers for how long it should have, and says to stop after so many
    times.
    """

    def __init__(self, times: int = 1_000) -> None:
        super().__init__()
        self.asked: list[float | None] = []
        self._times = times

    def wait(self, timeout: float | None = None) -> bool:
        self.asked.append(timeout)
        if len(self.asked) >= self._times:
            self.set()
        return self.is_set()


def _round(postman: Postman) -> str:
    """Send what is due; the sentence of what stopped it, if anything did."""
    try:
        postman.send_due(threading.Event())
    except Unreachable as fault:
        return str(fault)
    return ""


def _letters(database: Engine, *numbers: int) -> list[Letter]:
    return [Queue(database).letter(number) for number in numbers]


def test_a_message_arrives_whole(either_database: Engine, inbox: Inbox) -> None:
    """And what the server has is no longer here."""
    (number,) = queued(
        either_database,
        html="<p>Bonjour à <b>tous</b></p>",
        text="Bonjour à tous\n.\n..un point\n" + "x" * 2_000 + "\n",
        reply_to="anne@mairie.example",
        reply_name='Anne Le Bihan, « élue » \\ "adjointe"',
    )
    assert _round(_postman(either_database, inbox.port)) == ""
    (taken,) = inbox.taken
    assert (taken.sender, taken.recipients) == (
        "base@observatoire.example",
        ("camille.legoff@liens.example",),
    )
    message = taken.message
    assert message["Subject"] == "Une question sur la mobilité"
    assert message["From"].addresses[0].display_name == "L’Observatoire"
    (answered,) = message["Reply-To"].addresses
    assert answered.display_name == 'Anne Le Bihan, « élue » \\ "adjointe"'
    assert (answered.addr_spec, message["Auto-Submitted"]) == (
        "anne@mairie.example",
        "auto-generated",
    )
    text, laid_out = message.iter_parts()
    assert text.get_content().split() == ["Bonjour", "à", "tous", ".", "..un", "point", "x" * 2_000]
    assert laid_out.get_content() == "<p>Bonjour à <b>tous</b></p>\r\n"
    assert taken.content.isascii()
    (kept,) = _letters(either_database, number)
    assert (kept.state, kept.attempts, kept.text, kept.html) == (ACCEPTED, 1, "", "")
    assert kept.reply == "250 2.0.0 Ok: queued"


def test_messages_go_in_turn_over_one_connection(either_database: Engine, inbox: Inbox) -> None:
    """Each once, however often the queue is looked at."""
    queued(either_database, 5)
    postman = _postman(either_database, inbox.port)
    for _ in range(3):
        _round(postman)
    assert sorted(inbox.times_taken().values()) == [1] * 5
    assert inbox.connections == 1


# Where a step fails, what the message becomes: certain before the last dot, in doubt after it.
BEFORE = {"451 4.3.0 Later": WAITING, "550 5.1.1 Never": REFUSED, "421 4.3.2 Bye": WAITING}
CASES = [
    *[(step, mood, WAITING) for step in ("CONNECT", "EHLO") for mood in (*BEFORE, CUT, HANG)],
    *[(step, mood, state) for step in ("MAIL", "RCPT", "DATA") for mood, state in BEFORE.items()],
    *[(step, mood, WAITING) for step in ("MAIL", "RCPT", "DATA") for mood in (CUT, HANG)],
    *[("DOT", mood, state) for mood, state in BEFORE.items()],
    *[("DOT", mood, UNCERTAIN) for mood in (CUT, HANG, LOSE, "Bonjour")],
    ("CONTENT", HANG, UNCERTAIN),
]


def test_every_step_is_tried() -> None:
    assert {step for step, _, _ in CASES} == set(STEPS)


@pytest.mark.parametrize(("step", "mood", "state"), CASES)
def test_what_a_failing_server_makes_of_a_message(
    step: str,
    mood: str,
    state: str,
    database: Engine,
    inbox: Inbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And once the server is well again, what waited leaves, what is in doubt does not."""
    (number,) = queued(database)
    inbox.moods = {step: mood}
    monkeypatch.setattr("impact_alliances.mail.server.FINAL_PATIENCE", 0.04)
    is_silent_before = mood == HANG and state == WAITING
    _round(_postman(database, inbox.port, timeout_s=0.2 if is_silent_before else 5.0))
    (kept,) = _letters(database, number)
    assert kept.state == state
    inbox.moods = {}
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2), tick=True):
        _round(_postman(database, inbox.port))
    again = _letters(database, number)[0].state
    assert again == (ACCEPTED if state == WAITING else state)
    taken = {WAITING: 1, UNCERTAIN: int(mood == LOSE), REFUSED: 0}[state]
    assert len(inbox.taken) == taken


def test_a_server_that_cuts_in_the_midst_of_a_message_leaves_no_second(
    either_database: Engine, inbox: Inbox
) -> None:
    """Whether the cut is seen before the last dot or after it: waiting, or in doubt."""
    (number,) = queued(either_database, text="x" * 150_000)
    inbox.moods = {"CONTENT": CUT}
    _round(_postman(either_database, inbox.port))
    assert _letters(either_database, number)[0].state in (WAITING, UNCERTAIN)
    assert inbox.taken == []


def test_a_stopped_server_loses_nothing(either_database: Engine) -> None:
    """No attempt is counted: the server is at fault, not the message."""
    with smtp_server() as gone:
        port = gone.port
    numbers = queued(either_database, 3)
    postman = _postman(either_database, port)
    assert "injoignable" in _round(postman)
    assert {(one.state, one.attempts) for one in _letters(either_database, *numbers)} == {
        (WAITING, 0)
    }
    with smtp_server(port=port) as back:
        assert _round(postman) == ""
        assert sorted(back.times_taken().values()) == [1] * 3


@pytest.mark.parametrize("mood", [CUT, "421 4.4.2 You were away for long"])
def test_a_connection_lost_in_a_rest_is_no_message_s_fault(
    mood: str, database: Engine, inbox: Inbox
) -> None:
    """Nor is one that had its number of messages: they are not counted against the next."""
    (number,) = queued(database)
    inbox.moods = {"MAIL": mood}
    postman = _postman(database, inbox.port)
    assert "a coupé la connexion" in _round(postman)
    assert _letters(database, number)[0].attempts == 0
    inbox.moods = {}
    assert (_round(postman), len(inbox.taken)) == ("", 1)


def test_nothing_more_is_given_to_a_server_that_answers_beside(
    database: Engine, inbox: Inbox
) -> None:
    """What it says next would be taken for the answer of another message."""
    numbers = queued(database, 2)
    inbox.moods = {"RCPT": "354 Go on"}
    assert "a coupé" in _round(_postman(database, inbox.port))
    assert [one.attempts for one in _letters(database, *numbers)] == [1, 0]


def test_a_sender_begins_by_telling_what_was_cut_and_erasing_what_is_old(
    either_database: Engine,
) -> None:
    """Though it has no server to send by."""
    old, cut, waiting = queued(either_database, 3)
    queue = Queue(either_database)
    queue.begin(queue.letter(cut))
    with writing(either_database) as session:
        session.get_one(Letter, old).made_at = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    Postman(queue, None, NoLock(), retention_days=90).keep(_Waits(1))
    states = [one.state for one in _letters(either_database, old, cut, waiting)]
    assert states == [REFUSED, UNCERTAIN, WAITING]
    assert queue.letter(old).to == ""


class _FallenLock(NoLock):
    """One that another process may hold by now."""

    def check(self) -> None:
        raise Lost


def test_a_sender_that_lost_its_turn_sends_nothing(database: Engine, inbox: Inbox) -> None:
    (number,) = queued(database)
    carrier = SmtpServer(an_account(inbox.port))
    Postman(Queue(database), carrier, _FallenLock(), retention_days=90).keep(_Waits(2))
    assert (inbox.taken, _letters(database, number)[0].state) == ([], WAITING)


def test_a_database_away_for_a_moment_makes_no_doubt(
    database: Engine, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server took the message: that is noted as soon as it can be."""
    (number,) = queued(database)
    monkeypatch.setattr("impact_alliances.mail.delivering.NOTING_S", (0.0, 0.0, 0.0))
    real, faults = Queue.end, [OperationalError("", {}, Exception()), Unavailable("")]

    def end(queue: Queue, letter: Letter, outcome: Outcome, **named: bool) -> Outcome:
        if faults:
            raise faults.pop()
        return real(queue, letter, outcome, **named)

    monkeypatch.setattr(Queue, "end", end)
    assert _round(_postman(database, inbox.port)) == ""
    assert (_letters(database, number)[0].state, len(inbox.taken)) == (ACCEPTED, 1)


def test_a_server_that_cannot_be_used_is_left_alone_longer_each_time(database: Engine) -> None:
    queued(database)
    stop = _Waits(7)
    _postman(database, free_port()).keep(stop)
    assert stop.asked == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, TURN_S]


def test_a_server_that_has_a_whole_message_has_a_patience_of_its_own(
    database: Engine, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have it read by others first; here it is given less, to be quick."""
    (number,) = queued(database)
    inbox.delay_s = lambda: 1.0
    monkeypatch.setattr("impact_alliances.mail.server.FINAL_PATIENCE", 0.02)
    _round(_postman(database, inbox.port, timeout_s=5.0))
    assert _letters(database, number)[0].state == UNCERTAIN


def test_one_that_is_refused_does_not_hold_the_others(
    database: Engine, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server takes the next one, on the same connection."""
    numbers = queued(database, 2)
    inbox.moods = {"RCPT": "550 5.1.1 Never"}
    postman = _postman(database, inbox.port)
    real = Queue.end

    def mend(queue: Queue, letter: Letter, outcome: Outcome, **named: bool) -> Outcome:
        inbox.moods = {}
        return real(queue, letter, outcome, **named)

    monkeypatch.setattr(Queue, "end", mend)
    assert _round(postman) == ""
    assert [one.state for one in _letters(database, *numbers)] == [REFUSED, ACCEPTED]


def test_what_may_pass_is_tried_for_five_days_and_given_up(database: Engine, inbox: Inbox) -> None:
    """At growing pauses, never before its time."""
    (number,) = queued(database)
    inbox.moods = {"RCPT": "450 4.2.1 Greylisted"}
    postman = _postman(database, inbox.port)
    started = dt.datetime.now(dt.UTC)
    for attempt, pause in enumerate((*PAUSES_MIN, 0), 1):
        with time_machine.travel(started, tick=False):
            assert _round(postman) == ""
            assert _round(postman) == ""
        assert _letters(database, number)[0].attempts == attempt
        started += dt.timedelta(minutes=pause, seconds=1)
    (kept,) = _letters(database, number)
    assert (kept.state, kept.reply) == (
        REFUSED,
        "Abandonné après 5 jours d’essais. 450 4.2.1 Greylisted",
    )
    assert dt.timedelta(days=5) <= dt.timedelta(minutes=sum(PAUSES_MIN)) < dt.timedelta(days=5.2)


def test_what_was_cut_is_in_doubt_and_stays_so(either_database: Engine, inbox: Inbox) -> None:
    """Until somebody asks for it again."""
    (number,) = queued(either_database)
    queue = Queue(either_database)
    assert queue.begin(queue.letter(number))
    assert queue.letter(number).state == SENDING
    assert list(queue.doubt()) == [number]
    postman = _postman(either_database, inbox.port)
    assert (_round(postman), inbox.taken) == ("", [])
    assert queue.letter(number).state == UNCERTAIN
    queue.retry(number)
    assert (_round(postman), len(inbox.taken)) == ("", 1)
    assert queue.letter(number).state == ACCEPTED


def test_two_senders_never_take_the_same_message(either_database: Engine, inbox: Inbox) -> None:
    """Though the lock fell: the row itself is taken by one."""
    queued(either_database, 12)
    stop, senders = threading.Event(), []
    for _ in range(3):
        made = _postman(either_database, inbox.port)
        senders.append(threading.Thread(target=made.send_due, args=(stop,)))
    for one in senders:
        one.start()
    for one in senders:
        one.join()
    assert sorted(inbox.times_taken().values()) == [1] * 12


def test_one_dropped_at_the_last_moment_is_not_sent(
    either_database: Engine, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its recipient was told to the server, and nothing else; the next one goes."""
    (dropped, sent), queue = queued(either_database, 2), Queue(either_database)
    real = Handing.offer

    def offer(delivery: Handing, letter: Letter) -> None:
        real(delivery, letter)
        if letter.id == dropped:
            queue.drop(dropped)

    monkeypatch.setattr(Handing, "offer", offer)
    assert _round(_postman(either_database, inbox.port)) == ""
    assert [one.state for one in _letters(either_database, dropped, sent)] == [DROPPED, ACCEPTED]
    assert len(inbox.taken) == 1


def test_what_is_known_is_truer_than_a_doubt(either_database: Engine) -> None:
    """Another process found the attempt cut, which was not over."""
    (number,) = queued(either_database)
    queue = Queue(either_database)
    letter = queue.letter(number)
    queue.begin(letter)
    queue.doubt()
    queue.end(letter, Outcome(ACCEPTED, "250 Ok"))
    assert queue.letter(number).state == ACCEPTED


def test_what_a_server_says_names_nobody(
    database: Engine, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in the database nor in the journal."""
    (number,) = queued(database, reply_to="anne@mairie.example")
    inbox.moods = {
        "RCPT": "550 5.1.1 <camille.legoff@liens.example>: Camille.Legoff unknown at LIENS.example"
    }
    _round(_postman(database, inbox.port))
    kept = _letters(database, number)[0].reply
    assert kept == "550 5.1.1 <…>: … unknown at …"
    assert f"Message n° {number} (contact) : refusé." in caplog.text
    assert "liens" not in caplog.text.lower()


def test_a_message_that_cannot_be_put_in_form_stands_before_no_other(
    database: Engine, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is known to be so: what is queued was checked."""
    wrong, good = queued(database, subject="Piège"), queued(database)

    def broken(letter: Letter, sender: tuple[str, str]) -> bytes:
        if letter.subject == "Piège":
            raise LookupError("camille.legoff@liens.example")
        return composed(letter, sender)

    monkeypatch.setattr("impact_alliances.mail.server.composed", broken)
    assert _round(_postman(database, inbox.port)) == ""
    assert [one.state for one in _letters(database, *wrong, *good)] == [REFUSED, ACCEPTED]
    assert "LookupError" in _letters(database, *wrong)[0].reply


def test_a_sender_works_until_it_is_told_to_stop(either_database: Engine, inbox: Inbox) -> None:
    """What is queued meanwhile leaves soon."""
    postman, stop = _postman(either_database, inbox.port), threading.Event()
    thread = threading.Thread(target=postman.keep, args=(stop,))
    thread.start()
    try:
        for wanted in (1, 2):
            queued(either_database)
            for _ in range(400):
                if len(inbox.taken) == wanted:
                    break
                stop.wait(0.02)
            assert len(inbox.taken) == wanted
    finally:
        stop.set()
        thread.join()


def test_no_more_a_minute_than_is_allowed(database: Engine, inbox: Inbox) -> None:
    """Evenly: a server that counts by the second sees no crowd."""
    queued(database, 3)
    stop, carrier = _Waits(), SmtpServer(an_account(inbox.port))
    Postman(Queue(database), carrier, NoLock(), retention_days=90, per_minute=30).send_due(stop)
    assert (len(inbox.taken), stop.asked) == (3, [2.0] * 3)


def test_what_waits_for_its_day_waits(database: Engine, inbox: Inbox) -> None:
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    with writing(database) as session:
        enqueue(session, outgoing(), after=tomorrow)
    postman = _postman(database, inbox.port)
    assert (_round(postman), inbox.taken) == ("", [])
    with time_machine.travel(tomorrow + dt.timedelta(seconds=1), tick=True), suppress(Unreachable):
        _round(postman)
    assert len(inbox.taken) == 1
