"""Reads of papers: who has asked for which; and the rows of a 就業履歴一覧, the same for CSV and PDF."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import Length

from registry.businesses.queries import names_of_businesses
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.days import jst_day
from registry.core.errors import NotFoundError
from registry.core.viewer import Viewer
from registry.disclosure.queries import full_name, see_workers_at_work, see_workers_on_site
from registry.histories.queries import (
    DayRow,
    approvals_of,
    list_days_for_firm,
    list_days_of_worker,
    list_month_of_firm,
    list_month_of_site,
    list_month_of_sites,
    names_of_claimed_sites,
    trades_in_words,
    unregistered_among,
)
from registry.histories.states import Approval
from registry.papers.models import Paper
from registry.papers.rules import Wish, may_see
from registry.papers.states import KEPT_FOR, RIGHTS, PaperKind, PaperState
from registry.sites.queries import ALL_AT_MOST, find_site, list_sites, names_of_sites
from registry.workers.states import ALL_OF_DAYS

SHOWN_AT_MOST = 50


@dataclass(frozen=True)
class PaperRow:
    """A paper as its asker sees it."""

    id: int
    wish: Wish
    site_name: str
    state: PaperState
    asked_at: datetime
    made_at: datetime | None
    failure: str
    size: int

    @property
    def kept_until(self) -> datetime:
        """When it is thrown away."""
        return self.asked_at + KEPT_FOR


def list_papers(viewer: Viewer) -> list[PaperRow]:
    """The papers that somebody asked for and may still have, newest first."""
    return _rows(_own(viewer))


def get_paper(viewer: Viewer, paper_id: int) -> PaperRow:
    """One of the viewer's own papers. Raises `NotFoundError`."""
    found = _rows(_own(viewer).filter(pk=paper_id))
    if not found:
        raise NotFoundError
    return found[0]


def _own(viewer: Viewer) -> QuerySet[Paper]:
    kinds = [kind for kind, right in RIGHTS.items() if viewer.has(right)]
    return Paper.objects.filter(account=viewer.account_id, kind__in=kinds)


def _rows(papers: QuerySet[Paper]) -> list[PaperRow]:
    names = (
        "id",
        "state",
        "asked_at",
        "made_at",
        "failure",
        "kind",
        "first_month",
        "last_month",
        "site_id",
        "site__name",
        "worker_id",
    )
    rows = papers.order_by("-id").values(*names, size=Length("content"))[:SHOWN_AT_MOST]
    return [
        PaperRow(
            row["id"], Wish(PaperKind(row["kind"]), row["first_month"], row["last_month"], row["site_id"], row["worker_id"]),
            row["site__name"] or "", PaperState(row["state"]), row["asked_at"], row["made_at"], row["failure"],
            row["size"] or 0,
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class DayLine:
    """One row of a 就業履歴一覧: a day, with all codes and numbers by name."""

    row: DayRow
    name: str
    site_id: int | None  # of a registered site
    site: str
    firm: str
    trade: str
    position: str
    approval: tuple[Approval, ...] = ()
    approved_at: datetime | None = None  # by the prime, of a day that was entered or is as good as that


@dataclass(frozen=True)
class DayList:
    """A 就業履歴一覧: whose or of which site, which months, the rows by day and first touch, as of when."""

    wish: Wish
    subject_id: int
    subject: str
    whole: bool  # a firm below the prime has its own part of a site's list
    lines: Sequence[DayLine]
    as_of: datetime
    firm: str = ""  # for whom one of its people worked


def list_days(viewer: Viewer, wish: Wish, *, at: datetime) -> DayList:
    """The rows that the page of the same months stands on; the look at the people is noted.

    Raises `NotFoundError` where the viewer may not see them.
    """
    if viewer.is_stranger or not may_see(viewer.actor(), wish, on=jst_day(at)):
        raise NotFoundError
    return _LISTS[wish.kind](viewer, wish, at=at)


def names_on_paper(viewer: Viewer, wish: Wish, people: Collection[int], *, at: datetime) -> dict[int, str]:
    """The names of those whose days stand on a paper or in a file; that all of their days was seen is noted (ruling 40)."""
    days = dict.fromkeys(people, ALL_OF_DAYS)
    if wish.site_id is not None:
        found = see_workers_on_site(viewer, wish.site_id, people, at=at, days=days)
    else:
        found = see_workers_at_work(viewer, people, at=at, days=days)
    return {one: full_name(seen) for one, seen in found.items()}


def _of_worker(viewer: Viewer, wish: Wish, *, at: datetime) -> DayList:
    worker_id = viewer.worker_id or 0
    rows = list_days_of_worker(worker_id, wish.first_month, through=wish.last_month)
    names = names_on_paper(viewer, wish, [worker_id], at=at)
    return DayList(wish, worker_id, names.get(worker_id, ""), whole=True, lines=day_lines(rows, names), as_of=at)


def _of_firm(viewer: Viewer, wish: Wish, *, at: datetime) -> DayList:
    firm = viewer.business_id or 0
    rows = list_month_of_firm(firm, wish.first_month)
    lines = day_lines(rows, names_on_paper(viewer, wish, {row.worker_id for row in rows}, at=at))
    return DayList(wish, firm, names_of_businesses([firm]).get(firm, ""), whole=True, lines=lines, as_of=at)


def _of_person(viewer: Viewer, wish: Wish, *, at: datetime) -> DayList:
    worker_id, firm = wish.worker_id or 0, viewer.business_id or 0
    rows = list_days_for_firm(worker_id, firm, wish.first_month, through=wish.last_month)
    names = names_on_paper(viewer, wish, [worker_id], at=at)
    name, firm_name = names.get(worker_id, ""), names_of_businesses([firm]).get(firm, "")
    return DayList(wish, worker_id, name, whole=True, lines=day_lines(rows, names), as_of=at, firm=firm_name)


def _of_sites(viewer: Viewer, wish: Wish, *, at: datetime) -> DayList:
    firm = viewer.business_id or 0
    rows = list_month_of_sites(
        [site.id for site in list_sites(firm, reach=viewer.reach, limit=ALL_AT_MOST)], wish.first_month
    )
    lines = day_lines(rows, names_on_paper(viewer, wish, {row.worker_id for row in rows}, at=at))
    return DayList(wish, firm, names_of_businesses([firm]).get(firm, ""), whole=True, lines=lines, as_of=at)


def _of_site(viewer: Viewer, wish: Wish, *, at: datetime) -> DayList:
    site = find_site(wish.site_id or 0)
    if site is None:
        raise NotFoundError
    whole = site.business_id == viewer.business_id
    rows = list_month_of_site(site.id, wish.first_month)
    if not whole:
        rows = [row for row in rows if viewer.business_id in row.bound.assignment.path]
    lines = day_lines(rows, names_on_paper(viewer, wish, {row.worker_id for row in rows}, at=at))
    return DayList(wish, site.id, site.name, whole=whole, lines=lines, as_of=at)


_LISTS = {
    PaperKind.WORKER_DAYS: _of_worker, PaperKind.FIRM_DAYS: _of_firm, PaperKind.PERSON_DAYS: _of_person,
    PaperKind.SITE_DAYS: _of_site, PaperKind.SITES_DAYS: _of_sites,
}  # fmt: skip


def day_lines(rows: Sequence[DayRow], people: Mapping[int, str]) -> list[DayLine]:
    """Days with the names of site, firm, trade and position; `people` are the names that the viewer may read."""
    sites = names_of_sites(row.bound.site_id for row in rows if row.bound.site_id)
    claimed = names_of_claimed_sites({row.bound.assignment.claim_id for row in rows if row.bound.assignment.claim_id})
    unregistered = unregistered_among(rows)
    firms = names_of_businesses(row.bound.assignment.business_id for row in rows if row.bound.assignment.business_id)
    trades, positions, approvals = code_names(Table.TRADES), code_names(Table.POSITIONS), approvals_of(rows)
    return [
        DayLine(
            row, people.get(row.worker_id, ""), None if row.bound.site_id in unregistered else row.bound.site_id,
            sites.get(row.bound.site_id or 0) or claimed.get(to.claim_id or 0, ""),
            firms.get(to.business_id or 0, ""), trades_in_words(to, trades), positions.get(to.position, ""),
            approved.how if approved else (), approved.at if approved else None,
        )
        for row in rows
        for to in [row.bound.assignment]
        for approved in [approvals.get((row.worker_id, row.bound.site_id or 0, row.bound.day))]
    ]  # fmt: skip
