"""The worker's links with firms: asking, answering, ending (ruling 14)."""

from django.contrib.messages import success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.forms import add_refusal, form_page
from portals.base.links import answer_end as answer_shown_end
from portals.base.links import answer_request, dispute_page, end_by, shown_ends, since
from portals.worker.forms import DayForm, LinkForm
from portals.worker.who import worker_of
from registry.accounts.states import Permission
from registry.core.days import jst_day
from registry.core.errors import RegistryError
from registry.core.ids import BusinessId, WorkerId
from registry.disclosure.queries import see_worker
from registry.workers.operations.links import ask_for_link
from registry.workers.queries import AffiliationRow, EndedLinkRow, list_ended_links, list_link_requests
from registry.workers.states import LinkSide


def _open_links(request: HttpRequest) -> list[AffiliationRow]:
    """The worker's links that hold today."""
    now = timezone.now()
    rows = see_worker(viewer_of(request), worker_of(request), at=now).get("affiliations")
    today = jst_day(now)
    found: list[AffiliationRow] = list(rows) if isinstance(rows, list) else []
    return [row for row in found if row.until_on is None or row.until_on > today]


@page(Permission.WORKER_OWN)
def links(request: HttpRequest) -> HttpResponse:
    """Firms that ask, firms that were asked, and those that the worker belongs to."""
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_link(
                WorkerId(worker_of(request)), BusinessId(form.cleaned_data["business_id"]),
                from_on=form.cleaned_data["from_on"], principal=form.cleaned_data["principal"],
                by=viewer_of(request).actor(), at=timezone.now(),
            )  # fmt: skip
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("link.asked"))
            return redirect("worker:links")
    rows = list_link_requests(worker_id=worker_of(request))
    context = {
        "form": form,
        "answers": [row for row in rows if row.asked_by is LinkSide.BUSINESS],
        "asked": [row for row in rows if row.asked_by is LinkSide.WORKER],
        "links": _open_links(request),
        "ends": shown_ends(_ended(request), LinkSide.WORKER, "worker", lambda row: row.business_name),
    }
    return form_page(request, "worker/links.html", context)


def _ended(request: HttpRequest) -> list[EndedLinkRow]:
    return list_ended_links(since=since(), worker_id=worker_of(request))


@page(Permission.WORKER_OWN)
def dispute(request: HttpRequest, affiliation_id: int) -> HttpResponse:
    """Object to the day on which a firm ended the link."""
    return dispute_page(request, affiliation_id, _ended(request), "worker", lambda row: row.business_name)


@require_POST
def _answer_end(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Answer a firm's objection, or take the own one back."""
    answer_shown_end(request, dispute_id)
    return redirect("worker:links")


answer_end = page(Permission.WORKER_OWN)(_answer_end)


@require_POST
def _answer(request: HttpRequest, request_id: int) -> HttpResponse:
    answer_request(request, request_id, list_link_requests(worker_id=worker_of(request)))
    return redirect("worker:links")


answer_link = page(Permission.WORKER_OWN)(_answer)


@page(Permission.WORKER_OWN)
def end_link(request: HttpRequest, business_id: int) -> HttpResponse:
    """End a link from a day on, saying what follows."""
    names = {row.business_id: row.business_name for row in _open_links(request)}
    if business_id not in names:
        raise Http404
    form = DayForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and end_by(request, form, worker_of(request), business_id):
        return redirect("worker:links")
    context = {"form": form, "name": names[business_id]}
    return form_page(request, "worker/end_link.html", context)
