"""A message is passed on once, within limits, and says to each what they may know."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import select

from impact_alliances.contact import limits
from impact_alliances.contact.relaying import FormUsed, NobodyThere, Relay
from impact_alliances.contact.typed import NEEDS
from impact_alliances.contact.wording import Subject
from impact_alliances.db import reading
from impact_alliances.db import writing as committed
from impact_alliances.errors import Refusal, TooManyRequests
from impact_alliances.resources.contacts import Contact, ContactKey
from impact_alliances.resources.resource import DRAFT
from impact_alliances.resources.wishes import PAUSED, Wish
from impact_alliances.signing import Signer
from impact_alliances.wiring import make_postman
from support.builders import a_case, a_catalyseur, store
from tests.contact.forms import MESSAGE, letters, relay, settings, writing

NOON = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
SEARCH = Subject("la recherche : cas pour « secret »", "/recherche?q=secret", is_search=True)


@pytest.fixture
def passing(either_database: Engine) -> Relay:
    """A relay of a base with a few people, at noon."""
    people = [
        a_catalyseur(id=f"cat-{number}", name=f"Personne {number}") for number in range(1, 13)
    ]
    case = a_case(id="cas-1", contact_name="Zoé Bellec", contact_email="zoe@porteurs.example")
    store(either_database, *people, case, a_case(id="cas-2"))
    return relay(either_database)


def person(number: int):  # type: ignore[no-untyped-def]
    """One of them."""
    return a_catalyseur(id=f"cat-{number}", name=f"Personne {number}")


# -- what is said to whom ------------------------------------------------------------------------


def test_the_person_reads_who_writes_and_answers_them(
    passing: Relay, either_database: Engine
) -> None:
    """And is given the four links; the address is only that of the envelope."""
    passing.pass_on(writing(person(1), structure="Mairie", need="contractualiser", subject=SEARCH))
    to_person, _ = letters(either_database)
    assert (to_person.to, to_person.purpose) == ("awa@liens.example", "contact")
    assert (to_person.reply_to, to_person.reply_name) == ("jeanne@mairie.example", "Jeanne Martin")
    assert to_person.subject == "Message de Jeanne Martin pour vous"
    for part in (to_person.text, to_person.html):
        assert MESSAGE in part
        assert "Jeanne Martin" in part
        assert NEEDS["contractualiser"] in part
        assert "https://base.example/recherche?q=secret" in part
        assert part.count("https://base.example/ma-fiche/") == 4
        assert "awa@liens.example" not in part
        assert "06 39 98" not in part


def test_the_acknowledgement_holds_nothing_that_was_typed_freely(
    passing: Relay, either_database: Engine
) -> None:
    """Whoever types the address of another sends them no text of theirs."""
    spam = "Gagnez http://spam.example " * 3
    passing.pass_on(
        writing(person(1), name="Gagnez ici", structure="Spam & Cie", message=spam, subject=SEARCH)
    )
    _, acknowledged = letters(either_database)
    assert (acknowledged.to, acknowledged.reply_to) == ("jeanne@mairie.example", "")
    whole = f"{acknowledged.subject} {acknowledged.text} {acknowledged.html}"
    assert "Personne 1" in whole
    for typed in ("Gagnez", "spam", "Spam", "secret"):
        assert typed not in whole
    assert "@liens.example" not in whole
    assert "ma-fiche" not in whole


def test_markup_in_a_message_is_text(passing: Relay, either_database: Engine) -> None:
    passing.pass_on(writing(person(1), name="<b>Jeanne</b>", message=f"<img src=x> {MESSAGE}"))
    to_person, _ = letters(either_database)
    assert "<img" not in to_person.html
    assert "&lt;img src=x&gt;" in to_person.html
    assert "<b>" not in to_person.html
    assert f"> <img src=x> {MESSAGE}" in to_person.text


def test_the_bearer_of_a_case_is_not_named_to_who_writes(
    passing: Relay, either_database: Engine
) -> None:
    passing.pass_on(writing(a_case(id="cas-1")))
    to_bearer, acknowledged = letters(either_database)
    assert to_bearer.to == "zoe@porteurs.example"
    assert "Zoé Bellec" in to_bearer.text
    assert "au porteur du cas «\u00a0Un covoiturage de village\u00a0»" in acknowledged.text
    assert "Zoé" not in acknowledged.text + acknowledged.html


# -- once ----------------------------------------------------------------------------------------


def test_a_form_sent_twice_goes_once(passing: Relay, either_database: Engine) -> None:
    """A double click, a reload; another text in it is another message."""
    passing.pass_on(writing(person(1), form="one"))
    passing.pass_on(writing(person(1), form="one"))
    assert len(letters(either_database)) == 2
    with pytest.raises(FormUsed):
        passing.pass_on(writing(person(1), form="one", message=f"{MESSAGE} Merci."))
    assert len(letters(either_database)) == 2


def test_two_clicks_at_the_same_instant_send_one_message(
    passing: Relay, either_database: Engine
) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(passing.pass_on, [writing(person(1), form="one")] * 8))
    assert len(letters(either_database)) == 2


# -- who can be written to -----------------------------------------------------------------------


@pytest.mark.parametrize("why", ["draft", "paused", "no address", "gone"])
def test_nobody_is_written_to_who_may_not_be(
    passing: Relay, either_database: Engine, why: str
) -> None:
    """Though the form was opened before."""
    resource = a_case(id="cas-2") if why == "no address" else person(1)
    if why == "gone":
        resource = person(99)
    with committed(either_database) as session:
        if why == "draft":
            session.get(type(resource), "cat-1").status = DRAFT
        if why == "paused":
            session.add(Wish(kind="catalyseur", resource_id="cat-1", wish=PAUSED))
    with pytest.raises(NobodyThere):
        passing.pass_on(writing(resource))
    assert letters(either_database) == []


# -- limits --------------------------------------------------------------------------------------


def test_a_visitor_writes_to_three_people_a_day(passing: Relay, either_database: Engine) -> None:
    """However the address is written; the next day is another."""
    with time_machine.travel(NOON, tick=False):
        for number, email in enumerate(("j@a.example", "J@A.example", "j+x@a.example"), 1):
            passing.pass_on(writing(person(number), email=email))
        with pytest.raises(TooManyRequests, match="déjà écrit à 3 catalyseurs aujourd’hui"):
            passing.pass_on(writing(person(4), email="j@a.example"))
        passing.pass_on(writing(person(3), email="j@a.example"))
        passing.pass_on(writing(a_case(id="cas-1"), email="j@a.example"))
        passing.pass_on(writing(person(4), email="other@a.example"))
    assert len(letters(either_database)) == 12
    with time_machine.travel(NOON + dt.timedelta(days=1), tick=False):
        passing.pass_on(writing(person(4), email="j@a.example"))


@pytest.mark.parametrize(
    ("email", "another"),
    [
        ("jean.ne@gmail.com", "jeanne@ｇmail.com"),
        ("jeanne@gmail.com", "j.e.a.n.n.e+x@gⓜail.com"),
        ("jeanne@gmail.com", "Jeanne@gmail．com"),
        ("jeanne@gmail.com", "jeanne@gmail。com"),
        ("jeanne@gmail.com", "jean.ne@GoogleMail.com"),
        ("jeanne@énergie.example", "jeanne@xn--nergie-9ua.example"),
        ("jeanne@énergie.example", "jeanne@e\u0301NERGIE.example"),
    ],
)
def test_a_mailbox_is_one_however_it_is_written(email: str, another: str) -> None:
    assert limits.writer_of(email) == limits.writer_of(another)
    assert limits.writer_of(email) != limits.writer_of(f"x{email}")


def test_dots_tell_mailboxes_apart_where_they_do() -> None:
    assert limits.writer_of("jean.ne@a.example") != limits.writer_of("jeanne@a.example")


def test_one_person_is_written_to_twice_a_day_by_the_same(passing: Relay) -> None:
    passing.pass_on(writing(person(1)))
    passing.pass_on(writing(person(1)))
    with pytest.raises(TooManyRequests, match="2 fois à Personne 1"):
        passing.pass_on(writing(person(1)))


def test_a_computer_sends_ten_messages_a_day(passing: Relay) -> None:
    """Whatever the addresses typed; one that is not told apart is not counted."""
    for number in range(1, 11):
        passing.pass_on(writing(person(number), email=f"{number}@a.example", client="9.9.9.9"))
    for client in ("", "9.9.9.8"):
        passing.pass_on(writing(person(11), email=f"x{client}@a.example", client=client))
    with pytest.raises(TooManyRequests, match="de votre connexion"):
        passing.pass_on(writing(person(11), email="y@a.example", client="9.9.9.9"))


def test_a_person_receives_twenty_messages_a_day(passing: Relay) -> None:
    for number in range(limits.MOST_TO_ONE):
        passing.pass_on(writing(person(1), email=f"{number}@a.example"))
    with pytest.raises(TooManyRequests, match="beaucoup de messages"):
        passing.pass_on(writing(person(1), email="y@a.example"))


def test_all_of_them_send_a_hundred_an_hour(
    passing: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_AN_HOUR", 3)
    with time_machine.travel(NOON, tick=False):
        for number in range(1, 4):
            passing.pass_on(writing(person(number), email=f"{number}@a.example"))
        with pytest.raises(TooManyRequests, match="dans une heure"):
            passing.pass_on(writing(person(4), email="4@a.example"))
    with time_machine.travel(NOON + dt.timedelta(hours=1, seconds=1), tick=False):
        passing.pass_on(writing(person(4), email="4@a.example"))


def test_many_at_once_pass_no_limit(passing: Relay, either_database: Engine) -> None:
    """Eight messages of one visitor to eight people at the same instant: three go."""

    def sent(number: int) -> bool:
        try:
            passing.pass_on(writing(person(number)))
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(sent, range(1, 9))) == limits.MOST_PEOPLE
    assert len(letters(either_database)) == 2 * limits.MOST_PEOPLE


def test_a_refused_message_leaves_nothing(passing: Relay, either_database: Engine) -> None:
    for _ in range(3):
        with pytest.raises(NobodyThere):
            passing.pass_on(writing(a_case(id="cas-2")))
    with reading(either_database) as session:
        assert session.exec(select(Contact)).all() == []


# -- what is kept --------------------------------------------------------------------------------


def test_what_is_kept_of_who_writes_tells_nobody_and_goes(
    passing: Relay, either_database: Engine
) -> None:
    """Digests under a key of the day, that a later day does not have; rows go two days after."""
    with time_machine.travel(NOON, tick=False):
        passing.pass_on(writing(person(1), client="9.9.9.9"))
        with reading(either_database) as session:
            first = session.exec(select(Contact)).one()
            key = session.exec(select(ContactKey.key)).one()
    kept = str(first.model_dump())
    assert all(word not in kept for word in ("jeanne", "9.9.9.9", "Nous", "Martin"))
    with time_machine.travel(NOON + dt.timedelta(days=1), tick=False):
        passing.pass_on(writing(person(1), client="9.9.9.9"))
        with reading(either_database) as session:
            assert session.exec(select(ContactKey.key)).one() != key
            digests = {row.writer for row in session.exec(select(Contact))}
            assert len(digests) == 2
    with time_machine.travel(NOON + dt.timedelta(days=3), tick=False):
        passing.pass_on(writing(person(2)))
        with reading(either_database) as session:
            assert [row.day for row in session.exec(select(Contact))] == ["2026-12-03"]


def test_what_is_old_goes_though_nobody_writes(database: Engine) -> None:
    """With what the sender of messages erases."""
    store(database, person(1))
    with time_machine.travel(NOON - dt.timedelta(days=3), tick=False):
        relay(database).pass_on(writing(person(1)))
    with time_machine.travel(NOON, tick=False):
        postman, stop = make_postman(settings(), database), threading.Event()
        postman.queue.erase = lambda _: stop.set()  # type: ignore[method-assign, assignment]
        postman.keep(stop)
    with reading(database) as session:
        assert [*session.exec(select(Contact)), *session.exec(select(ContactKey))] == []


def test_a_reported_writer_is_blocked_for_a_time(passing: Relay, either_database: Engine) -> None:
    """By the address, however it is written; nothing of it is kept."""
    writer = Signer(settings()).seal("writer", limits.writer_of("Jeanne+x@Mairie.example"))
    with time_machine.travel(NOON, tick=False):
        with committed(either_database) as session:
            limits.block(session, writer, NOON)
        with pytest.raises(limits.Blocked):
            passing.pass_on(writing(person(1)))
        passing.pass_on(writing(person(1), email="other@mairie.example"))
    with time_machine.travel(NOON + dt.timedelta(days=limits.BLOCKED_DAYS), tick=False):
        passing.pass_on(writing(person(1)))
