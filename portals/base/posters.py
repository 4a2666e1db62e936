"""A terminal's poster: the picture of its code, and the full screen that changes it."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portals.base.doors import printed_address
from portals.base.qr import qr_picture
from registry.accounts.states import Portal
from registry.sites.derive import SCREEN_CODE_LIFE
from registry.sites.queries import TerminalRow

CHANGE_SECONDS = 20  # how often a screen shows a new code: one that was just read still holds for a while


def poster_picture(terminal: TerminalRow, shown_at: datetime | None = None) -> SafeString:
    """The QR code of the address that a phone opens, on the host of the workers' pages."""
    where = reverse("worker:scan", args=[terminal.poster_code(shown_at)])
    return qr_picture(printed_address(Portal.WORKER, where), _("poster.qr"))


def show_screen(request: HttpRequest, site_name: str, terminal: TerminalRow, *, close_url: str = "") -> HttpResponse:
    """A full screen for the gate. The script brings a new code from time to time; without it the page loads itself anew."""
    now = timezone.now()
    context = {
        "site_name": site_name, "terminal": terminal, "qr": poster_picture(terminal, now), "until": now + SCREEN_CODE_LIFE,
        "seconds": CHANGE_SECONDS, "close_url": close_url,
    }  # fmt: skip
    return render(request, "base/poster_screen.html", context)
