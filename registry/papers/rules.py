"""Who may ask for a paper."""

from dataclasses import dataclass
from datetime import date

from registry.core.actor import Actor
from registry.papers.states import RIGHTS, PaperKind
from registry.sites.queries import find_site
from registry.structures.queries import tenures_of_firm


@dataclass(frozen=True)
class Wish:
    """Which paper: 就業履歴一覧 from month to month, of the asker or on a site. Months are their first days."""

    kind: PaperKind
    first_month: date
    last_month: date
    site_id: int | None = None


def may_ask(by: Actor, wish: Wish, *, on: date) -> bool:
    """Whether somebody may have a paper: with the right to the page, and for a site a part in it."""
    if by.subject_id is None or not by.has(RIGHTS[wish.kind]):
        return False
    return wish.site_id is None or _has_part(wish.site_id, by, by.subject_id, on=on)


def _has_part(site_id: int, by: Actor, business_id: int, *, on: date) -> bool:
    site = find_site(site_id)
    if site is None or not by.reaches(site.business_id, site.unit_id):
        return False
    return site.business_id == business_id or bool(tenures_of_firm(site_id, business_id, on=on))
