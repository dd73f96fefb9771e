"""Numbers, plurals, dates and lists, typeset as French is."""

import datetime as dt

import pytest

from impact_alliances.vocabularies import french


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (999, "999"), (1_234, "1\u202f234"), (1_234_567, "1\u202f234\u202f567")],
)
def test_thousands_are_parted_by_narrow_spaces(value: int, shown: str) -> None:
    assert french.number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0\u00a0note"), (1, "1\u00a0note"), (2, "2\u00a0notes"), (1_500, "1\u202f500\u00a0notes")],
)
def test_french_is_plural_from_two_on(value: int, shown: str) -> None:
    assert french.counted(value, "note", "notes") == shown


@pytest.mark.parametrize(
    ("km", "told"),
    [
        (0.4, "moins de 1\u00a0km"),
        (1, "1\u00a0km"),
        (47.4, "47\u00a0km"),
        (99.4, "99\u00a0km"),
        (99.6, "100\u00a0km"),
        (234.5, "230\u00a0km"),
        (1_376, "1\u202f380\u00a0km"),
    ],
)
def test_far_is_told_less_finely_than_near(km: float, told: str) -> None:
    """Nobody goes 234 km rather than 230."""
    assert french.kilometres(km) == told


def test_days_are_written_as_french_people_do() -> None:
    assert french.day(dt.date(2024, 10, 3)) == "3\u00a0octobre 2024"
    assert french.day(dt.date(2024, 8, 1)) == "1er\u00a0août 2024"
    assert french.day(dt.date(2024, 5, 16), weekday=True) == "jeudi 16\u00a0mai 2024"
    assert french.month(dt.date(2024, 2, 29)) == "février 2024"


@pytest.mark.parametrize(
    ("items", "shown"),
    [([], ""), (["a"], "a"), (["a", "b"], "a et b"), (["a", "b", "c"], "a, b et c")],
)
def test_lists_end_with_a_conjunction(items: list[str], shown: str) -> None:
    assert french.listed(items) == shown


def test_quotes_hold_their_text_with_no_break_spaces() -> None:
    assert french.quoted("santé") == "«\u00a0santé\u00a0»"


def test_quotes_within_quotes_are_the_inner_ones() -> None:
    assert french.nested('l’"aller vers" et "a') == 'l’“aller vers” et "a'


def test_no_line_of_a_page_begins_with_a_high_sign() -> None:
    """Plain spaces become no-break ones there, and nowhere else: an address keeps its own."""
    page = '<a href="/recherche?q=a:b;c">« Qui ? »</a> : 12 % !'
    assert french.typeset(page) == (
        '<a href="/recherche?q=a:b;c">«\u00a0Qui\u00a0?\u00a0»</a>\u00a0: 12\u00a0%\u00a0!'
    )
    assert french.typeset(french.typeset(page)) == french.typeset(page)
