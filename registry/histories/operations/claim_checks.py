"""What a day that is entered by hand may say, and whether it may still be answered."""

from datetime import date, time

from registry.core.days import jst_day
from registry.core.errors import RegistryError
from registry.histories.derive.deadlines import FIRST_DAY, is_answerable, is_self_declared
from registry.histories.derive.hours import is_too_long
from registry.histories.models import Claim
from registry.sites.queries import find_site


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


class ClaimTooLateError(RegistryError):
    """An entry that came too late to be approved (自己申告) is answered or confirmed."""

    code = "CLAIM_TOO_LATE"


class ClaimSiteClosedError(RegistryError):
    """An entry is answered or confirmed whose site was closed too long ago."""

    code = "CLAIM_SITE_CLOSED"


class ReplyTooLateError(RegistryError):
    """A worker answers a refusal when nothing can come of it any more: the site was closed too long ago."""

    code = "REPLY_TOO_LATE"


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


def is_late(claim: Claim) -> bool:
    """自己申告: nobody can approve it, so nobody is asked for a part in that."""
    return is_self_declared(claim.day, jst_day(claim.recorded_at))


def may_be_answered(claim: Claim, on: date) -> bool:
    """Whether the prime may approve or refuse a claim on a day (ruling 28)."""
    site = find_site(claim.site_id) if claim.site_id else None
    return is_answerable(
        claim.day, recorded_at=claim.recorded_at, joined_at=claim.joined_at,
        closed_on=site.closed_on if site else None, on=on,
    )  # fmt: skip


def check_answerable(claim: Claim, on: date, *, field: str | None = None) -> None:
    """Refuse what nobody can approve any more. Raises `ClaimTooLateError`, `ClaimSiteClosedError`."""
    if is_late(claim):
        raise ClaimTooLateError(field=field)
    if not may_be_answered(claim, on):
        raise ClaimSiteClosedError(field=field)
