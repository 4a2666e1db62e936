"""A site's day: who came and is here, who lacks something, who is expected, who is on no roster. Fifty people at a time."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.days import approval_in_words, looked_at, shown_day
from portals.base.months import chosen_day
from portals.base.records import full_name
from portals.base.search import pages_around, start_of
from portals.business.site_access import SiteAccess, access_to
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.businesses.queries import names_of_businesses
from registry.core.days import jst_day
from registry.core.ids import grouped
from registry.disclosure.queries import see_workers_on_site
from registry.histories.queries import DayRow, approvals_of, list_days_of_site
from registry.histories.rules import is_here_now
from registry.structures.queries import firms_of_expected, workers_on_rosters_below
from registry.touches.queries import directions_of
from registry.workers.states import DayItem

PEOPLE_AT_ONCE = 50


class Group(StrEnum):
    """Which people a page lists."""

    HERE = "here"
    CAME = "came"
    LACKING = "lacking"
    EXPECTED = "expected"
    UNLISTED = "unlisted"
    ENTERED = "entered"


# Of a day that has passed, who was expected did not come.
MISSED = "missed"


class Person(NamedTuple):
    """Somebody of the day: who came has a row, who is expected has none."""

    worker_id: int
    business_id: int | None
    row: DayRow | None


def _groups(access: SiteAccess, own: int, day: date) -> dict[Group, list[Person]]:
    """The people of a day; who touched last stands first. The prime sees all, a firm above others its path.

    An entered day tells of nobody that he came before it is approved. Who is here is told of today alone.
    """
    site_id = access.site_id
    rows, expected = reversed(list_days_of_site(site_id, day)), firms_of_expected(site_id, on=day)
    if not access.is_prime:
        rows = (row for row in rows if own in row.bound.assignment.path)
        below = workers_on_rosters_below(site_id, own)
        expected = {one: firm for one, firm in expected.items() if one in below}
    people = [Person(row.worker_id, row.bound.assignment.business_id, row) for row in rows]
    came = [one for one in people if one.row and one.row.bound.came]
    there = {one.worker_id for one in came}
    here = {Group.HERE: _still_here(site_id, came)} if day == access.working_day else {}
    return here | {
        Group.CAME: came,
        Group.LACKING: [one for one in came if one.row and one.row.bound.reasons],
        Group.EXPECTED: [Person(one, firm, None) for one, firm in expected.items() if one not in there],
        Group.UNLISTED: [one for one in came if one.worker_id not in expected],
        Group.ENTERED: [one for one in people if one.worker_id not in there],
    }


def _still_here(site_id: int, came: Sequence[Person]) -> list[Person]:
    """Those whose last touch is no going out."""
    rows = {one.worker_id: one.row.bound for one in came if one.row}
    ends = {worker_id: end for worker_id, row in rows.items() if not row.by_hand and (end := row.last or row.first)}
    said = directions_of(site_id, ends)
    return [one for one in came if is_here_now(rows[one.worker_id], said.get(one.worker_id))]


def _lines(request: HttpRequest, site_id: int, day: date, people: Iterable[Person]) -> list[dict[str, Any]]:
    """The people of a page with their names, and the way to the days here of those who have any: nobody else is looked at."""
    people = list(people)
    days = looked_at(([one for one in people if one.row], (DayItem.DAY, DayItem.TIMES, DayItem.FIRM)))
    ids = {one.worker_id for one in people}
    seen = see_workers_on_site(viewer_of(request), site_id, ids, at=timezone.now(), days=days)
    firms = names_of_businesses({one.business_id for one in people if one.business_id})
    approvals = approvals_of([one.row for one in people if one.row])
    return [
        {
            "worker_id": one.worker_id, "firm": firms.get(one.business_id or 0, ""),
            "name": full_name(seen[one.worker_id]) if one.worker_id in seen else grouped(one.worker_id),
            "url": reverse("business:person_on_site", args=[site_id, day.year, day.month, one.worker_id])
            if one.row else _page_of(request, one.worker_id),
            "day": shown_day(one.row, "") if one.row else None,
            "approval": approval_in_words(approval.how) if approval else "",
        }
        for one in people
        for approval in [approvals.get((one.worker_id, site_id, day))]
    ]  # fmt: skip


def _page_of(request: HttpRequest, worker_id: int) -> str:
    """The page of somebody who has no day here; who only looks at sites has none."""
    return reverse("business:worker", args=[worker_id]) if viewer_of(request).has(Permission.BUSINESS_WORKERS) else ""


def people_of_day(request: HttpRequest, access: SiteAccess, day: date) -> dict[str, Any]:
    """What the page of a site's day shows."""
    site, groups = access.site, _groups(access, business_of(request), day)
    asked, start = request.GET.get("show", ""), start_of(request)
    group = Group(asked) if asked in groups else Group.CAME
    found = groups[group]
    until = start + PEOPLE_AT_ONCE
    return {
        "site": site, "day": day, "group": group, "lines": _lines(request, site.id, day, found[start:until]),
        "number": len({one.worker_id for one in groups[Group.CAME]}),
        "tiles": [
            {
                "group": one, "label": _(f"site.day.{_word(one, access, day)}"),
                "number": len({person.worker_id for person in people}),
            }
            for one, people in groups.items()
        ],
        **pages_around(request, start, more=len(found) > until, size=PEOPLE_AT_ONCE),
    }  # fmt: skip


def _word(group: Group, access: SiteAccess, day: date) -> str:
    return MISSED if group is Group.EXPECTED and day < access.working_day else group


@page(Permission.SITE_VIEW)
def site_day(request: HttpRequest, site_id: int, year: int, month: int, day: int) -> HttpResponse:
    """Any day of a site."""
    access, chosen = access_to(request, site_id), chosen_day(year, month, day)
    beside = [chosen - timedelta(days=1), chosen + timedelta(days=1)]
    days = [
        reverse("business:site_day", args=[site_id, one.year, one.month, one.day])
        if one <= jst_day(timezone.now()) else ""
        for one in beside
    ]  # fmt: skip
    context = {**people_of_day(request, access, chosen), "day_before": days[0], "day_after": days[1]}
    return render(request, "business/site_day.html", context)
