"""Touches that name a site ID which nobody has registered: the office says which site was meant."""

from django.contrib.messages import info, success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import page, viewer_of
from portals.base.forms import add_refusal
from portals.office.forms import MeantSiteForm
from registry.accounts.states import Permission
from registry.core.errors import RegistryError
from registry.core.ids import SiteId
from registry.touches.operations.orphans import discard_site, name_site
from registry.touches.queries import find_unknown_site, list_unknown_sites

SHOWN = 100


@page(Permission.OFFICE_REGISTER)
def unknown_sites(request: HttpRequest) -> HttpResponse:
    """The site IDs that were touched with and are not registered."""
    found = list_unknown_sites(SHOWN + 1)
    context = {"sites": found[:SHOWN], "more": len(found) > SHOWN, "most": SHOWN}
    return render(request, "office/unknown_sites.html", context)


@page(Permission.OFFICE_REGISTER)
def unknown_site(request: HttpRequest, named_id: int) -> HttpResponse:
    """Which site it was. A second click does no harm."""
    found = find_unknown_site(named_id)
    if found is None:
        if request.method != "POST":
            raise Http404
        info(request, _("nowhere.done_before"))
        return redirect("office:unknown_sites")
    form = MeantSiteForm(request.POST or None)
    if request.method == "POST" and _settled(request, named_id, form):
        return redirect("office:unknown_sites")
    return render(request, "office/unknown_site.html", {"one": found, "form": form}, status=422 if form.errors else 200)


def _settled(request: HttpRequest, named_id: int, form: MeantSiteForm) -> bool:
    by, at = viewer_of(request).actor(), timezone.now()
    if "discard" in request.POST:
        discard_site(named_id, by=by, at=at)
        success(request, _("nowhere.discarded"))
        return True
    if not form.is_valid():
        return False
    try:
        count = name_site(named_id, SiteId(form.cleaned_data["site_id"]), by=by, at=at)
    except RegistryError as error:
        add_refusal(form, error)
        return False
    success(request, _("nowhere.named").format(count=count))
    return True
