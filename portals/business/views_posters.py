"""Posters of a terminal, which workers read with their own phones: one to print, one on a screen that changes."""

from django.conf import settings
from django.contrib.messages import success
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.posters import poster_picture, show_screen
from portals.base.qr import qr_picture
from portals.business.site_access import own_terminal
from registry.accounts.states import Permission
from registry.core.ids import SiteId
from registry.sites.operations.sites import end_screen_link, make_screen_link, say_poster_up, withdraw_poster


@page(Permission.SITE_MANAGE)
def poster(request: HttpRequest, site_id: int, terminal_id: int) -> HttpResponse:
    """The poster to print; what it is good for, whether it hangs, and the way to the screen."""
    site, terminal = own_terminal(request, site_id, terminal_id)
    if request.method == "POST":
        up = "up" in request.POST
        say_poster_up(SiteId(site_id), terminal_id, up=up, by=viewer_of(request).actor(), at=timezone.now())
        success(request, _("poster.is_up" if up else "poster.is_down"))
        return redirect("business:poster", site_id, terminal_id)
    context = {"site": site, "terminal": terminal, "qr": poster_picture(terminal)}
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
    """The changing poster, for a trial: on the gate's screen nobody should be logged in."""
    site, terminal = own_terminal(request, site_id, terminal_id)
    return show_screen(request, site.name, terminal, close_url=reverse("business:poster", args=[site_id, terminal_id]))


@never_cache
@page(Permission.SITE_MANAGE)
def screen_link(request: HttpRequest, site_id: int, terminal_id: int) -> HttpResponse:
    """Make the secret address of the gate's screen and show it, once; a further one ends the one before."""
    site, terminal = own_terminal(request, site_id, terminal_id)
    context = {"site": site, "terminal": terminal}
    if request.method == "POST":
        secret = make_screen_link(SiteId(site_id), terminal_id, by=viewer_of(request).actor(), at=timezone.now())
        link = settings.PUBLIC_URL + reverse("public:screen", args=[secret])
        context |= {"link": link, "qr": qr_picture(link, _("screen.qr"))}
    return render(request, "business/screen_link.html", context)


@require_POST
def _end_link(request: HttpRequest, site_id: int, terminal_id: int) -> HttpResponse:
    """The gate's screen shows nothing any more."""
    own_terminal(request, site_id, terminal_id)
    end_screen_link(SiteId(site_id), terminal_id, by=viewer_of(request).actor(), at=timezone.now())
    success(request, _("screen.ended"))
    return redirect("business:poster", site_id, terminal_id)


end_link = page(Permission.SITE_MANAGE)(_end_link)
