"""A site's terminals: the devices there, what of them is missing or waits; register one, revoke one."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.messages import info, success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portals.base.access import page, viewer_of
from portals.base.days import looked_at
from portals.base.forms import form_page
from portals.base.qr import qr_picture
from portals.base.records import full_name
from portals.business.day_keys import key_of
from portals.business.forms import TerminalForm
from portals.business.site_access import own_site, own_terminal
from portals.business.views_days import LINES
from registry.accounts.states import Permission
from registry.core.days import jst_day
from registry.core.errors import MoveRefusedError
from registry.core.ids import SiteId, grouped
from registry.core.numbers import stored_number
from registry.disclosure.queries import see_workers_on_site
from registry.histories.queries import list_waiting_of_site
from registry.histories.rules import may_decide
from registry.histories.states import Reason
from registry.sites.operations.sites import add_terminal
from registry.sites.queries import SiteRow, list_terminals
from registry.touches.operations.devices import accept_loss, end_pairing, make_pairing_code, revoke_device
from registry.touches.queries import (
    MISSING_AT_MOST,
    UNPLACED_AT_MOST,
    RefusedTouch,
    SiteDevice,
    list_refused,
    list_site_devices,
    list_unknown_cards_of_site,
    list_unplaced,
)
from registry.touches.states import DeviceState
from registry.workers.states import DayItem

OF_DEVICES = (Reason.DEVICE_REVOKED, Reason.SITE_NOT_OF_DEVICE)
REFUSED_CODES = frozenset({"TOUCH_SHAPE", "TOUCH_ID_SHAPE", "TOUCH_ID_CHECK_DIGIT", "TOUCH_ID_KIND"})
MOST_SIGNS = 40
UNKNOWN_CARDS_SHOWN = 10
NUMBERS_TWICE_SHOWN = timedelta(days=7)


@dataclass(frozen=True)
class ShownRefused:
    """A refused touch in words: what it said of itself, why it is none, what to do."""

    touched_at: str
    credential: str
    row: RefusedTouch
    cause: str
    remedy: str


def _shown_refused(row: RefusedTouch) -> ShownRefused:
    try:
        said = json.loads(row.received)
    except (ValueError, RecursionError):
        said = {}
    said = said if isinstance(said, dict) else {}
    code = row.code if row.code in REFUSED_CODES else "OTHER"
    credential = next((text for key in ("card", "token", "qr") if (text := _plain(said.get(key)))), "")
    return ShownRefused(
        _plain(said.get("touched_at")), credential, row, _(f"refused.{code}.cause"), _(f"refused.{code}.remedy")
    )


def _plain(value: object) -> str:
    """What a device wrote, short and without signs that no line has."""
    text = value if isinstance(value, str) else ""
    return "".join(sign for sign in text[:MOST_SIGNS] if sign.isprintable())


def _waiting(request: HttpRequest, site: SiteRow) -> tuple[list[dict[str, Any]], int]:
    """Days by touches of devices that are not trusted, or not of this site: some, and how many more."""
    waiting, on = list_waiting_of_site(site.id, reasons=OF_DEVICES), jst_day(timezone.now())
    found = [row for row in waiting if may_decide(row.bound, site, on=on)]
    rows = found[:LINES]
    ids, days = {row.worker_id for row in rows}, looked_at((rows, [DayItem.DAY, DayItem.TIMES]))
    people = see_workers_on_site(viewer_of(request), site.id, ids, at=timezone.now(), days=days)
    return [
        {
            "key": key_of(row.worker_id, row.bound.day), "row": row.bound,
            "name": full_name(people[row.worker_id]) if row.worker_id in people else grouped(row.worker_id),
            "causes": [_(f"reason.{code}.cause") for code in row.bound.reasons if code in OF_DEVICES],
        }
        for row in rows
    ], len(found) - len(rows)  # fmt: skip


@page(Permission.SITE_MANAGE)
def devices(request: HttpRequest, site_id: int) -> HttpResponse:
    """The devices of a site: last seen, missing, refused; touches that wait for the prime's word."""
    site, found = own_site(request, site_id), list_site_devices(site_id)
    refused = list_refused(site_id, [device.id for device in found])
    waiting, later = _waiting(request, site)
    cards = list_unknown_cards_of_site(site_id, UNKNOWN_CARDS_SHOWN + 1)
    context = {
        "site": site, "terminals": list_terminals(SiteId(site_id)), "waiting": waiting, "later": later,
        "unknown_cards": cards[:UNKNOWN_CARDS_SHOWN], "more_unknown_cards": len(cards) > UNKNOWN_CARDS_SHOWN,
        "unknown_cards_most": UNKNOWN_CARDS_SHOWN,
        "most": MISSING_AT_MOST, "unplaced": len(list_unplaced(site_id)), "unplaced_most": UNPLACED_AT_MOST,
        "devices": [
            {
                "row": device, "refused": refused.get(device.id),
                "shown": [_shown_refused(row) for row in refused[device.id].newest] if device.id in refused else [],
                "twice": device.renumbered_at is not None and timezone.now() - device.renumbered_at < NUMBERS_TWICE_SHOWN,
            }
            for device in sorted(found, key=lambda one: (one.state is DeviceState.REVOKED, one.id))
        ],
    }  # fmt: skip
    return render(request, "business/devices.html", context)


@never_cache
@page(Permission.SITE_MANAGE)
def pairing_code(request: HttpRequest, site_id: int, terminal_id: int) -> HttpResponse:
    """Show a code, once, that registers a device for a terminal; as a QR code with the server's address."""
    found, terminal = own_terminal(request, site_id, terminal_id)
    context: dict[str, Any] = {"site": found, "terminal": terminal}
    if request.method == "POST":
        code = make_pairing_code(terminal_id, by=viewer_of(request).actor(), at=timezone.now())
        text = f"{request.scheme}://{request.get_host()}/#pair={code.code}"
        context |= {"code": code, "qr_text": text, "qr": qr_picture(text, _("device.qr_title"))}
    return render(request, "business/pairing_code.html", context)


@page(Permission.SITE_MANAGE)
def add_place(request: HttpRequest, site_id: int) -> HttpResponse:
    """Add a terminal: a further place where cards are touched."""
    found = own_site(request, site_id)
    form = TerminalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name, by = form.cleaned_data["name"], viewer_of(request).actor()
        terminal = add_terminal(SiteId(site_id), name, by=by, at=timezone.now())
        return redirect("business:pairing_code", site_id, terminal)
    context = {"form": form, "site": found}
    return form_page(request, "business/add_terminal.html", context)


def _own_device(site_id: int, device_id: int) -> SiteDevice:
    found = next((device for device in list_site_devices(site_id) if device.id == device_id), None)
    if found is None:
        raise Http404
    return found


@page(Permission.SITE_MANAGE)
def revoke(request: HttpRequest, site_id: int, device_id: int) -> HttpResponse:
    """End the trust in a device; says first what follows. A second click does no harm."""
    found, device = own_site(request, site_id), _own_device(site_id, device_id)
    if request.method != "POST":
        return render(request, "business/revoke.html", {"site": found, "device": device})
    if device.other_firms or device.left_at:
        raise Http404
    try:
        revoke_device(device_id, reason="", by=viewer_of(request).actor(), at=timezone.now())
    except MoveRefusedError:
        info(request, _("device.revoked_before"))
    else:
        success(request, _("device.revoked"))
    return redirect("business:devices", site_id)


@require_POST
def _leave(request: HttpRequest, site_id: int, device_id: int) -> HttpResponse:
    """A device serves this site no longer; its other sites keep it."""
    own_site(request, site_id)
    end_pairing(device_id, SiteId(site_id), by=viewer_of(request).actor(), at=timezone.now())
    success(request, _("device.left"))
    return redirect("business:devices", site_id)


leave = page(Permission.SITE_MANAGE)(_leave)


@page(Permission.SITE_MANAGE)
def loss(request: HttpRequest, site_id: int, device_id: int) -> HttpResponse:
    """Accept that what is missing of a device is lost; says first what follows. A second click does no harm."""
    found = own_site(request, site_id)
    if request.method != "POST":
        return render(request, "business/loss.html", {"site": found, "device": _own_device(site_id, device_id)})
    highest = stored_number(request.POST.get("highest", ""))
    accept_loss(device_id, SiteId(site_id), highest=highest, by=viewer_of(request).actor(), at=timezone.now())
    success(request, _("device.loss_accepted"))
    return redirect("business:devices", site_id)
