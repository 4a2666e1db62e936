"""The firm's own data and its people."""

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from portals.base.access import page, viewer_of
from portals.base.forms import form_page
from portals.base.photos import photo_answer
from portals.base.records import business_blocks, full_kana, full_name, worker_blocks
from portals.base.search import SearchForm, count_look, kept_search, pages_around, search_key, start_of
from registry.accounts.states import Permission
from registry.audit.operations import Seen
from registry.core.days import jst_day
from registry.core.errors import NotFoundError
from registry.core.ids import BusinessId, IdKind
from registry.core.read_policy import Relation
from registry.disclosure.queries import Found, find_workers, see_business, see_worker


def business_of(request: HttpRequest) -> BusinessId:
    """The firm that the viewer acts for."""
    business_id = viewer_of(request).business_id
    if business_id is None:
        raise Http404
    return BusinessId(business_id)


@page(Permission.BUSINESS_VIEW)
def own(request: HttpRequest) -> HttpResponse:
    """510: the firm's registered data."""
    seen = see_business(viewer_of(request), business_of(request), at=timezone.now())
    return render(request, "business/own.html", {"firm": seen.get("name"), "blocks": business_blocks(seen)})


@page(Permission.BUSINESS_WORKERS)
def workers(request: HttpRequest) -> HttpResponse:
    """510-30: own people; others by the exact worker ID, as far as the read policy lets through."""
    form = SearchForm(request.POST or None, kinds=(IdKind.WORKER,))
    if key := search_key(request, form):
        return redirect(f"{reverse('business:workers')}?k={key}")
    words = kept_search(request) or ""
    if request.method == "GET":
        form = SearchForm(initial={"words": words}, kinds=(IdKind.WORKER,))
    start = start_of(request)
    found = (
        Found([], more=False)
        if form.errors
        else find_workers(viewer_of(request), words, at=timezone.now(), start=start)
    )
    people = [(seen, full_name(seen), full_kana(seen)) for seen in found.rows]
    context = {"form": form, "people": people, "words": words, **pages_around(request, start, more=found.more)}
    return form_page(request, "business/workers.html", context)


def _seen(request: HttpRequest, worker_id: int) -> Seen:
    """What the firm may read of one person. Who looks up strangers by their IDs, one after another, has to wait."""
    try:
        with transaction.atomic():  # what is refused was not looked at
            seen = see_worker(viewer_of(request), worker_id, at=timezone.now())
            if seen.relations == {Relation.OTHER}:
                count_look(request)
    except NotFoundError:
        count_look(request)
        raise
    return seen


@page(Permission.BUSINESS_WORKERS)
def worker(request: HttpRequest, worker_id: int) -> HttpResponse:
    """One person, as far as the read policy lets through."""
    seen = _seen(request, worker_id)
    context = {
        "full_name": full_name(seen), "full_kana": full_kana(seen), "blocks": worker_blocks(seen), "seen": seen,
        "is_ours": Relation.EMPLOYER in seen.relations, "today": jst_day(timezone.now()),
    }  # fmt: skip
    return render(request, "business/worker.html", context)


@page(Permission.BUSINESS_WORKERS)
def photo(request: HttpRequest, worker_id: int) -> HttpResponseBase:
    """One person's face, as far as the read policy lets through."""
    return photo_answer(request, worker_id)
