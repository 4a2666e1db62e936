"""What a day that is entered by hand may say."""

from datetime import date, time

from registry.core.errors import RegistryError
from registry.histories.derive.deadlines import FIRST_DAY
from registry.histories.derive.hours import is_too_long


class ClaimDayError(RegistryError):
    """A day lies in the future."""

    code = "CLAIM_DAY"


class ClaimOldError(RegistryError):
    """A day lies before the register began."""

    code = "CLAIM_OLD"


class ClaimBeginError(RegistryError):
    """An end is said without a beginning."""

    code = "CLAIM_BEGIN"


class ClaimLongError(RegistryError):
    """From the beginning to the end it is longer than a shift."""

    code = "CLAIM_LONG"


def check_day(day: date, today: date) -> None:
    """Refuse days to come and those before the register. Raises `ClaimDayError`, `ClaimOldError`."""
    if day > today:
        raise ClaimDayError(field="day")
    if day < FIRST_DAY:
        raise ClaimOldError(field="day")


def check_hours(begins_at: time | None, ends_at: time | None) -> None:
    """Refuse an end without its beginning, or too long after it. Raises `ClaimBeginError`, `ClaimLongError`."""
    if ends_at is None:
        return
    if begins_at is None:
        raise ClaimBeginError(field="begins_at")
    if is_too_long(begins_at, ends_at):
        raise ClaimLongError(field="ends_at")
