"""The firm's home: what there is to do, the doors, the messages."""

from datetime import date
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from portals.base.access import page, viewer_of
from portals.base.messages import notices_page, shown_notices
from portals.business.site_access import find_access
from portals.business.to_do import to_do_of
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.disclosure.queries import see_business
from registry.notices.queries import list_notices


def _page_of(request: HttpRequest, site_id: int | None, day: date) -> str:
    """The month with a day that a message speaks of: on the firm's own site, or of its people."""
    may_open = site_id is not None and viewer_of(request).has(Permission.SITE_MANAGE)
    access = find_access(request, site_id) if may_open and site_id else None
    if access and access.is_prime:
        return reverse("business:site_days_of_month", args=[site_id, day.year, day.month])
    return reverse("business:days_of_month", args=[day.year, day.month])


@page(Permission.BUSINESS_VIEW)
def home(request: HttpRequest) -> HttpResponse:
    """The firm's home: what there is to do by urgency, the doors, the messages."""
    seen = see_business(viewer_of(request), business_of(request), at=timezone.now())
    newest = shown_notices(list_notices(viewer_of(request).account_id or 0), partial(_page_of, request))
    context = {"firm": seen.get("name"), "to_do": to_do_of(request, seen), "notices": newest}
    return render(request, "business/home.html", context)


@page(Permission.BUSINESS_VIEW)
def notices(request: HttpRequest) -> HttpResponse:
    """All messages to who is logged in."""
    return notices_page(request, partial(_page_of, request))
