"""書類: the papers of a firm's user, of the firm's people and of sites."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from portals.base.access import page
from portals.base.months import chosen_month
from portals.base.papers import ask, ask_again, paper_answer, papers_page
from registry.accounts.states import Permission
from registry.papers.rules import Wish
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


def _ask_of_sites(request: HttpRequest, year: int, month: int) -> HttpResponse:
    chosen = chosen_month(year, month)
    return ask(request, Wish(PaperKind.SITES_DAYS, chosen, chosen))


ask_sites_paper = page(Permission.SITE_MANAGE)(require_POST(_ask_of_sites))


def _ask_of_site(request: HttpRequest, site_id: int, year: int, month: int) -> HttpResponse:
    chosen = chosen_month(year, month)
    return ask(request, Wish(PaperKind.SITE_DAYS, chosen, chosen, site_id))


ask_site_paper = page(Permission.SITE_MANAGE)(require_POST(_ask_of_site))
