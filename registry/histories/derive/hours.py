"""Hours that somebody says of a day; they are not working hours (ruling 32)."""

from datetime import date, datetime, time, timedelta

LONGEST = timedelta(hours=16)  # of one shift (ruling 27)


def ends_next_morning(begins_at: time, ends_at: time) -> bool:
    """Whether a shift goes over midnight: its end is not after its beginning."""
    return ends_at <= begins_at


def is_too_long(begins_at: time, ends_at: time) -> bool:
    """Whether nobody works that long in one shift."""
    day = date.min
    end = day + timedelta(days=1) if ends_next_morning(begins_at, ends_at) else day
    return datetime.combine(end, ends_at) - datetime.combine(day, begins_at) > LONGEST
