"""Touches of cards that nobody has, and of site IDs that nobody has registered: the office says whose and which they are."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.messages import info, success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.forms import add_refusal, form_page
from portals.office.forms import DiscardForm, MeantSiteForm, OwnerForm
from registry.accounts.states import Permission
from registry.core.errors import RegistryError
from registry.core.ids import SiteId
from registry.touches.operations.orphans import discard_site, discard_unknown, name_owner, name_site, take_up_unknown
from registry.touches.queries import (
    find_discarded_card,
    find_unknown_card,
    find_unknown_site,
    list_discarded_cards,
    list_unknown_cards,
    list_unknown_sites,
    why_discarded,
)

SHOWN = 100


@page(Permission.OFFICE_REGISTER)
def unknown_cards(request: HttpRequest) -> HttpResponse:
    """The cards that were touched and are nobody's, and those of which the office has said that they are."""
    found, discarded = list_unknown_cards(SHOWN + 1), list_discarded_cards(SHOWN + 1)
    reasons = why_discarded(discarded[:SHOWN])
    context = {
        "cards": found[:SHOWN], "more": len(found) > SHOWN, "most": SHOWN, "more_discarded": len(discarded) > SHOWN,
        "discarded": [(one, reasons.get(one.credential, "")) for one in discarded[:SHOWN]],
    }  # fmt: skip
    return render(request, "office/unknown_cards.html", context)


@page(Permission.OFFICE_REGISTER)
def unknown_card(request: HttpRequest, device_id: int, seq: int) -> HttpResponse:
    """Whose card it is, or why it is nobody's. A second click does no harm."""
    found, back = find_unknown_card(device_id, seq), "office:unknown_cards"
    if found is None:
        return _discarded(request, device_id, seq)
    form, by, at = OwnerForm(request.POST or None), viewer_of(request).actor(), timezone.now()
    if not _named(request, form, _("unknown.named"), lambda said: name_owner(found, said["card"], by=by, at=at)):
        return form_page(request, "office/unknown_card.html", {"one": found, "form": form})
    return redirect(back)


@page(Permission.OFFICE_REGISTER)
def discard_card(request: HttpRequest, device_id: int, seq: int) -> HttpResponse:
    """Say why a card is nobody's. A second click does no harm."""
    found, back = find_unknown_card(device_id, seq), "office:unknown_cards"
    if found is None:
        return _done_before(request, back, _("unknown.done_before"))
    form = DiscardForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, "office/discard_card.html", {"one": found, "form": form})
    by = viewer_of(request).actor()
    count = discard_unknown(found, reason=form.cleaned_data["reason"], by=by, at=timezone.now())
    success(request, _("unknown.discarded").format(count=count))
    return redirect(back)


def _discarded(request: HttpRequest, device_id: int, seq: int) -> HttpResponse:
    """A card of which the office has said that it is nobody's: that can be taken back."""
    found, back = find_discarded_card(device_id, seq), "office:unknown_cards"
    if found is None or (request.method == "POST" and "take_up" not in request.POST):
        return _done_before(request, back, _("unknown.done_before"))
    if request.method == "POST":
        count = take_up_unknown(found, by=viewer_of(request).actor(), at=timezone.now())
        success(request, _("unknown.taken_up").format(count=count))
        return redirect(back)
    return render(
        request,
        "office/discarded_card.html",
        {"one": found, "reason": why_discarded([found]).get(found.credential, "")},
    )


@page(Permission.OFFICE_REGISTER)
def unknown_sites(request: HttpRequest) -> HttpResponse:
    """The site IDs that were touched with and are not registered."""
    found = list_unknown_sites(SHOWN + 1)
    context = {"sites": found[:SHOWN], "more": len(found) > SHOWN, "most": SHOWN}
    return render(request, "office/unknown_sites.html", context)


@page(Permission.OFFICE_REGISTER)
def unknown_site(request: HttpRequest, named_id: int) -> HttpResponse:
    """Which site it was. A second click does no harm."""
    found, back = find_unknown_site(named_id), "office:unknown_sites"
    if found is None:
        return _done_before(request, back, _("nowhere.done_before"))
    form, by, at = MeantSiteForm(request.POST or None), viewer_of(request).actor(), timezone.now()
    if _discards(request):
        discard_site(named_id, by=by, at=at)
        success(request, _("nowhere.discarded"))
    elif not _named(
        request, form, _("nowhere.named"), lambda said: name_site(named_id, SiteId(said["site_id"]), by=by, at=at)
    ):
        return form_page(request, "office/unknown_site.html", {"one": found, "form": form})
    return redirect(back)


def _done_before(request: HttpRequest, back: str, words: str) -> HttpResponse:
    """There is no such thing to settle any more: the second of two clicks, or an address that never was one."""
    if request.method != "POST":
        raise Http404
    info(request, words)
    return redirect(back)


def _discards(request: HttpRequest) -> bool:
    return request.method == "POST" and "discard" in request.POST


def _named(request: HttpRequest, form: forms.Form, words: str, name: Callable[[dict[str, Any]], int]) -> bool:
    """Whether the office said in the form what it is, and could; then it is told of how many touches."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        count = name(form.cleaned_data)
    except RegistryError as error:
        add_refusal(form, error)
        return False
    success(request, words.format(count=count))
    return True
