"""The worker's links with firms: asking, answering, ending (ruling 14)."""

from django.contrib.messages import success
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.forms import add_refusal, form_page
from portals.base.links import answer_end as answer_shown_end
from portals.base.links import answer_request, ask_by, dispute_page, end_page, link_of, own_end, shown_ends, since
from portals.worker.forms import LinkForm, PrincipalForm
from portals.worker.who import worker_of
from registry.accounts.states import Permission
from registry.core.days import jst_day
from registry.core.errors import RegistryError
from registry.core.ids import WorkerId
from registry.workers.operations.principals import make_principal as move_principal
from registry.workers.queries import EndedLinkRow, LinkRow, list_ended_links, list_link_requests, list_links
from registry.workers.states import LinkSide


def _links(request: HttpRequest) -> list[LinkRow]:
    """The worker's links that hold today."""
    return list_links(worker_of(request), on=jst_day(timezone.now()))


@page(Permission.WORKER_OWN)
def links(request: HttpRequest) -> HttpResponse:
    """Firms that ask, firms that were asked, and those that the worker belongs to."""
    held = _links(request)
    form = LinkForm(request.POST or None, principal=not any(one.principal for one in held))
    asks = request.method == "POST" and form.is_valid()
    if asks and ask_by(request, form, worker_of(request), form.cleaned_data["business_id"]):
        return redirect("worker:links")
    rows = list_link_requests(worker_id=worker_of(request))
    context = {
        "form": form,
        "answers": [row for row in rows if row.asked_by is LinkSide.BUSINESS],
        "asked": [row for row in rows if row.asked_by is LinkSide.WORKER],
        "links": held,
        **shown_ends(_ended(request), LinkSide.WORKER, "worker", lambda row: row.business_name),
    }
    return form_page(request, "worker/links.html", context)


def _ended(request: HttpRequest) -> list[EndedLinkRow]:
    return list_ended_links(since=since(), worker_id=worker_of(request))


@page(Permission.WORKER_OWN)
def dispute(request: HttpRequest, affiliation_id: int) -> HttpResponse:
    """Object to the day on which a firm ended the link."""
    return dispute_page(
        request, affiliation_id, _ended(request), "worker", lambda row: row.business_name, own_id=worker_of(request)
    )


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
def end_link(request: HttpRequest, affiliation_id: int) -> HttpResponse:
    """End a link from a day on, saying what follows."""
    one = link_of(worker_of(request), affiliation_id)
    lead = _("link.end_lead") if one.business_id else _("link.end_lead_by_name")
    return end_page(request, one, one.business_name, lead, reverse("worker:links"))


@page(Permission.WORKER_OWN)
def change_end(request: HttpRequest, affiliation_id: int) -> HttpResponse:
    """Change the last day of a link that the worker has ended, or let it go on."""
    one = own_end(_ended(request), LinkSide.WORKER, affiliation_id)
    return end_page(request, one, one.business_name, _("link.end_lead"), reverse("worker:links"))


@page(Permission.WORKER_OWN)
def make_principal(request: HttpRequest, affiliation_id: int) -> HttpResponse:
    """Make a firm the principal employer from a day on; no link ends by it."""
    one, form = link_of(worker_of(request), affiliation_id), PrincipalForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _chosen(request, form, one):
        return redirect("worker:links")
    before = next((other for other in _links(request) if other.principal and other.id != one.id), None)
    return form_page(request, "worker/make_principal.html", {"form": form, "one": one, "before": before})


def _chosen(request: HttpRequest, form: PrincipalForm, one: LinkRow) -> bool:
    try:
        move_principal(
            WorkerId(worker_of(request)), one.id, from_on=form.cleaned_data["from_on"], by=viewer_of(request).actor(),
            at=timezone.now(),
        )  # fmt: skip
    except RegistryError as error:
        add_refusal(form, error)
        return False
    success(request, _("worker.principal.done").format(firm=one.business_name))
    return True
