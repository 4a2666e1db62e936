"""The worker's home and own data."""

from collections.abc import Collection

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.days import by_place
from portals.base.messages import OF_LINKS, Place, notices_page, shown_notices
from portals.base.photos import photo_answer
from portals.base.records import full_kana, full_name, worker_blocks
from portals.base.templatetags.ds import jdate
from portals.worker.views_days import counter_tiles, marks_of, shown_days
from portals.worker.who import worker_of
from registry.accounts.states import Permission
from registry.cards.queries import newest_card
from registry.core.days import jst_day
from registry.disclosure.queries import see_worker
from registry.histories.queries import RefusedDay, list_claims_of_worker, list_days_of_worker, list_refused_of_worker
from registry.notices.queries import NoticeRow, list_notices
from registry.notices.states import NoticeKind
from registry.sites.queries import list_unjoined_sites
from registry.touches.derive.days import working_day
from registry.workers.queries import list_link_requests
from registry.workers.states import LinkSide

MOST_TO_DO = 3


def _pages_of(places: Collection[Place]) -> dict[Place, str]:
    """The days that messages speak of."""
    return {place: reverse("worker:day", args=[place[1].year, place[1].month, place[1].day]) for place in places}


_OF_CARDS = {
    NoticeKind.CARD_STOPPED, NoticeKind.CARD_LIFTED, NoticeKind.CARD_SHIPPED, NoticeKind.CARD_ENDED,
}  # fmt: skip


def _page_of(row: NoticeRow) -> str:
    """Where links are answered, and where a card stands."""
    if row.kind in _OF_CARDS:
        return reverse("worker:card")
    return reverse("worker:links") if row.kind in OF_LINKS else ""


@page(Permission.WORKER_OWN)
def notices(request: HttpRequest) -> HttpResponse:
    """All messages to the worker."""
    return notices_page(request, _pages_of, _page_of)


@page(Permission.WORKER_OWN)
def home(request: HttpRequest) -> HttpResponse:
    """Today, this month, what there is to do, the card, messages."""
    worker_id, now = worker_of(request), timezone.now()
    seen, today = see_worker(viewer_of(request), worker_id, at=now), working_day(now)
    month = today.replace(day=1)
    rows, claims = list_days_of_worker(worker_id, month), list_claims_of_worker(worker_id, month)
    refused = list_refused_of_worker(worker_id)
    answerable, places = [one for one in refused if one.may_be_answered(jst_day(now))], by_place(refused)
    todays = [row for row in rows if row.bound.day == today]
    context = {
        "seen": seen, "full_name": full_name(seen), "full_kana": full_kana(seen), "card": newest_card(worker_id),
        "todays": shown_days(todays, claims, places), "is_touched": any(not row.bound.by_hand for row in todays),
        "today": today, "month": month,
        "marks": marks_of(rows, places), "tiles": counter_tiles(rows, month), "to_do": _to_do(worker_id, answerable)[:MOST_TO_DO],
        "notices": shown_notices(list_notices(viewer_of(request).account_id or 0), _pages_of, _page_of),
    }  # fmt: skip
    return render(request, "worker/home.html", context)


def _to_do(worker_id: int, refused: list[RefusedDay]) -> list[dict[str, str]]:
    """What waits for the worker alone, each with the page where it is done."""
    asked = [row for row in list_link_requests(worker_id=worker_id) if row.asked_by is LinkSide.BUSINESS]
    found = [
        {"text": _("worker.todo.link").format(firm=row.business_name), "url": reverse("worker:links")} for row in asked
    ]
    found += [
        {
            "text": _("worker.todo.refused").format(site=one.site_name, day=jdate(one.day)),
            "url": reverse("worker:day", args=[one.day.year, one.day.month, one.day.day]),
        }
        for one in refused
    ]
    unjoined = list_unjoined_sites(worker_id=worker_id, limit=MOST_TO_DO)
    return found + [
        {
            "text": _("worker.todo.unregistered").format(site=row.name),
            "url": reverse("worker:unregistered_site", args=[row.id]),
        }
        for row in unjoined
    ]


@page(Permission.WORKER_OWN)
def own(request: HttpRequest) -> HttpResponse:
    """310: all that is registered, in nine blocks."""
    seen = see_worker(viewer_of(request), worker_of(request), at=timezone.now())
    context = {"full_name": full_name(seen), "full_kana": full_kana(seen), "blocks": worker_blocks(seen), "seen": seen}
    return render(request, "worker/own.html", context)


@page(Permission.WORKER_OWN)
def photo(request: HttpRequest) -> HttpResponseBase:
    """The own face."""
    return photo_answer(request, worker_of(request))
