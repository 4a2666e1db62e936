"""Until when days entered by hand are in time, and may be answered (ruling 28)."""

from calendar import monthrange
from datetime import date, datetime

from registry.core.days import end_of_next_month, jst_day

FIRST_DAY = date(2018, 1, 1)  # no register of days before


def is_self_declared(day: date, recorded_on: date) -> bool:
    """自己申告: entered after the end of the month after the day. It is kept, and never becomes formal."""
    return recorded_on > end_of_next_month(day)


def is_late_answer(day: date, answered_on: date) -> bool:
    """期限後承認: answered after the end of the month after the day."""
    return answered_on > end_of_next_month(day)


def asks_since(day: date, joined_at: datetime | None) -> date:
    """The day by which the time to answer a claim is counted: that of the joining, where its site came later (ruling 30)."""
    return jst_day(joined_at) if joined_at else day


def last_answer_on(day: date, closed_on: date | None) -> date | None:
    """The last day on which what was said of a day in time may be answered: a month after the site's last close.

    None while the site is open. The ordinary time to answer is never cut short by a close.
    """
    if closed_on is None:
        return None
    year, month = closed_on.year + closed_on.month // 12, closed_on.month % 12 + 1
    month_later = date(year, month, min(closed_on.day, monthrange(year, month)[1]))
    return max(month_later, end_of_next_month(day))


def is_open_to_answers(day: date, closed_on: date | None, *, on: date) -> bool:
    """Whether the time to answer what was said of a day in time lasts still."""
    last_on = last_answer_on(day, closed_on)
    return last_on is None or on <= last_on


def is_answerable(
    day: date, *, recorded_at: datetime, joined_at: datetime | None, closed_on: date | None, on: date
) -> bool:
    """Whether the prime may approve or refuse a claim: it was made in time, and its site was not closed too long ago."""
    in_time = not is_self_declared(day, jst_day(recorded_at))
    return in_time and is_open_to_answers(asks_since(day, joined_at), closed_on, on=on)
