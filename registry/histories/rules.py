"""Yes/no questions about days."""

from datetime import date

from registry.accounts.states import Permission
from registry.core.actor import Actor
from registry.histories.derive.deadlines import is_late_answer, last_answer_on
from registry.sites.queries import SiteRow
from registry.sites.rules import is_prime


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
    last_on = last_answer_on(day, site.closed_on)
    return firm != site.business_id and (last_on is None or on <= last_on)
