"""Touches of cards that nobody has: the office says whose they are, or that they are nobody's."""

from django.contrib.messages import info, success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.forms import add_refusal, form_page
from portals.office.forms import OwnerForm
from registry.accounts.states import Permission
from registry.core.errors import RegistryError
from registry.touches.operations.orphans import discard_unknown, name_owner
from registry.touches.queries import UnknownCard, find_unknown_card, list_unknown_cards

SHOWN = 100


@page(Permission.OFFICE_REGISTER)
def unknown_cards(request: HttpRequest) -> HttpResponse:
    """The cards that were touched and are nobody's."""
    found = list_unknown_cards(SHOWN + 1)
    context = {"cards": found[:SHOWN], "more": len(found) > SHOWN, "most": SHOWN}
    return render(request, "office/unknown_cards.html", context)


@page(Permission.OFFICE_REGISTER)
def unknown_card(request: HttpRequest, device_id: int, seq: int) -> HttpResponse:
    """Whose card it is. A second click does no harm."""
    found = find_unknown_card(device_id, seq)
    if found is None:
        if request.method != "POST":
            raise Http404
        info(request, _("unknown.done_before"))
        return redirect("office:unknown_cards")
    form = OwnerForm(request.POST or None)
    if request.method == "POST" and _settled(request, found, form):
        return redirect("office:unknown_cards")
    return form_page(request, "office/unknown_card.html", {"one": found, "form": form})


def _settled(request: HttpRequest, found: UnknownCard, form: OwnerForm) -> bool:
    by, at = viewer_of(request).actor(), timezone.now()
    if "discard" in request.POST:
        discard_unknown(found, by=by, at=at)
        success(request, _("unknown.discarded"))
        return True
    if not form.is_valid():
        return False
    try:
        count = name_owner(found, form.cleaned_data["card"], by=by, at=at)
    except RegistryError as error:
        add_refusal(form, error)
        return False
    success(request, _("unknown.named").format(count=count))
    return True
