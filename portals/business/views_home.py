"""The firm's home: what there is to do, the doors, the messages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portals.base.access import page, viewer_of
from portals.base.messages import notices_page, shown_notices
from portals.business.to_do import to_do_of
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.disclosure.queries import see_business
from registry.notices.queries import list_notices

notices = page(Permission.BUSINESS_VIEW)(notices_page)


@page(Permission.BUSINESS_VIEW)
def home(request: HttpRequest) -> HttpResponse:
    """The firm's home: what there is to do by urgency, the doors, the messages."""
    seen = see_business(viewer_of(request), business_of(request), at=timezone.now())
    notices = shown_notices(list_notices(viewer_of(request).account_id or 0))
    context = {"firm": seen.get("name"), "to_do": to_do_of(request, seen), "notices": notices}
    return render(request, "business/home.html", context)
