"""Yes/no questions about days."""

from datetime import date

from registry.accounts.states import Permission
from registry.core.actor import Actor
from registry.core.days import end_of_next_month
from registry.histories.derive.binding import BoundDay
from registry.histories.derive.deadlines import is_late_answer, is_open_to_answers
from registry.histories.states import Reason, Standing
from registry.sites.queries import SiteRow
from registry.sites.rules import is_prime
from registry.touches.states import Direction


def speaks_for_prime(site: SiteRow | None, by: Actor) -> bool:
    """Whether somebody speaks for the prime of a site."""
    return site is not None and by.has(Permission.SITE_MANAGE) and is_prime(by, site)


def needs_approval(day: date, site: SiteRow | None, *, by: Actor, on: date) -> bool:
    """Whether an edit waits for the prime: after the end of the next month, unless the prime itself says it (ruling 29)."""
    return is_late_answer(day, on) and not speaks_for_prime(site, by)


def may_refuse_position(day: date, site: SiteRow, *, firm: int | None, on: date) -> bool:
    """Whether the prime may still refuse a position that an employer said in time (ruling 29).

    No ruling limits it, so it has the time that it has for all answers (ruling 28). What it said of its own people stands.
    """
    return firm != site.business_id and is_open_to_answers(day, site.closed_on, on=on)


# Reasons that hold a day up or keep it from counting (`touch_reasons.csv`), unless another touch or the prime's word makes it count.
HOLDING = frozenset({
    Reason.CARD_LOST, Reason.CARD_UNKNOWN, Reason.OUTSIDE_PERIOD, Reason.SITE_CLOSED, Reason.SITE_NOT_OF_DEVICE,
    Reason.DEVICE_REVOKED, Reason.CLOCK_IMPLAUSIBLE, Reason.POSTER_FIXED,
})  # fmt: skip
# Reasons of days that count and that the prime may say do not (`touch_reasons.csv`).
DOUBTS = (Reason.TWO_PLACES, Reason.TYPED_NUMBER, Reason.CLOCK_OFF)


def may_doubt(bound: BoundDay, *, on: date) -> bool:
    """Whether the prime may say of a day that counts that it does not: a typed number until the end of the next month."""
    if bound.standing is not Standing.FORMAL:
        return False
    doubts = {one for one in DOUBTS if one in bound.reasons}
    return bool(doubts - {Reason.TYPED_NUMBER}) or (bool(doubts) and on <= end_of_next_month(bound.day))


def is_as_entered(bound: BoundDay) -> bool:
    """Whether a day is treated as a direct entry: nothing but a printed poster's code holds it up (`touch_reasons.csv`)."""
    return HOLDING.intersection(bound.reasons) == {Reason.POSTER_FIXED}


def may_decide(bound: BoundDay, site: SiteRow, *, on: date) -> bool:
    """Whether the prime may still say of a day that waits whether it counts: of one as entered as long as of entries (ruling 28)."""
    return bound.standing is Standing.FORMAL or may_take_back(bound, site, on=on)


def may_take_back(bound: BoundDay, site: SiteRow, *, on: date) -> bool:
    """Whether the prime may still take back that a day counts: only while it could say so anew."""
    return not is_as_entered(bound) or is_open_to_answers(bound.day, site.closed_on, on=on)


def is_here_now(bound: BoundDay, last: Direction | None) -> bool:
    """Whether somebody is still on the site, by what the last touch of the day says of itself.

    Where it says nothing the first touch is in and a later one out (ruling 26).
    """
    if last is None:  # never touched
        return False
    return last is Direction.IN or (last is Direction.NONE and bound.last is None)


def due_on_of(bound: BoundDay) -> date | None:
    """By when the prime is to say whether a day counts that waits as an entry does (ruling 28); None of all others."""
    waits = bound.standing is Standing.WAITING and is_as_entered(bound)
    return end_of_next_month(bound.day) if waits else None
