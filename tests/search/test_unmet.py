"""Searches that find nothing good: counted together, without a trace of who made them, erased."""

import datetime as dt
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from impact_alliances.db import make_engine, reading
from impact_alliances.resources.key import Key
from impact_alliances.resources.unmet import UnmetKey, UnmetSearch
from impact_alliances.search import unmet
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.ranking import Ranked
from impact_alliances.search.results import Hit, Results
from impact_alliances.search.unmet import (
    OFTEN,
    POOR_SCORE,
    Unmet,
    UnmetSearches,
    found_nothing_good,
)
from impact_alliances.text.understanding import Concept, Understanding
from impact_alliances.wiring import Service
from support.builders import a_case
from support.service import a_service

NOVEMBER = dt.date(2026, 11, 30)


def _nothing(said: str, **query: object) -> Results:
    """A search that found nothing."""
    asked = SearchQuery(q=said, **query)  # type: ignore[arg-type]
    return Results(asked, 0, (), (), Understanding(said), (), None, 1.0)


class Day:
    """A day that a test moves."""

    def __init__(self) -> None:
        self.now = NOVEMBER

    def __call__(self) -> dt.date:
        return self.now


@pytest.fixture
def day() -> Day:
    return Day()


def _noted(database: Engine, day: Day, *said: str) -> UnmetSearches:
    searches = UnmetSearches(database, day=day)
    for one in said:
        searches.note(_nothing(one))
    searches.count()
    return searches


def _counts(database: Engine) -> list[tuple[int, str]]:
    with reading(database) as session:
        rows = session.exec(select(UnmetSearch.count, UnmetSearch.text)).all()
    return sorted(rows)


def test_a_text_is_kept_from_its_fifth_time_on(either_database: Engine, day: Day) -> None:
    """Before that the database does not hold it, in whatever form."""
    for _ in range(OFTEN - 1):
        _noted(either_database, day, "plus de kiné")
    assert _counts(either_database) == [(4, "")]
    searches = _noted(either_database, day, "Plus de KINE !", "un saut en parachute")
    assert _counts(either_database) == [(1, ""), (5, "Plus de KINE !")]
    assert searches.often() == [Unmet("2026-11", 5, "Plus de KINE !")]


def test_several_processes_count_together(either_database: Engine, day: Day) -> None:
    """At the same instant too, and under the same key."""
    several = [UnmetSearches(either_database, day=day) for _ in range(6)]
    together = threading.Barrier(len(several))

    def count(one: UnmetSearches) -> None:
        for said in ("a la mer", "b la mer", "c la mer"):
            one.note(_nothing(said))
        together.wait()
        one.count()

    threads = [threading.Thread(target=count, args=(one,)) for one in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [count for count, _ in _counts(either_database)] == [6, 6, 6]


def test_the_key_goes_with_the_month(either_database: Engine, day: Day) -> None:
    """With it go the counts that only it could read; the same words are then another hash."""
    often = _noted(either_database, day, *["plus de kiné"] * 5, "ma plage")
    with reading(either_database) as session:
        former = {row.digest for row in session.exec(select(UnmetSearch))}
    day.now = dt.date(2026, 12, 1)
    _noted(either_database, day, "ma plage", "plus de kiné")
    with reading(either_database) as session:
        assert [key.month for key in session.exec(select(UnmetKey))] == ["2026-12"]
        rows = session.exec(select(UnmetSearch)).all()
    assert sorted((row.month, row.count, row.text) for row in rows) == [
        ("2026-11", 5, "plus de kiné"),
        ("2026-12", 1, ""),
        ("2026-12", 1, ""),
    ]
    assert not former & {row.digest for row in rows if row.month == "2026-12"}
    assert often.often() == [Unmet("2026-11", 5, "plus de kiné")]


def test_a_text_is_erased_after_a_year(either_database: Engine, day: Day) -> None:
    """Nobody needs to search for that: counting nothing erases too."""
    searches = _noted(either_database, day, *["plus de kiné"] * 5)
    day.now = dt.date(2027, 10, 31)
    searches.count()
    assert len(searches.often()) == 1
    day.now = dt.date(2027, 11, 1)
    assert searches.often() == []
    searches.count()
    assert _counts(either_database) == []


@pytest.mark.parametrize(
    "said",
    [
        "écrire à awa@exemple.fr",
        "écrire à awa＠exemple.fr",
        "écrire à awa @ exemple . fr",
        "écrire à awa (at) exemple.fr",
        "écrire à awa Arobase exemple point fr",
        "⓪⑥③⑨⑨⑧⓪⓪⓪①",
        "06 39 98 00 01",
        "rappelez-moi au +33 (0)6.39.98.00.01 merci",
        "0639980001",
        "98 12 34 56",
        "x" * 201,
        "…",
    ],
)
def test_what_may_name_a_person_or_is_no_text_is_never_noted(
    database: Engine, day: Day, said: str
) -> None:
    _noted(database, day, *[said] * 6)
    assert _counts(database) == []


@pytest.mark.parametrize("said", ["loi 2014-856", "22300 Lannion", "ODD 17, 20 000 habitants"])
def test_other_numbers_are_noted(database: Engine, day: Day, said: str) -> None:
    _noted(database, day, said)
    assert _counts(database) == [(1, "")]


def test_the_database_holds_nothing_but_month_hash_count_and_text(database: Engine) -> None:
    """A column more would be a trace."""
    with database.connect() as connection:
        for table, columns in (
            ("unmet_search", {"month", "digest", "count", "text"}),
            ("unmet_key", {"month", "key"}),
        ):
            found = connection.execute(text(f"SELECT * FROM {table}")).keys()
            assert set(found) == columns


@pytest.mark.parametrize(
    "query",
    [
        {"page": 2},
        {"mode": "keyword"},
        {"tri": "date"},
        {"filters": (("kind", ("case",)),)},
        {"near": "22113", "rayon": "10"},
        {"comme": "22113"},
    ],
)
def test_only_a_whole_search_tells_what_lacks(query: dict[str, object]) -> None:
    assert found_nothing_good(_nothing("kiné"))
    assert not found_nothing_good(_nothing("kiné", **query))
    assert not found_nothing_good(replace(_nothing("kiné"), degraded="Une panne."))
    assert not found_nothing_good(_nothing(""))


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return a_service(tmp_path, *(a_case(id=f"c{n}", title=f"La haie {n}") for n in range(12)))


def test_a_good_search_is_not_counted(service: Service) -> None:
    """The text of a good one is nowhere, one in vain is there."""
    assert not found_nothing_good(service.finder.find(SearchQuery(q="la haie 3")))
    assert found_nothing_good(service.finder.find(SearchQuery(q="zyxw")))


@pytest.mark.parametrize("said", ["Lannion", "Bretagne", "« la haie »", "-chêne"])
def test_what_asks_for_no_word_is_in_vain_when_nothing_is_found(
    service: Service, said: str
) -> None:
    """A place, a phrase and an exclusion alone list what they say, whatever its score."""
    found = service.finder.find(SearchQuery(q=said))
    assert found.total
    assert not found_nothing_good(found)
    assert found_nothing_good(replace(found, total=0, hits=()))


@pytest.mark.parametrize(
    ("score", "nearness", "ranked", "is_poor"),
    [
        (POOR_SCORE - 0.01, 0.0, {}, True),
        (POOR_SCORE, 0.0, {}, False),
        (0.1, 0.0, {"by_words": True}, False),
        (0.1, 0.0, {"by_name": True}, False),
        # 10 + 64 for being there: 74 / (74 + 15).
        (0.8315, 1.0, {}, True),
        # 36 + 64.
        (0.8696, 1.0, {}, False),
    ],
)
def test_a_hit_is_worth_reading_by_its_words_or_its_meaning(
    score: float, nearness: float, ranked: dict[str, bool], is_poor: bool
) -> None:
    """Each is enough; to be at the place asked for is not."""
    one = Ranked(Key("case", "x"), score, **{"by_words": False, "by_meaning": True, **ranked})
    hit = replace(Hit.of(a_case(id="x"), one, frozenset()), nearness=nearness)
    understood = Understanding("kiné", (Concept("kiné", ("kine",)),))
    found = replace(_nothing("kiné"), total=1, hits=(hit,), understanding=understood)
    assert found_nothing_good(found) == is_poor


def test_what_cannot_be_counted_is_let_go(tmp_path: Path) -> None:
    """A base without its tables, or that cannot be written, is nobody's trouble."""
    searches = UnmetSearches(make_engine(f"sqlite:///{tmp_path / 'vide.sqlite3'}"))
    searches.note(_nothing("kiné"))
    searches.count()
    searches.count()


def test_a_flood_is_bounded(database: Engine, day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    """In memory, and in the database, where what is counted already goes on."""
    monkeypatch.setattr(unmet, "MOST_COUNTED", 3)
    _noted(database, day, *(f"mot {n}" for n in range(unmet.MOST_WAITING + 10)))
    assert [count for count, _ in _counts(database)] == [1, 1, 1]
    _noted(database, day, *(f"mot {n}" for n in range(10, unmet.MOST_WAITING + 10)))
    assert [count for count, _ in _counts(database)] == [2, 2, 2]


def test_where_it_is_not_wanted_nothing_is_noted(database: Engine) -> None:
    searches = UnmetSearches(database, wanted=False)
    searches.note(_nothing("kiné"))
    searches.count()
    assert _counts(database) == []
