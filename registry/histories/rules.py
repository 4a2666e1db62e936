"""Yes/no questions about days."""

from datetime import date

from registry.accounts.states import Permission
from registry.core.actor import Actor
from registry.histories.derive.deadlines import is_late_answer
from registry.sites.queries import SiteRow
from registry.sites.rules import is_prime


def speaks_for_prime(site: SiteRow | None, by: Actor) -> bool:
    """Whether somebody speaks for the prime of a site."""
    return site is not None and by.has(Permission.SITE_MANAGE) and is_prime(by, site)


def needs_approval(day: date, site: SiteRow | None, *, by: Actor, on: date) -> bool:
    """Whether an edit waits for the prime: after the end of the next month, unless the prime itself says it (ruling 29)."""
    return is_late_answer(day, on) and not speaks_for_prime(site, by)
