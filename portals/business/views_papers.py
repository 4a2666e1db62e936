"""書類: the papers of a firm's user, of the firm's people and of sites."""

from django.contrib.messages import success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.forms import add_refusal, form_page
from portals.base.months import chosen_month
from portals.base.papers import ask, ask_again, paper_answer, papers_page
from portals.business.forms import MonthsForm
from portals.business.views_days import names_of
from registry.accounts.states import Permission
from registry.core.days import jst_day
from registry.core.errors import NotFoundError, RegistryError
from registry.core.ids import grouped
from registry.disclosure.queries import see_workers_at_work
from registry.papers.operations import ask_paper as ask_paper_of
from registry.papers.rules import Wish, may_ask
from registry.papers.states import PaperKind

papers = page(Permission.BUSINESS_WORKERS)(papers_page)
paper_file = page(Permission.BUSINESS_WORKERS)(paper_answer)
paper_again = page(Permission.BUSINESS_WORKERS)(require_POST(ask_again))


def _ask(request: HttpRequest, year: int, month: int) -> HttpResponse:
    chosen = chosen_month(year, month)
    return ask(request, Wish(PaperKind.FIRM_DAYS, chosen, chosen))


ask_paper = page(Permission.BUSINESS_WORKERS)(require_POST(_ask))


def _ask_of_person(request: HttpRequest, worker_id: int, year: int, month: int) -> HttpResponse:
    chosen = chosen_month(year, month)
    return ask(request, Wish(PaperKind.PERSON_DAYS, chosen, chosen, worker_id=worker_id))


ask_person_paper = page(Permission.BUSINESS_WORKERS)(require_POST(_ask_of_person))


@page(Permission.BUSINESS_WORKERS)
def ask_person_months(request: HttpRequest, worker_id: int, year: int, month: int) -> HttpResponse:
    """Ask for several months of one of the firm's people, up to a year; the paper holds the days for the firm alone."""
    chosen, now, viewer = chosen_month(year, month), timezone.now(), viewer_of(request)
    if not may_ask(viewer.actor(), Wish(PaperKind.PERSON_DAYS, chosen, chosen, worker_id=worker_id), on=jst_day(now)):
        raise Http404
    form = MonthsForm(request.POST or None, initial={"first": chosen, "last": chosen})
    if request.method == "POST" and form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        wish = Wish(PaperKind.PERSON_DAYS, first, last, worker_id=worker_id)
        try:
            ask_paper_of(wish, key=form.cleaned_data["form_key"], by=viewer.actor(), at=now)
        except NotFoundError:
            raise Http404 from None
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("paper.asked"))
            return redirect("business:papers")
    name = names_of(see_workers_at_work(viewer, [worker_id], at=now)).get(worker_id, grouped(worker_id))
    context = {"form": form, "name": name, "back_url": reverse("business:person_days", args=[worker_id, year, month])}
    return form_page(request, "business/person_paper.html", context)


def _ask_of_sites(request: HttpRequest, year: int, month: int) -> HttpResponse:
    chosen = chosen_month(year, month)
    return ask(request, Wish(PaperKind.SITES_DAYS, chosen, chosen))


ask_sites_paper = page(Permission.SITE_MANAGE)(require_POST(_ask_of_sites))


def _ask_of_site(request: HttpRequest, site_id: int, year: int, month: int) -> HttpResponse:
    chosen = chosen_month(year, month)
    return ask(request, Wish(PaperKind.SITE_DAYS, chosen, chosen, site_id))


ask_site_paper = page(Permission.SITE_MANAGE)(require_POST(_ask_of_site))
