"""仮現場 in the firm's portal: those that it opened (ruling 30)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from portals.base.access import page, viewer_of
from portals.base.unregistered import code_page, join_unregistered_page, list_page, new_page, site_page
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.sites.queries import UnregisteredRow, list_unregistered_sites
from registry.sites.rules import may_open_unregistered


def _rows(request: HttpRequest) -> list[UnregisteredRow]:
    """The firm's own ones; none of them belongs to a unit, so who is limited to one does not come here."""
    if not may_open_unregistered(viewer_of(request).actor()):
        raise Http404
    return list_unregistered_sites(business_ids=[business_of(request)])


def _row(request: HttpRequest, site_id: int) -> UnregisteredRow:
    found = next((row for row in _rows(request) if row.id == site_id), None)
    if found is None:
        raise Http404
    return found


@page(Permission.SITE_MANAGE)
def unregistered(request: HttpRequest) -> HttpResponse:
    """The firm's 仮現場."""
    return list_page(request, _rows(request))


@page(Permission.SITE_MANAGE)
def new_unregistered(request: HttpRequest) -> HttpResponse:
    """Open one."""
    return new_page(request)


@page(Permission.SITE_MANAGE)
def unregistered_site(request: HttpRequest, site_id: int) -> HttpResponse:
    """One of them."""
    return site_page(request, _row(request, site_id))


@never_cache
@page(Permission.SITE_MANAGE)
def unregistered_code(request: HttpRequest, site_id: int) -> HttpResponse:
    """A code that registers a phone or tablet."""
    return code_page(request, _row(request, site_id))


@page(Permission.SITE_MANAGE)
def join_unregistered(request: HttpRequest, site_id: int) -> HttpResponse:
    """Give it its site ID."""
    return join_unregistered_page(request, _row(request, site_id))
