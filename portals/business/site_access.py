"""What a firm may do on a site: its own as the prime, or one in whose structure it stands."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.utils import timezone

from portals.business.views_firm import business_of
from registry.core.days import jst_day
from registry.core.ids import SiteId
from registry.sites.queries import SiteRow, find_site
from registry.structures.queries import TenureRow, tenures_of_firm


@dataclass(frozen=True)
class SiteAccess:
    """A site and the viewer's part in it; the prime has no tenures."""

    site: SiteRow
    is_prime: bool
    tenures: list[TenureRow]

    @property
    def site_id(self) -> SiteId:
        """The site's ID."""
        return SiteId(self.site.id)


def access_to(request: HttpRequest, site_id: int) -> SiteAccess:
    """The viewer's part in a site; for all others the site does not exist."""
    business_id = business_of(request)
    site = find_site(site_id)
    if site is None:
        raise Http404
    if site.business_id == business_id:
        return SiteAccess(site, is_prime=True, tenures=[])
    tenures = tenures_of_firm(site_id, business_id, on=jst_day(timezone.now()))
    if not tenures:
        raise Http404
    return SiteAccess(site, is_prime=False, tenures=tenures)


def own_site(request: HttpRequest, site_id: int) -> SiteRow:
    """One of the firm's own sites."""
    access = access_to(request, site_id)
    if not access.is_prime:
        raise Http404
    return access.site
