"""Counting the searches that find nothing good: what the next demandes are made of.

Nothing here tells who searched, nor when within a month. A search is noted in memory and counted
aside, with those of the other processes: no visitor waits for it, and none is refused when it
fails.
"""

import datetime as dt
import hashlib
import logging
import re
import secrets
import threading
import unicodedata
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import NamedTuple

from sqlalchemy import Engine, delete, func, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from impact_alliances.db import insert_absent, reading, written
from impact_alliances.errors import Refusal, Unavailable
from impact_alliances.resources.demandes import LONGEST_DEMANDE, as_heard
from impact_alliances.resources.unmet import UnmetKey, UnmetSearch
from impact_alliances.search.ranking import wherever
from impact_alliances.search.results import BY_NAME, BY_WORDS, Hit, Results

# Made so often, a text is no longer one person's own, and is kept.
OFTEN = 5
# How many months a text is kept, the one under way included.
MONTHS_KEPT = 12
# The best score of a search that found nothing good, none of whose hits holds its words
# (`bench/unmet.py`).
POOR_SCORE = 0.7
# Searches noted in memory until they are counted, and different ones counted in a month: more are
# let go.
MOST_WAITING, MOST_COUNTED = 1_000, 20_000
# How often, in seconds, those noted are counted.
COUNT_EVERY_S = 30.0
# What may name a person is never noted: an address, its sign spelled or not; eight digits or more
# in a row, parted or not.
_PERSONAL = re.compile(r"@|\barobase\b|[(\[{]\s*at\s*[)\]}]|\d(?:[\s.\-/()]*\d){7}", re.IGNORECASE)
_log = logging.getLogger(__name__)


class Unmet(NamedTuple):
    """A text that was searched in vain in a month, so many `times`."""

    month: str
    times: int
    text: str


def found_nothing_good(found: Results) -> bool:
    """Whether a search of the whole base, all of which answered, has no hit worth reading."""
    query = found.query
    is_bound = query.filters or query.rayon or query.comme
    is_whole = query.mode == "hybrid" and not (is_bound or found.degraded)
    if not query.q or not is_whole or query.page > 1 or query.sort != "pertinence":
        return False
    if not found.understanding.concepts:
        # A place, a quoted phrase or an exclusion alone: what is found is what was asked.
        return not found.hits
    return all(map(_is_poor, found.hits))


def _is_poor(hit: Hit) -> bool:
    """Whether a hit holds nothing of what is asked, and is far from it: that it is at the place
    asked for is no answer.
    """
    is_far = wherever(hit.score, hit.nearness) < POOR_SCORE
    return is_far and not {BY_NAME, BY_WORDS} & set(hit.matched_by)


def today() -> dt.date:
    """The day, in UTC."""
    return dt.datetime.now(dt.UTC).date()


class UnmetSearches:
    """Notes them, counts them, and lists the texts that were asked often. Where it is not
    `wanted`, nothing is noted.
    """

    def __init__(
        self, database: Engine, *, wanted: bool = True, day: Callable[[], dt.date] = today
    ) -> None:
        self._database = database
        self._is_wanted = wanted
        self._day = day
        self._waiting: deque[str] = deque(maxlen=MOST_WAITING)

    def note(self, found: Results) -> None:
        """Note a search if it found nothing good. It costs nothing and never fails."""
        text = " ".join(found.query.q.split())
        if self._is_wanted and found_nothing_good(found) and _is_impersonal(text):
            self._waiting.append(text)

    def keep_counting(self, stop: threading.Event) -> None:
        """Until `stop` is set, and once more then, count what was noted."""
        while not stop.wait(COUNT_EVERY_S):
            self.count()
        self.count()

    def count(self) -> None:
        """Count what was noted, and erase what is old. What cannot be written is let go."""
        noted = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            written(self._database, lambda session: self._count(session, noted))
        except (SQLAlchemyError, Unavailable, Refusal) as fault:
            _log.debug("Recherches sans réponse non comptées : %s", fault)

    def often(self) -> list[Unmet]:
        """The texts kept, the newest month first, the commonest first."""
        statement = select(UnmetSearch.month, UnmetSearch.count, UnmetSearch.text).where(
            UnmetSearch.text != "", col(UnmetSearch.month) > _months_before(self._day())
        )
        order = (col(UnmetSearch.month).desc(), col(UnmetSearch.count).desc(), UnmetSearch.text)
        with reading(self._database) as session:
            return [Unmet(*row) for row in session.exec(statement.order_by(*order))]

    # -- writing ----------------------------------------------------------------------------------

    def _count(self, session: Session, noted: list[str]) -> None:
        month = _month(self._day())
        _forget(session, month, _months_before(self._day()))
        if not noted:
            return
        key = _key_of(session, month)
        texts = {_digest(text, key): text for text in reversed(noted)}
        counts = Counter(_digest(text, key) for text in noted)
        _make_room(session, month, counts)
        # In one order, so that two processes never wait for each other.
        for digest in sorted(counts):
            _add(session, month, digest, counts[digest], texts[digest])


def _is_impersonal(text: str) -> bool:
    # « ⓪⑥ » and « ＠ » are digits and a sign as others.
    plain = unicodedata.normalize("NFKC", text)
    return len(text) <= LONGEST_DEMANDE and bool(as_heard(text)) and not _PERSONAL.search(plain)


def _month(day: dt.date) -> str:
    return f"{day:%Y-%m}"


def _months_before(day: dt.date) -> str:
    """The newest month whose texts are no longer kept."""
    months = day.year * 12 + day.month - 1 - MONTHS_KEPT
    return f"{months // 12:04}-{months % 12 + 1:02}"


def _digest(text: str, key: bytes) -> str:
    """What is heard of a text, under the key of the month."""
    return hashlib.blake2b(as_heard(text).encode(), key=key, digest_size=16).hexdigest()


def _key_of(session: Session, month: str) -> bytes:
    """The key of a month, that of the first process which needed one."""
    insert_absent(session, UnmetKey, [{"month": month, "key": secrets.token_bytes(32)}])
    return session.exec(select(UnmetKey.key).where(UnmetKey.month == month)).one()


def _forget(session: Session, month: str, old: str) -> None:
    """Delete the keys of other months, with what only they could tell, and the texts of `old`."""
    former = col(UnmetSearch.month) != month
    session.execute(delete(UnmetKey).where(col(UnmetKey.month) != month))
    session.execute(delete(UnmetSearch).where(former, col(UnmetSearch.text) == ""))
    session.execute(delete(UnmetSearch).where(col(UnmetSearch.month) <= old))


def _make_room(session: Session, month: str, counts: Mapping[str, int]) -> None:
    """A row for each of these searches, as long as the month has room."""
    held = select(func.count()).select_from(UnmetSearch).where(UnmetSearch.month == month)
    room = max(0, MOST_COUNTED - session.exec(held).one())
    known = select(UnmetSearch.digest).where(
        UnmetSearch.month == month, col(UnmetSearch.digest).in_(counts)
    )
    new = sorted(counts.keys() - set(session.exec(known)))[:room]
    rows = [{"month": month, "digest": digest, "count": 0, "text": ""} for digest in new]
    insert_absent(session, UnmetSearch, rows)


def _add(session: Session, month: str, digest: str, times: int, text: str) -> None:
    one = (col(UnmetSearch.month) == month) & (col(UnmetSearch.digest) == digest)
    more = update(UnmetSearch).where(one).values(count=col(UnmetSearch.count) + times)
    count = session.scalar(more.returning(col(UnmetSearch.count)))
    if count is not None and count >= OFTEN:
        kept = update(UnmetSearch).where(one, col(UnmetSearch.text) == "").values(text=text)
        session.execute(kept)
