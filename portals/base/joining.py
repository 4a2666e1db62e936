"""仮現場: the days of an unregistered site are joined to the site ID that it has got (ruling 30); by worker and employer."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.messages import success
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import viewer_of
from portals.base.day_forms import JoinForm
from portals.base.forms import add_refusal, form_page
from registry.businesses.queries import names_of_businesses
from registry.core.errors import RegistryError
from registry.core.ids import SiteId
from registry.histories.operations.claims import SiteUnknownError, join_site
from registry.histories.queries import ClaimRow
from registry.sites.queries import SiteRow, find_site


def ask_site(
    request: HttpRequest, template: str, context: dict[str, Any], *, join: Callable[[SiteRow], HttpResponse]
) -> HttpResponse:
    """Ask for the site ID, show which site it is, and join what is to be joined once that was confirmed."""
    form, site = JoinForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        site = find_site(form.cleaned_data["site_id"])
        try:
            if site is None:
                raise SiteUnknownError(field="site_id")
            if form.cleaned_data["sure"] == str(site.id):
                return join(site)
        except RegistryError as error:
            add_refusal(form, error)
    prime = names_of_businesses([site.business_id]).get(site.business_id, "") if site else ""
    shown = {"form": form, "site": None if form.errors else site, "prime": prime}
    return form_page(request, template, context | shown)


def join_page(request: HttpRequest, claims: Sequence[ClaimRow], *, back_url: str) -> HttpResponse:
    """Give days that were entered by hand their site ID, all those of one site name at a time."""

    def join(site: SiteRow) -> HttpResponse:
        by, at = viewer_of(request).actor(), timezone.now()
        count = join_site([claim.id for claim in claims], SiteId(site.id), by=by, at=at)
        success(request, _("claim.joined_count").format(site=site.name, count=count))
        return redirect(back_url)

    context = {
        "claims": claims, "first_name": claims[0].first_name, "back_url": back_url,
        "people": len({claim.worker_id for claim in claims}),
    }  # fmt: skip
    return ask_site(request, "base/join_site.html", context, join=join)
