"""Links between the firm and workers: asking, answering, ending (ruling 14)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.forms import form_page
from portals.base.links import answer_end as answer_shown_end
from portals.base.links import answer_request, ask_by, dispute_page, end_page, own_end, shown_ends, since
from portals.base.records import full_name
from portals.base.search import pages_around, start_of
from portals.business.forms import LinkForm
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.core.days import jst_day
from registry.core.ids import grouped
from registry.disclosure.queries import LISTED, find_workers, see_worker
from registry.workers.queries import EndedLinkRow, link_ends, list_ended_links, list_link_requests, list_links
from registry.workers.states import LinkSide


@page(Permission.BUSINESS_WORKERS)
def links(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, a question to a worker, and the firm's people."""
    form = LinkForm(request.POST or None)
    asks = request.method == "POST" and form.is_valid()
    if asks and ask_by(request, form, form.cleaned_data["worker_id"], business_of(request)):
        return redirect("business:links")
    rows = list_link_requests(business_id=business_of(request))
    start = start_of(request)
    people = find_workers(viewer_of(request), "", at=timezone.now(), start=start, only=LISTED)
    ends = link_ends([seen.subject_id for seen in people.rows], business_of(request), on=jst_day(timezone.now()))
    shown = [(seen, full_name(seen), ends.get(seen.subject_id)) for seen in people.rows]
    names = {seen.subject_id: name for seen, name, _end in shown}
    context = {
        "form": form,
        "answers": [row for row in rows if row.asked_by is LinkSide.WORKER],
        "asked": [row for row in rows if row.asked_by is LinkSide.BUSINESS],
        "people": shown,
        **shown_ends(
            _ended(request), LinkSide.BUSINESS, "business", lambda row: names.get(row.worker_id) or _name_of(row)
        ),
        **pages_around(request, start, more=people.more),
    }
    return form_page(request, "business/links.html", context)


def _ended(request: HttpRequest) -> list[EndedLinkRow]:
    return list_ended_links(since=since(), business_id=business_of(request))


def _name_of(row: EndedLinkRow) -> str:
    """Who has left is known by the ID alone: the name is no longer the firm's to see."""
    return grouped(row.worker_id)


@page(Permission.BUSINESS_WORKERS)
def dispute(request: HttpRequest, affiliation_id: int) -> HttpResponse:
    """Object to the day on which a worker ended the link."""
    return dispute_page(request, affiliation_id, _ended(request), "business", _name_of, own_id=business_of(request))


@require_POST
def _answer_end(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Answer a worker's objection, or take the own one back."""
    answer_shown_end(request, dispute_id)
    return redirect("business:links")


answer_end = page(Permission.BUSINESS_WORKERS)(_answer_end)


@require_POST
def _answer(request: HttpRequest, request_id: int) -> HttpResponse:
    answer_request(request, request_id, list_link_requests(business_id=business_of(request)))
    return redirect("business:links")


answer_link = page(Permission.BUSINESS_WORKERS)(_answer)


@page(Permission.BUSINESS_WORKERS)
def end_link(request: HttpRequest, worker_id: int) -> HttpResponse:
    """End a link from a day on, saying what follows."""
    now = timezone.now()
    found = list_links(worker_id, on=jst_day(now))
    one = next((row for row in found if row.business_id == business_of(request)), None)
    if one is None:
        raise Http404
    seen = see_worker(viewer_of(request), worker_id, at=now, only=LISTED)
    return end_page(request, one, full_name(seen), _("link.end_lead"), reverse("business:links"))


@page(Permission.BUSINESS_WORKERS)
def change_end(request: HttpRequest, affiliation_id: int) -> HttpResponse:
    """Change the last day of a link that the firm has ended, or let it go on."""
    one = own_end(_ended(request), LinkSide.BUSINESS, affiliation_id)
    return end_page(request, one, _name_of(one), _("link.end_lead"), reverse("business:links"))
