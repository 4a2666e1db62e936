"""Posters of a terminal, which workers read with their own phones: one to print, one on a screen that changes."""

from datetime import datetime

from django.contrib.messages import success
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from portals.base.access import page, viewer_of
from portals.base.doors import printed_address
from portals.base.qr import qr_picture
from portals.business.site_access import own_terminal
from registry.accounts.states import Permission, Portal
from registry.core.ids import SiteId
from registry.sites.derive import SCREEN_CODE_LIFE
from registry.sites.operations import withdraw_poster
from registry.sites.queries import TerminalRow

CHANGE_SECONDS = 20  # how often a screen shows a new code: one that was just read still holds for a while


def _picture(terminal: TerminalRow, shown_at: datetime | None = None) -> SafeString:
    """The QR code of the address that a phone opens, on the host of the workers' pages."""
    where = reverse("worker:scan", args=[terminal.poster_code(shown_at)])
    return qr_picture(printed_address(Portal.WORKER, where), _("poster.qr"))


@page(Permission.SITE_MANAGE)
def poster(request: HttpRequest, site_id: int, terminal_id: int) -> HttpResponse:
    """The poster to print; what it is good for, and the way to the screen."""
    site, terminal = own_terminal(request, site_id, terminal_id)
    context = {"site": site, "terminal": terminal, "qr": _picture(terminal)}
    return render(request, "business/poster.html", context)


@page(Permission.SITE_MANAGE)
def withdraw(request: HttpRequest, site_id: int, terminal_id: int) -> HttpResponse:
    """Withdraw what is printed; says first what follows. The form names the edition, so a second click does no harm."""
    site, terminal = own_terminal(request, site_id, terminal_id)
    if request.method != "POST":
        return render(request, "business/withdraw_poster.html", {"site": site, "terminal": terminal})
    if request.POST.get("edition") == str(terminal.poster_generation):
        by, at = viewer_of(request).actor(), timezone.now()
        withdraw_poster(SiteId(site_id), terminal_id, terminal.poster_generation, by=by, at=at)
    success(request, _("poster.withdrawn"))
    return redirect("business:poster", site_id, terminal_id)


@never_cache
@page(Permission.SITE_MANAGE)
def screen(request: HttpRequest, site_id: int, terminal_id: int) -> HttpResponse:
    """A full screen for the gate. The script brings a new code from time to time; without it the page loads itself anew."""
    site, terminal = own_terminal(request, site_id, terminal_id)
    now = timezone.now()
    context = {
        "site": site, "terminal": terminal, "qr": _picture(terminal, now), "until": now + SCREEN_CODE_LIFE,
        "seconds": CHANGE_SECONDS,
    }  # fmt: skip
    return render(request, "business/poster_screen.html", context)
