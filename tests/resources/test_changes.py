"""The outbox: what changes leaves a row in the same transaction, what does not leaves none."""

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from impact_alliances.db import reading, writing
from impact_alliances.resources.case import Case
from impact_alliances.resources.changes import Change
from support.builders import a_case, a_catalyseur, a_jeudi, an_article, store


def _outbox(database: Engine) -> list[tuple[str, str]]:
    with reading(database) as session:
        return [
            (row.kind, row.resource_id)
            for row in session.exec(select(Change).order_by(col(Change.id)))
        ]


def _empty(database: Engine) -> None:
    with writing(database) as session:
        for row in session.exec(select(Change)):
            session.delete(row)


def test_each_kind_leaves_a_row_when_created(either_database: Engine) -> None:
    store(
        either_database, a_case(id="a"), a_catalyseur(id="b"), a_jeudi(id="c"), an_article(id="d")
    )
    assert sorted(_outbox(either_database)) == [
        ("article", "d"),
        ("case", "a"),
        ("catalyseur", "b"),
        ("jeudi", "c"),
    ]


def test_a_rollback_leaves_neither_change_nor_row(either_database: Engine) -> None:
    def broken() -> None:
        with writing(either_database) as session:
            session.add(a_case(id="a"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert _outbox(either_database) == []


def test_a_change_and_a_deletion_leave_a_row(either_database: Engine) -> None:
    store(either_database, a_case(id="a"), a_case(id="b"))
    _empty(either_database)
    with writing(either_database) as session:
        session.get_one(Case, "a").title = "Autrement"
        session.delete(session.get_one(Case, "b"))
    assert sorted(_outbox(either_database)) == [("case", "a"), ("case", "b")]


def test_a_list_given_anew_is_a_change(either_database: Engine) -> None:
    store(either_database, a_case(id="a", tags=["un"]))
    _empty(either_database)
    with writing(either_database) as session:
        session.get_one(Case, "a").tags = ["un", "deux"]
    assert _outbox(either_database) == [("case", "a")]


def test_what_is_only_read_or_set_to_the_same_leaves_nothing(either_database: Engine) -> None:
    store(either_database, a_case(id="a", title="Le car", tags=["un"]))
    _empty(either_database)
    with writing(either_database) as session:
        case = session.get_one(Case, "a")
        case.title = "Le car"
        case.tags = ["un"]
    assert _outbox(either_database) == []


def test_numbers_of_the_outbox_are_never_given_twice(either_database: Engine) -> None:
    """An indexer that deletes the last row by its number must not meet that number again."""
    seen: set[int] = set()
    for identifier in ("a", "b", "c"):
        store(either_database, a_case(id=identifier))
        with reading(either_database) as session:
            number = session.exec(select(Change.id)).one()
        assert number not in seen
        seen.add(number or 0)
        _empty(either_database)
