"""仮現場: the days of an unregistered site are joined to the site ID that it has got (ruling 30); by worker and employer."""

from collections.abc import Sequence

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


def join_page(request: HttpRequest, claims: Sequence[ClaimRow], *, back_url: str) -> HttpResponse:
    """Ask for the site ID, show which site it is, join all the days. Days of one site name at a time."""
    form, site = JoinForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        site = find_site(form.cleaned_data["site_id"])
        try:
            if site is None:
                raise SiteUnknownError(field="site_id")
            if form.cleaned_data["sure"] == str(site.id):
                return _join(request, claims, site, back_url)
        except RegistryError as error:
            add_refusal(form, error)
    context = {
        "form": form, "claims": claims, "first_name": claims[0].first_name, "back_url": back_url,
        "people": len({claim.worker_id for claim in claims}), "site": None if form.errors else site,
        "prime": names_of_businesses([site.business_id]).get(site.business_id, "") if site else "",
    }  # fmt: skip
    return form_page(request, "base/join_site.html", context)


def _join(request: HttpRequest, claims: Sequence[ClaimRow], site: SiteRow, back_url: str) -> HttpResponse:
    by, at = viewer_of(request).actor(), timezone.now()
    count = join_site([claim.id for claim in claims], SiteId(site.id), by=by, at=at)
    success(request, _("claim.joined_count").format(site=site.name, count=count))
    return redirect(back_url)
