"""The sites where the worker has worked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portals.base.access import page
from portals.base.search import pages_around, start_of
from portals.worker.who import worker_of
from registry.accounts.states import Permission
from registry.histories.queries import list_sites_of_worker

SITES_AT_ONCE = 50


@page(Permission.WORKER_OWN)
def sites(request: HttpRequest) -> HttpResponse:
    """From when to when, and how many days: the last site first, fifty at a time."""
    start, found = start_of(request), list_sites_of_worker(worker_of(request))
    context = {
        "sites": found[start : start + SITES_AT_ONCE], "number": len(found),
        **pages_around(request, start, more=len(found) > start + SITES_AT_ONCE, size=SITES_AT_ONCE),
    }  # fmt: skip
    return render(request, "worker/sites.html", context)
