"""A screen at a gate: whoever has its secret address sees the changing poster of one terminal, and nothing else."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from portals.base.access import PUBLIC, page
from portals.base.posters import show_screen
from registry.core.days import jst_day
from registry.sites.queries import find_screen


@never_cache
@page(PUBLIC)
def screen(request: HttpRequest, secret: str) -> HttpResponse:
    """The poster; nobody is logged in by it, and once it has ended it looks like any unknown address."""
    found = find_screen(secret, on=jst_day(timezone.now()))
    if found is None:
        raise Http404
    terminal, site_name = found
    answer = show_screen(request, site_name, terminal)
    answer["Referrer-Policy"] = "no-referrer"
    return answer
