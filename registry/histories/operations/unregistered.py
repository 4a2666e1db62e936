"""仮現場 get their site ID: what was touched and entered there becomes days of that site (ruling 30)."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from registry.accounts.states import Permission
from registry.core.actor import Actor, ActorKind
from registry.core.ids import BusinessId, SiteId
from registry.histories.operations.claims import ClaimTwiceError, SiteUnknownError, join_site
from registry.histories.operations.parties import tell_firm
from registry.histories.queries import list_unregistered
from registry.notices.states import NoticeKind
from registry.sites.operations.unregistered import close_unregistered_site
from registry.sites.queries import find_site, find_unregistered_site
from registry.touches.operations.presence import hold_devices_of, join_presence


@transaction.atomic
def join_unregistered_site(unregistered_id: SiteId, site_id: SiteId, *, by: Actor, at: datetime) -> int:
    """Join a 仮現場 to the site ID that it has got. Returns how many days of people it brings; a second time none.

    The days that were touched there wait for the prime's word; those that were entered by hand under its name, by the
    same worker or for the same firm, for its approval. The prime is told. Raises `SiteUnknownError`.
    """
    site = find_site(site_id)
    if site is None:
        raise SiteUnknownError(field="site_id")
    hold_devices_of(unregistered_id)
    if not close_unregistered_site(unregistered_id, site_id, by=by, at=at):
        return 0
    touched = join_presence(unregistered_id, site_id)
    if touched and site.business_id != by.subject_id:
        words = {"site": site.name, "count": str(touched)}
        tell_firm(NoticeKind.CLAIMS_JOINED, BusinessId(site.business_id), words, site_id=site_id, at=at)
    return touched + _join_entered(unregistered_id, site_id, by=by, at=at)


def _join_entered(unregistered_id: SiteId, site_id: SiteId, *, by: Actor, at: datetime) -> int:
    """Join the days that were entered by hand under the same name."""
    row = find_unregistered_site(unregistered_id)
    if by.kind is ActorKind.BUSINESS and not by.has(Permission.BUSINESS_WORKERS):
        return 0  # who handles the sites of a firm, not its people
    own = {"worker_id" if by.kind is ActorKind.WORKER else "business_id": by.subject_id}
    same = [claim.id for claim in list_unregistered(**own) if row and claim.first_name == row.name]
    with suppress(ClaimTwiceError):
        return join_site(same, site_id, by=by, at=at)
    return 0
