"""Who may ask for a paper."""

from dataclasses import dataclass
from datetime import date

from registry.core.actor import Actor
from registry.histories.queries import list_days_for_firm
from registry.papers.states import RIGHTS, RIGHTS_TO_SEE, PaperKind
from registry.sites.queries import find_site
from registry.structures.queries import tenures_of_firm
from registry.workers.queries import linked_businesses


@dataclass(frozen=True)
class Wish:
    """Which paper: 就業履歴一覧 from month to month, of the asker, on a site, or of one of the firm's people.

    Months are their first days.
    """

    kind: PaperKind
    first_month: date
    last_month: date
    site_id: int | None = None
    worker_id: int | None = None


def may_ask(by: Actor, wish: Wish, *, on: date) -> bool:
    """Whether somebody may have a paper made of what he may see."""
    return by.has(RIGHTS[wish.kind]) and may_see(by, wish, on=on)


def may_see(by: Actor, wish: Wish, *, on: date) -> bool:
    """Whether somebody may have what stands on a paper: with the right to the page, a part in the site, a claim to the person."""
    if by.subject_id is None or not by.has(RIGHTS_TO_SEE[wish.kind]):
        return False
    if wish.worker_id is not None:
        return _is_ours(wish.worker_id, by.subject_id, wish, on=on)
    return wish.site_id is None or _has_part(wish.site_id, by, by.subject_id, on=on)


def _is_ours(worker_id: int, business_id: int, wish: Wish, *, on: date) -> bool:
    """Whether a firm has a person's page: linked today, or worked for it in these months."""
    if business_id in linked_businesses([worker_id], on=on).get(worker_id, ()):
        return True
    return bool(list_days_for_firm(worker_id, business_id, wish.first_month, through=wish.last_month))


def _has_part(site_id: int, by: Actor, business_id: int, *, on: date) -> bool:
    site = find_site(site_id)
    if site is None or not by.reach.holds_site(site.id, site.unit_id):
        return False
    return site.business_id == business_id or bool(tenures_of_firm(site_id, business_id, on=on))
