"""書類: the worker's papers."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from portals.base.access import page
from portals.base.months import chosen_day
from portals.base.papers import ask, ask_again, paper_answer, papers_page
from portals.worker.who import worker_of
from registry.accounts.states import Permission
from registry.core.days import jst_day
from registry.histories.queries import months_of_worker
from registry.papers.rules import Wish
from registry.papers.states import PaperKind

papers = page(Permission.WORKER_OWN)(papers_page)
paper_file = page(Permission.WORKER_OWN)(paper_answer)
paper_again = page(Permission.WORKER_OWN)(require_POST(ask_again))


def wish_for(worker_id: int, year: int | None = None, month: int | None = None) -> Wish:
    """就業履歴一覧 of a month, of a year, or of all months with days."""
    if year is not None and month is not None:
        first = last = chosen_day(year, month)
    elif year is not None:
        first, last = chosen_day(year, 1), chosen_day(year, 12)
    else:
        known = [row[0] for row in months_of_worker(worker_id)]
        if not known:
            raise Http404
        first, last = min(known), max(known)
    this_month = jst_day(timezone.now()).replace(day=1)
    return Wish(PaperKind.WORKER_DAYS, first, max(first, min(last, this_month)))


def _ask(request: HttpRequest, year: int | None = None, month: int | None = None) -> HttpResponse:
    return ask(request, wish_for(worker_of(request), year, month))


ask_paper = page(Permission.WORKER_OWN)(require_POST(_ask))
