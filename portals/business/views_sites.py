"""The prime's sites: open one, register devices, see who is there."""

from typing import Any

from django.contrib.messages import success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.days import shown_day
from portals.base.forms import add_refusal
from portals.base.records import full_name
from portals.business.forms import SiteForm
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.core.days import jst_day
from registry.core.errors import RegistryError
from registry.core.ids import grouped
from registry.disclosure.queries import see_workers_on_site
from registry.histories.queries import list_days_of_site
from registry.sites.operations import SiteData, open_site
from registry.sites.queries import SiteRow, find_site, list_sites, list_terminals
from registry.touches.operations.devices import make_pairing_code, revoke_device
from registry.touches.queries import list_devices


def own_site(request: HttpRequest, site_id: int) -> SiteRow:
    """One of the firm's own sites."""
    found = find_site(site_id)
    if found is None or found.business_id != business_of(request):
        raise Http404
    return found


@page(Permission.SITE_MANAGE)
def sites(request: HttpRequest) -> HttpResponse:
    """The firm's sites."""
    context = {"sites": list_sites(business_of(request)), "may_open": viewer_of(request).has(Permission.BUSINESS_SITES)}
    return render(request, "business/sites.html", context)


@page(Permission.BUSINESS_SITES)
def new_site(request: HttpRequest) -> HttpResponse:
    """Open a site with its first terminal."""
    form = SiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            site_id = open_site(
                business_of(request), SiteData(**form.cleaned_data), by=viewer_of(request).actor(), at=timezone.now()
            )
        except RegistryError as error:
            add_refusal(form, error)
        else:
            success(request, _("site.opened"))
            return redirect("business:site", site_id)
    return render(request, "business/new_site.html", {"form": form}, status=422 if form.errors else 200)


def _site_context(request: HttpRequest, found: SiteRow) -> dict[str, Any]:
    now = timezone.now()
    rows = list_days_of_site(found.id, jst_day(now))
    people = see_workers_on_site(viewer_of(request), found.id, {row.worker_id for row in rows}, at=now)
    present = [
        shown_day(row, full_name(people[row.worker_id]) if row.worker_id in people else grouped(row.worker_id))
        for row in rows
    ]
    return {
        "site": found, "present": present, "terminals": list_terminals(found.id), "devices": list_devices(found.id),
        "today": jst_day(now),
    }  # fmt: skip


@page(Permission.SITE_MANAGE)
def site(request: HttpRequest, site_id: int) -> HttpResponse:
    """One site: who is here today, its terminals and devices."""
    return render(request, "business/site.html", _site_context(request, own_site(request, site_id)))


@never_cache
@page(Permission.SITE_MANAGE)
def pairing_code(request: HttpRequest, site_id: int, terminal_id: int) -> HttpResponse:
    """Show a code, once, that registers a device for a terminal."""
    found = own_site(request, site_id)
    terminals = [terminal for terminal in list_terminals(found.id) if terminal.id == terminal_id]
    if not terminals:
        raise Http404
    code = None
    if request.method == "POST":
        code = make_pairing_code(terminal_id, by=viewer_of(request).actor(), at=timezone.now())
    return render(request, "business/pairing_code.html", {"site": found, "terminal": terminals[0], "code": code})


@require_POST
def _revoke(request: HttpRequest, site_id: int, device_id: int) -> HttpResponse:
    found = own_site(request, site_id)
    if device_id not in {device.id for device in list_devices(found.id)}:
        raise Http404
    revoke_device(device_id, reason="", by=viewer_of(request).actor(), at=timezone.now())
    success(request, _("device.revoked"))
    return redirect("business:site", site_id)


revoke = page(Permission.SITE_MANAGE)(_revoke)
