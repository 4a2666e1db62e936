"""The registered sites that a worker knows: offered where a day is entered by hand."""

from django.utils import timezone

from registry.core.days import jst_day
from registry.histories.queries import list_sites_of_worker
from registry.sites.queries import names_of_sites, which_are_unregistered
from registry.structures.queries import list_rosters_of_worker


def own_sites(worker_id: int) -> dict[int, str]:
    """Names of the sites where somebody has worked, the last one first, then of those with a line on the roster; no 仮現場."""
    worked = [one.site_id for one in list_sites_of_worker(worker_id) if one.site_id]
    known = dict.fromkeys([*worked, *list_rosters_of_worker(worker_id, on=jst_day(timezone.now()))])
    names, without_id = names_of_sites(known), which_are_unregistered(list(known))
    return {one: names[one] for one in known if one in names and one not in without_id}
