"""Messages of the portal in words."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portals.base.access import viewer_of
from portals.base.search import pages_around, start_of
from portals.base.templatetags.ds import jdate, last_day, listed
from registry.histories.queries import places_spoken_of
from registry.notices.queries import NoticeRow, list_notices
from registry.notices.states import NoticeKind


@dataclass(frozen=True)
class ShownNotice:
    """One message on a page."""

    row: NoticeRow
    title: str
    body: str
    url: str = ""
    label: str = ""  # of the link


MOST_DAYS = 5
PAGE = 50  # messages


def _days(said: str) -> str:
    """One day, or several; of many the first ones, and how many they are."""
    days = said.split()
    shown = listed(jdate(date.fromisoformat(day)) for day in days[:MOST_DAYS])
    return _("notice.more_days").format(days=shown, count=len(days)) if len(days) > MOST_DAYS else shown


# The site and day that a message speaks of.
Place = tuple[int | None, date]
# Where the portal shows some of these, all asked at once.
Pages = Callable[[Collection[Place]], Mapping[Place, str]]
# Where the portal shows what a message of another kind speaks of; "" for nowhere.
PageOf = Callable[[NoticeRow], str]

# What is handled on a portal's page of links between workers and firms.
OF_LINKS = {
    NoticeKind.LINKED, NoticeKind.LINK_ASKED, NoticeKind.LINK_ACCEPTED, NoticeKind.LINK_ACCEPTED_FURTHER,
    NoticeKind.LINK_DECLINED, NoticeKind.UNLINKED, NoticeKind.END_DISPUTED, NoticeKind.END_AGREED, NoticeKind.END_KEPT,
    NoticeKind.END_WITHDRAWN,
}  # fmt: skip

# What tells of the end of a link or a place, with the first day without it; shown is the last one.
OF_ENDS = {
    NoticeKind.UNLINKED, NoticeKind.UNLINKED_BY_NAME, NoticeKind.END_DISPUTED, NoticeKind.END_DISPUTED_AGREED,
    NoticeKind.END_DISPUTED_KEPT, NoticeKind.END_DISPUTED_WITHDRAWN, NoticeKind.END_AGREED, NoticeKind.END_KEPT,
    NoticeKind.END_WITHDRAWN, NoticeKind.PLACE_ENDED, NoticeKind.PLACE_BELOW_ENDED,
}  # fmt: skip


def shown_notices(rows: list[NoticeRow], pages: Pages, page_of: PageOf) -> list[ShownNotice]:
    """Messages in words, days in them written out, each with the page of what it speaks of where there is one."""
    found, places = [], places_spoken_of([row.about for row in rows])
    urls = pages(places.values())
    for row in rows:
        data = {key: _days(value) if key in {"day", "days"} else value for key, value in row.data.items()}
        if row.kind in OF_ENDS:
            data["last"] = jdate(last_day(date.fromisoformat(row.data["day"])))
        title, body = _(f"notice.{row.kind}.title"), _(f"notice.{row.kind}.body").format(**data)
        url = urls[places[row.about]] if row.about in places else page_of(row)
        label = _("notice.open" if row.about in places else "notice.open_page")
        found.append(ShownNotice(row, title, body, url, label))
    return found


def notices_page(request: HttpRequest, pages: Pages, page_of: PageOf) -> HttpResponse:
    """All messages to the viewer, newest first, with the pages of what they speak of."""
    start = start_of(request)
    rows = list_notices(viewer_of(request).account_id or 0, start=start, limit=PAGE + 1)
    context = {
        "notices": shown_notices(rows[:PAGE], pages, page_of),
        **pages_around(request, start, more=len(rows) > PAGE, size=PAGE),
    }
    return render(request, "base/notices.html", context)
