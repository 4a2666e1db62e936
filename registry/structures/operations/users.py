"""Who of a firm in a structure handles or sees the site."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from registry.accounts.states import Permission
from registry.core.actor import Actor
from registry.core.errors import NotAllowedError
from registry.core.ids import BusinessId, SiteId
from registry.sites.operations.sites import give_site_to
from registry.structures.queries import has_part_in


@transaction.atomic
def give_site_below(site_id: SiteId, account_ids: Collection[int], *, by: Actor, at: datetime) -> None:
    """Say who of a firm below the prime has a site: through one who opens sites for all of it (ruling 7).

    Nobody needs to: its owners have it in any case. Harmless when repeated. Raises what `give_site_to` raises.
    """
    firm = BusinessId(by.subject_id or 0)
    if not (by.has(Permission.BUSINESS_SITES) and by.reach.is_whole and has_part_in(site_id, firm)):
        raise NotAllowedError
    give_site_to(site_id, firm, account_ids, by=by, at=at)
