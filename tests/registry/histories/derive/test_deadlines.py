"""The deadlines of days entered by hand (ruling 28)."""

from datetime import UTC, date, datetime

import pytest

from registry.histories.derive.deadlines import (
    asks_since,
    is_answerable,
    is_late_answer,
    is_self_declared,
    last_answer_on,
)

# The last moment in time for a day of November, and the first one too late: midnight is that of Japan.
IN_TIME = datetime(2026, 12, 31, 14, 59, tzinfo=UTC)
TOO_LATE = datetime(2026, 12, 31, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 11, 1), date(2026, 12, 31)),
        (date(2026, 11, 30), date(2026, 12, 31)),
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2027, 12, 31), date(2028, 1, 31)),
    ],
)
def test_the_end_of_the_next_month_is_the_last_day_in_time(day: date, last: date) -> None:
    after = date.fromordinal(last.toordinal() + 1)
    assert (is_self_declared(day, last), is_self_declared(day, after)) == (False, True)
    assert (is_late_answer(day, last), is_late_answer(day, after)) == (False, True)


def test_a_claim_that_was_joined_to_its_site_later_asks_since_then() -> None:
    assert asks_since(date(2026, 11, 20), None) == date(2026, 11, 20)
    assert asks_since(date(2026, 11, 20), TOO_LATE) == date(2027, 1, 1)


def test_an_open_site_sets_no_end_to_answers() -> None:
    assert last_answer_on(date(2026, 11, 20), None) is None


@pytest.mark.parametrize(
    ("closed_on", "last"),
    [
        (date(2027, 1, 10), date(2027, 2, 10)),
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2027, 12, 15), date(2028, 1, 15)),
        # A close never cuts the ordinary time short.
        (date(2026, 11, 21), date(2026, 12, 31)),
    ],
)
def test_answers_end_a_month_after_the_close(closed_on: date, last: date) -> None:
    assert last_answer_on(date(2026, 11, 20), closed_on) == last


@pytest.mark.parametrize(
    ("recorded_at", "joined_at", "on", "expected"),
    [
        (IN_TIME, None, date(2027, 2, 10), True),
        (IN_TIME, None, date(2027, 2, 11), False),
        (IN_TIME, datetime(2027, 2, 9, 15, tzinfo=UTC), date(2027, 3, 31), True),
        (IN_TIME, datetime(2027, 2, 9, 15, tzinfo=UTC), date(2027, 4, 1), False),
        (TOO_LATE, None, date(2027, 1, 1), False),  # 自己申告
    ],
)
def test_what_came_in_time_is_answered_until_a_month_after_the_close(
    recorded_at: datetime, joined_at: datetime | None, on: date, *, expected: bool
) -> None:
    day, closed_on = date(2026, 11, 20), date(2027, 1, 10)
    assert is_answerable(day, recorded_at=recorded_at, joined_at=joined_at, closed_on=closed_on, on=on) is expected
