"""Pages of 仮現場, for workers and for firms (ruling 30): open one, pair a phone with it, give it the site ID."""

import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib.messages import success
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from portals.base.access import viewer_of
from portals.base.forms import TextField, add_refusal, form_page
from portals.base.joining import ask_site
from portals.base.qr import qr_picture
from registry.core.errors import NotFoundError
from registry.core.ids import SiteId
from registry.histories.operations.unregistered import join_unregistered_site
from registry.sites.operations.unregistered import BoardData, find_board_problems, open_unregistered_site
from registry.sites.queries import SiteRow, UnregisteredRow, list_terminals, names_of_sites
from registry.sites.rules import handles_unregistered, has_opened
from registry.touches.operations.devices import end_pairing, make_pairing_code, revoke_device
from registry.touches.queries import SiteDevice, list_site_devices
from registry.touches.states import DeviceState


class BoardForm(forms.Form):
    """What the notice board of a site shows."""

    name = TextField(
        label=_("unregistered.name"), help_text=_("unregistered.name_help"), max_length=200, required=False
    )
    address = TextField(
        label=_("unregistered.address"), help_text=_("unregistered.address_help"), max_length=300, required=False
    )
    labour_insurance = TextField(
        label=_("unregistered.labour_insurance"), help_text=_("unregistered.labour_insurance_help"), max_length=30,
        required=False, widget=forms.TextInput(attrs={"class": "ds-w-20", "inputmode": "numeric"}),
    )  # fmt: skip
    building_confirmation = TextField(
        label=_("unregistered.building_confirmation"), help_text=_("unregistered.building_confirmation_help"),
        max_length=60, required=False,
    )  # fmt: skip
    corins = TextField(
        label=_("unregistered.corins"), help_text=_("unregistered.corins_help"), max_length=60, required=False
    )
    form_key = TextField(
        max_length=40, required=False, initial=partial(secrets.token_urlsafe, 16), widget=forms.HiddenInput
    )

    def board(self) -> BoardData:
        """What was typed, as the operation takes it."""
        return BoardData(**{name: self.cleaned_data[name] for name in BoardData.__dataclass_fields__})

    def clean(self) -> dict[str, Any]:
        """Each field that is wrong says so."""
        data: dict[str, Any] = super().clean() or {}
        if not self.errors:
            for problem in find_board_problems(self.board()):
                add_refusal(self, problem)
        return data


def _portal(request: HttpRequest) -> str:
    """Whose pages these are: names of addresses begin with it."""
    return request.resolver_match.namespace if request.resolver_match else ""


def list_page(request: HttpRequest, rows: Sequence[UnregisteredRow]) -> HttpResponse:
    """The 仮現場 of somebody."""
    names = names_of_sites(row.joined_id for row in rows if row.joined_id)
    context = {
        "portal": _portal(request), "rows": [{"row": row, "joined": names.get(row.joined_id or 0, "")} for row in rows],
    }  # fmt: skip
    return render(request, "base/unregistered_sites.html", context)


def new_page(request: HttpRequest) -> HttpResponse:
    """Open one with what the notice board shows."""
    form = BoardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        by, key = viewer_of(request).actor(), form.cleaned_data["form_key"]
        site_id = open_unregistered_site(form.board(), key=key, by=by, at=timezone.now())
        success(request, _t("unregistered.opened"))
        return redirect(f"{_portal(request)}:unregistered_site", site_id)
    context = {"form": form, "portal": _portal(request)}
    return form_page(request, "base/new_unregistered.html", context)


def site_page(request: HttpRequest, row: UnregisteredRow, **more: Any) -> HttpResponse:
    """One 仮現場: its notice board, its devices, what is to be done. Who opened it takes a lost phone off it, at any time."""
    by = viewer_of(request).actor()
    handles, opened = handles_unregistered(by, row), has_opened(by, row)
    devices = list_site_devices(row.id) if opened else []
    if request.method == "POST" and opened:
        wanted = request.POST.get("revoke")
        for device in devices:
            if str(device.id) == wanted and device.state is DeviceState.ACTIVE:
                _take_off(request, row, device)
                success(request, _t("unregistered.taken_off"))
        return redirect(request.path)
    context = {
        "row": row, "handles": handles, "devices": [one for one in devices if one.state is DeviceState.ACTIVE and one.left_at is None],
        "joined": names_of_sites([row.joined_id])[row.joined_id] if row.joined_id else "", "portal": _portal(request),
        **more,
    }  # fmt: skip
    return render(request, "base/unregistered_site.html", context)


def _take_off(request: HttpRequest, row: UnregisteredRow, device: SiteDevice) -> None:
    """End the trust in a device; one that serves other sites too leaves this one alone."""
    by, at = viewer_of(request).actor(), timezone.now()
    if device.other_sites:
        end_pairing(device.id, SiteId(row.id), by=by, at=at)
    else:
        revoke_device(device.id, reason="", by=by, at=at)


def _handled(request: HttpRequest, row: UnregisteredRow) -> UnregisteredRow:
    if not handles_unregistered(viewer_of(request).actor(), row):
        raise NotFoundError
    return row


def code_page(request: HttpRequest, row: UnregisteredRow) -> HttpResponse:
    """Show a code, once, that registers a device for a 仮現場."""
    terminal = list_terminals(_handled(request, row).id)[0]
    context: dict[str, Any] = {"row": row, "portal": _portal(request)}
    if request.method == "POST":
        code = make_pairing_code(terminal.id, by=viewer_of(request).actor(), at=timezone.now())
        text = f"{request.scheme}://{request.get_host()}/#pair={code.code}"
        context |= {"code": code, "qr_text": text, "qr": qr_picture(text, _t("device.qr_title"))}
    return render(request, "base/unregistered_code.html", context)


def join_unregistered_page(request: HttpRequest, row: UnregisteredRow) -> HttpResponse:
    """Ask for the site ID, show which site it is beside the notice board, join."""
    back = redirect(f"{_portal(request)}:unregistered_site", row.id)
    if row.joined_id is not None:
        return back  # the second of two clicks
    _handled(request, row)

    def join(site: SiteRow) -> HttpResponse:
        by, at = viewer_of(request).actor(), timezone.now()
        count = join_unregistered_site(SiteId(row.id), SiteId(site.id), by=by, at=at)
        success(request, _t("unregistered.was_joined").format(site=site.name, count=count))
        return back

    return ask_site(request, "base/join_unregistered.html", {"row": row, "portal": _portal(request)}, join=join)
