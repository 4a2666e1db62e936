"""The firm's home: what there is to do, the doors, the messages."""

from collections.abc import Collection
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from portals.base.access import page, viewer_of
from portals.base.messages import OF_LINKS, Place, notices_page, shown_notices
from portals.business.to_do import to_do_of
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.disclosure.queries import see_business
from registry.notices.queries import NoticeRow, list_notices
from registry.notices.states import NoticeKind
from registry.sites.queries import which_are_own


def _pages_of(request: HttpRequest, places: Collection[Place]) -> dict[Place, str]:
    """The month with a day that a message speaks of: on the firm's own site, or of its people."""
    viewer, sites = viewer_of(request), [site_id for site_id, _day in places if site_id is not None]
    own = which_are_own(business_of(request), sites, reach=viewer.reach) if viewer.has(Permission.SITE_VIEW) else set()
    return {
        (site_id, day): reverse("business:site_days_of_month", args=[site_id, day.year, day.month])
        if site_id in own else reverse("business:days_of_month", args=[day.year, day.month])
        for site_id, day in places
    }  # fmt: skip


_OF_STRUCTURES = {
    NoticeKind.INVITED_ACCEPTED, NoticeKind.INVITATION_ACCEPTED, NoticeKind.INVITATION_DECLINED, NoticeKind.JOINED_BY_KEY,
    NoticeKind.PLACE_ENDED, NoticeKind.PLACE_GOES_ON, NoticeKind.PLACE_BELOW_ENDED, NoticeKind.PLACE_BELOW_GOES_ON,
}  # fmt: skip


def _page_of(row: NoticeRow) -> str:
    """Where an invitation is answered, a structure stands, and links are handled."""
    if row.kind is NoticeKind.INVITED:
        return reverse("business:invitations")
    if row.kind in _OF_STRUCTURES and "site_id" in row.data:
        return reverse("business:structure", args=[row.data["site_id"]])
    return reverse("business:links") if row.kind in OF_LINKS else ""


@page(Permission.BUSINESS_VIEW)
def home(request: HttpRequest) -> HttpResponse:
    """The firm's home: what there is to do by urgency, the doors, the messages."""
    seen = see_business(viewer_of(request), business_of(request), at=timezone.now())
    newest = shown_notices(list_notices(viewer_of(request).account_id or 0), partial(_pages_of, request), _page_of)
    context = {"firm": seen.get("name"), "to_do": to_do_of(request, seen), "notices": newest}
    return render(request, "business/home.html", context)


@page(Permission.BUSINESS_VIEW)
def notices(request: HttpRequest) -> HttpResponse:
    """All messages to who is logged in."""
    return notices_page(request, partial(_pages_of, request), _page_of)
