"""The worker who is logged in."""

from django.http import Http404, HttpRequest

from portals.base.access import viewer_of


def worker_of(request: HttpRequest) -> int:
    """The worker who is logged in."""
    worker_id = viewer_of(request).worker_id
    if worker_id is None:
        raise Http404
    return worker_id
