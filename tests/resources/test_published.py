"""The only door to resources: published ones come through, drafts do not exist, retired ones are
gone, moved ones redirect.
"""

import datetime as dt

import pytest
from sqlalchemy import Engine

from impact_alliances.db import reading
from impact_alliances.errors import NotFound, Withdrawn
from impact_alliances.resources.changes import OldSlug
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.published import (
    Moved,
    around,
    bulletins,
    by_id,
    by_ids,
    by_slug,
    citing,
    count,
    load,
    newest,
    of_bulletin,
)
from impact_alliances.resources.resource import DRAFT, RETIRED, Resource
from support.builders import a_case, a_jeudi, an_article, ids, store

CASES = KINDS["case"]


def _at(database: Engine, slug: str) -> Resource:
    with reading(database) as session:
        return by_slug(session, CASES, slug)


def _former(database: Engine, slug: str, identifier: str) -> None:
    store(database, OldSlug(kind="case", slug=slug, resource_id=identifier))  # type: ignore[arg-type]


def test_a_published_case_is_read_by_slug_and_by_id(either_database: Engine) -> None:
    store(either_database, a_case(id="a", slug="le-car"))
    with reading(either_database) as session:
        assert by_slug(session, CASES, "le-car") is by_id(session, CASES, "a")


def test_a_draft_is_invisible(either_database: Engine) -> None:
    store(either_database, a_case(id="a", slug="le-car", status=DRAFT))
    with reading(either_database) as session:
        with pytest.raises(NotFound, match="Aucun cas à cette adresse"):
            by_slug(session, CASES, "le-car")
        with pytest.raises(NotFound):
            by_id(session, CASES, "a")
        assert (
            load(session, [Key("case", "a")]),
            list(newest(session, CASES, 10)),
            count(session, CASES),
        ) == ({}, [], 0)


def test_a_retired_case_is_withdrawn(either_database: Engine) -> None:
    store(either_database, a_case(id="a", slug="le-car", status=RETIRED))
    with reading(either_database) as session:
        with pytest.raises(Withdrawn):
            by_slug(session, CASES, "le-car")
        with pytest.raises(Withdrawn):
            by_id(session, CASES, "a")
        assert (
            load(session, [Key("case", "a")]),
            list(newest(session, CASES, 10)),
            count(session, CASES),
        ) == ({}, [], 0)


def test_nothing_at_an_unknown_address(either_database: Engine) -> None:
    with reading(either_database) as session:
        with pytest.raises(NotFound, match="Aucune note à cette adresse"):
            by_slug(session, KINDS["jeudi"], "nulle-part")
        with pytest.raises(NotFound):
            by_id(session, CASES, "nulle-part")


def test_a_former_address_leads_to_the_present_one(either_database: Engine) -> None:
    store(either_database, a_case(id="a", slug="le-minibus"))
    _former(either_database, "le-car", "a")
    with pytest.raises(Moved) as moved:
        _at(either_database, "le-car")
    assert moved.value.slug == "le-minibus"


def test_a_present_address_comes_before_a_former_one(either_database: Engine) -> None:
    store(either_database, a_case(id="a", slug="le-car"))
    _former(either_database, "le-car", "a")
    assert _at(either_database, "le-car").id == "a"


def test_a_former_address_does_not_betray_the_new_title_of_a_draft(either_database: Engine) -> None:
    store(either_database, a_case(id="a", slug="titre-encore-secret", status=DRAFT))
    _former(either_database, "le-car", "a")
    with pytest.raises(NotFound):
        _at(either_database, "le-car")


def test_a_former_address_of_a_retired_case_is_withdrawn(either_database: Engine) -> None:
    store(either_database, a_case(id="a", slug="le-minibus", status=RETIRED))
    _former(either_database, "le-car", "a")
    with pytest.raises(Withdrawn):
        _at(either_database, "le-car")


def test_a_former_address_of_what_is_deleted_leads_nowhere(either_database: Engine) -> None:
    _former(either_database, "le-car", "disparu")
    with pytest.raises(NotFound):
        _at(either_database, "le-car")


def test_a_former_address_belongs_to_its_kind(either_database: Engine) -> None:
    store(either_database, a_case(id="a", slug="le-minibus"))
    _former(either_database, "le-car", "a")
    with reading(either_database) as session, pytest.raises(NotFound):
        by_slug(session, KINDS["article"], "le-car")


def test_several_kinds_load_at_once(either_database: Engine) -> None:
    store(
        either_database,
        a_case(id="un"),
        a_jeudi(id="un"),
        an_article(id="deux"),
        a_case(id="trois", status=DRAFT),
    )
    with reading(either_database) as session:
        found = load(
            session,
            [
                Key("case", "un"),
                Key("jeudi", "un"),
                Key("article", "deux"),
                Key("case", "trois"),
                Key("case", "absent"),
            ],
        )
    assert {key: (type(resource).__name__, resource.id) for key, resource in found.items()} == {
        Key("case", "un"): ("Case", "un"),
        Key("jeudi", "un"): ("Jeudi", "un"),
        Key("article", "deux"): ("Article", "deux"),
    }


def test_what_is_cited_comes_in_the_order_of_the_citation(either_database: Engine) -> None:
    """Whatever the kinds; what cannot be read is passed over."""
    store(
        either_database,
        a_case(id="un"),
        an_article(id="deux"),
        a_case(id="trois", status=DRAFT),
        a_jeudi(id="quatre"),
    )
    with reading(either_database) as session:
        found = by_ids(session, ["quatre", "absent", "un", "trois", "deux"])
    assert ids(found) == ["quatre", "un", "deux"]


def test_the_newest_come_first_page_after_page(either_database: Engine) -> None:
    """Equal days are ordered by id, the undated come last, and pages neither overlap nor skip, on
    both databases.
    """
    days = {
        "a": dt.date(2024, 1, 1),
        "b": dt.date(2024, 3, 1),
        "c": dt.date(2024, 3, 1),
        "d": dt.date(2022, 5, 5),
        "e": None,
    }
    store(
        either_database,
        *(a_case(id=identifier, date=day) for identifier, day in days.items()),
        a_case(status=RETIRED),
    )
    with reading(either_database) as session:
        pages = [ids(newest(session, CASES, 2, offset)) for offset in (0, 2, 4, 6)]
        assert count(session, CASES) == 5
    assert pages == [["b", "c"], ["a", "d"], ["e"], []]


def test_a_note_cites_the_very_id_and_no_one_like_it(either_database: Engine) -> None:
    """An underscore is not any sign, nor a capital a small letter."""
    store(
        either_database,
        a_jeudi(id="j1", slug="j1", related=["cas_0001"], date=dt.date(2024, 5, 2)),
        a_jeudi(id="j2", slug="j2", related=["cas-0001", "CAS_0001"], date=dt.date(2024, 5, 9)),
        a_jeudi(id="j3", slug="j3", related=["cas_0001"], date=dt.date(2024, 5, 16)),
        a_jeudi(id="j4", slug="j4", related=["cas_0001"], status=DRAFT),
    )
    with reading(either_database) as session:
        assert [note.id for note in citing(session, "cas_0001", 5)] == ["j3", "j1"]
        assert [note.id for note in citing(session, "cas_0001", 1)] == ["j3"]
        assert [note.id for note in citing(session, "cas-0001", 5)] == ["j2"]


def test_around_a_note_are_its_published_neighbours(either_database: Engine) -> None:
    days = {f"j{day}": dt.date(2024, 5, day) for day in (2, 9, 16, 23)}
    store(
        either_database,
        *(
            a_jeudi(id=name, slug=name, date=day, status=DRAFT if name == "j9" else "published")
            for name, day in days.items()
        ),
    )
    with reading(either_database) as session:
        here = by_id(session, KINDS["jeudi"], "j16")
        before, after = around(session, here)  # type: ignore[arg-type]
        assert (before and before.id, after and after.id) == ("j2", "j23")
        assert around(session, after)[1] is None  # type: ignore[arg-type]


def test_a_bulletin_is_read_strand_by_strand(either_database: Engine) -> None:
    """The last bulletin is counted first; drafts, and what is of none, are of no bulletin."""
    store(
        either_database,
        an_article(id="a", bulletin="2024-T3", strand="tpe-pme"),
        an_article(id="b", bulletin="2024-T3", strand="", date=dt.date(2024, 8, 1)),
        an_article(id="c", bulletin="2024-T3", strand="", date=dt.date(2024, 9, 1)),
        an_article(id="d", bulletin="2024-T3", status=DRAFT),
        an_article(id="e", bulletin="2024-T4"),
        an_article(id="f", bulletin=""),
    )
    with reading(either_database) as session:
        assert list(bulletins(session).items()) == [("2024-T4", 1), ("2024-T3", 3)]
        assert ids(of_bulletin(session, "2024-T3", 9)) == ["c", "b", "a"]
        assert ids(of_bulletin(session, "2024-T3", 1, 1)) == ["b"]
