from datetime import date

import pytest
from django.utils.translation import gettext, override

from portals.base.calendars import DayMark, DayState, month_weeks


def test_month_weeks_begin_on_sunday_and_are_whole() -> None:
    weeks = month_weeks(date(2026, 11, 20), [])
    assert weeks[0][0].on == date(2026, 11, 1)
    assert {len(week) for week in weeks} == {7}
    assert not weeks[-1][-1].inside


def test_month_weeks_carry_the_marks() -> None:
    mark = DayMark(date(2026, 11, 20), DayState.WAITING)
    cells = [cell for week in month_weeks(date(2026, 11, 1), [mark]) for cell in week]
    assert [cell.on.day for cell in cells if cell.mark] == [20]
    assert mark.key == "base.day.waiting"
    assert mark.long_key == "base.day.waiting.long"


WORDS = {
    DayState.COUNTED: "day.standing.formal", DayState.WAITING: "day.standing.waiting", DayState.CLAIMED: "day.standing.claimed",
    DayState.UNAPPROVED: "day.standing.unapproved", DayState.REFUSED: "day.standing.refused",
}  # fmt: skip


@pytest.mark.parametrize(("state", "key"), WORDS.items())
def test_a_state_has_one_word_in_calendars_lists_and_sums(state: DayState, key: str) -> None:
    with override("ja"):
        word = gettext(DayMark(date(2026, 11, 20), state).key)
        assert word == gettext(key)
        if state is not DayState.REFUSED:
            assert word == gettext(key.replace("standing", "counter"))
