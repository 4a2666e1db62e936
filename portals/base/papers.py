"""書類: what somebody asked for on paper, how far it is, and the papers themselves; the same in every portal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.contrib.messages import error as say_error
from django.contrib.messages import success
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import viewer_of
from portals.base.exports import attachment
from portals.base.forms import key_of, refusal
from portals.base.templatetags.ds import jmonth
from registry.core.viewer import Viewer
from registry.disclosure.queries import full_name, see_workers_at_work
from registry.papers.operations import PaperMonthsError, PapersWaitingError, ask_paper, hand_out_paper
from registry.papers.queries import PaperRow, get_paper, list_papers
from registry.papers.rules import Wish
from registry.papers.states import PaperState

_TONES = {
    PaperState.QUEUED: "waiting",
    PaperState.MADE: "good",
    PaperState.FAILED: "bad",
    PaperState.EXPIRED: "neutral",
}
_KILO = 1024


@dataclass(frozen=True)
class ShownPaper:
    """A paper in words, with what can be done with it."""

    row: PaperRow
    title: str
    tone: str
    label: str
    kilobytes: int
    file_url: str
    again_url: str
    trouble: list[str]


def months(first: date, last: date) -> str:
    """A period of months in words."""
    return jmonth(first) if first == last else _("paper.months").format(first=jmonth(first), last=jmonth(last))


def _names(viewer: Viewer, rows: Iterable[PaperRow]) -> dict[int, str]:
    """The names of those of whom there are papers, as far as the viewer may read them."""
    people = {row.wish.worker_id for row in rows if row.wish.worker_id}
    if not people:
        return {}
    return {one: full_name(seen) for one, seen in see_workers_at_work(viewer, people, at=timezone.now()).items()}


def title_of(row: PaperRow, names: Mapping[int, str]) -> str:
    """What a paper is: its kind, its site, its months, its person. A name stands last: none can turn what follows."""
    person = names.get(row.wish.worker_id or 0, "")
    words = (_(f"paper.kind.{row.wish.kind}"), row.site_name, months(row.wish.first_month, row.wish.last_month), person)
    return " ".join(word for word in words if word)


def _shown(viewer: Viewer, row: PaperRow, names: Mapping[int, str]) -> ShownPaper:
    parts = ("cause", "consequence", "remedy")
    return ShownPaper(
        row, title_of(row, names), _TONES[row.state], _(f"paper.state.{row.state}"), -(-row.size // _KILO),
        reverse(f"{viewer.kind}:paper_file", args=[row.id]) if row.state is PaperState.MADE else "",
        reverse(f"{viewer.kind}:paper_again", args=[row.id]) if row.state in {PaperState.FAILED, PaperState.EXPIRED} else "",
        [_(f"error.{row.failure}.{part}") for part in parts] if row.state is PaperState.FAILED else [],
    )  # fmt: skip


def papers_page(request: HttpRequest) -> HttpResponse:
    """The papers that somebody asked for; while one is being made the page looks again by itself."""
    viewer = viewer_of(request)
    rows = list_papers(viewer)
    names = _names(viewer, rows)
    shown = [_shown(viewer, row, names) for row in rows]
    waiting = sum(paper.row.state is PaperState.QUEUED for paper in shown)
    context = {"papers": shown, "waiting": waiting, "days_url": reverse(f"{viewer.kind}:days")}
    return render(request, "base/papers.html", context)


def ask(request: HttpRequest, wish: Wish) -> HttpResponse:
    """Ask for a paper and go to where it will be."""
    viewer = viewer_of(request)
    try:
        ask_paper(wish, key=key_of(request), by=viewer.actor(), at=timezone.now())
    except (PapersWaitingError, PaperMonthsError) as error:
        say_error(request, refusal(error).message)
    else:
        success(request, _("paper.asked"))
    return redirect(f"{viewer.kind}:papers")


def ask_again(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Ask once more for what failed or has been thrown away."""
    return ask(request, get_paper(viewer_of(request), paper_id).wish)


def paper_answer(request: HttpRequest, paper_id: int) -> HttpResponse:
    """A paper that is made, to keep or to print."""
    viewer = viewer_of(request)
    paper = hand_out_paper(viewer, paper_id, at=timezone.now())
    return attachment(paper.content, title_of(paper.row, paper.names).replace(" ", "_"), "pdf", "application/pdf")
