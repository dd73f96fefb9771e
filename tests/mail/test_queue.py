"""What is queued leaves with the transaction that asked for it, or not at all."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from impact_alliances.db import reading, writing
from impact_alliances.mail.queue import enqueue
from impact_alliances.resources.key import Key
from impact_alliances.resources.letter import WAITING, Letter
from tests.mail.letters import outgoing


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
