"""What stands behind the doors of a site's page, in numbers: a query or two each, however large the site is."""

from datetime import date

from django.utils.translation import gettext as _

from portals.business.site_access import SiteAccess
from portals.business.views_structure import holes_of
from registry.histories.queries import sum_sites
from registry.structures.queries import count_people_on_roster
from registry.touches.queries import count_unsent


def counts_of_site(access: SiteAccess) -> dict[str, str]:
    """A line for each of structure, roster, this month's days and devices, as their own pages count for the prime."""
    return {
        "structure": _("site.count_firms").format(firms=access.firms, holes=len(holes_of(access))),
        "roster": _("site.count_people").format(people=count_people_on_roster(access.site.id, on=access.on)),
        "days": _month(access.site.id, access.working_day.replace(day=1)),
        "devices": _unsent(access.site.id) if access.manages else "",
    }


def _unsent(site_id: int) -> str:
    found = count_unsent(site_id)
    key = "site.count_unsent_and_silent" if found.silent else "site.count_unsent"
    return _(key).format(number=found.touches, silent=found.silent)


def _month(site_id: int, month: date) -> str:
    found = sum_sites([site_id], month)
    days = sum(count for one in found for count in one.days.values())
    lacking = sum(one.lacking for one in found)
    return _("site.count_days").format(complete=days - lacking, lacking=lacking)
