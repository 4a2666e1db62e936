"""Who is told what of a firm's place in a structure."""

from collections.abc import Mapping
from datetime import datetime

from registry.accounts.states import Permission
from registry.businesses.queries import list_users_of_unit, names_of_businesses
from registry.core.actor import Actor
from registry.core.ids import BusinessId
from registry.notices.operations import settle_notices, write_notices
from registry.notices.states import NoticeKind
from registry.sites.models import Site
from registry.sites.queries import find_site, list_users_of_own_site
from registry.structures.models import Tenure
from registry.structures.states import TenureState


def tell_firm(kind: NoticeKind, to: int, tenure: Tenure, *, firm_id: int, at: datetime, reason: str = "") -> None:
    """Tell those of a firm who can answer."""
    _tell(kind, to, tenure, _words(tenure, firm_id=firm_id, reason=reason), at=at)


def _words(tenure: Tenure, *, firm_id: int, reason: str = "") -> dict[str, str]:
    """What a message on a place says: which firm acted, whose place it is, on which site, from which day on nobody is there."""
    site = Site.objects.get(pk=tenure.node.site_id)
    names = names_of_businesses([one for one in (firm_id, tenure.business_id) if one])
    placed = names[tenure.business_id] if tenure.business_id else tenure.business_name
    said = {"firm": names[firm_id], "placed": placed, "site": site.name, "site_id": str(site.pk), "reason": reason}
    return said | ({"day": tenure.until_on.isoformat()} if tenure.until_on else {})


def _tell(kind: NoticeKind, to: int, tenure: Tenure, words: Mapping[str, str], *, at: datetime) -> None:
    """A message to a firm; the prime's goes to all who handle the site, also to those who have nothing but it."""
    site = find_site(tenure.node.site_id)
    if site and site.business_id == to:
        users, rights = list_users_of_own_site(site), {Permission.BUSINESS_SITES, Permission.SITE_MANAGE}
    else:
        users, rights = list_users_of_unit(BusinessId(to), None), {Permission.BUSINESS_SITES}
    told = [user.account.id for user in users if rights & user.account.rights]
    write_notices(kind, account_ids=told, data=words, at=at, about=_about(tenure))


def _about(tenure: Tenure) -> str:
    """How messages name the place that they speak of."""
    return f"place {tenure.pk}"


def settle_invitation(tenure: Tenure, now: NoticeKind, *, asked: NoticeKind = NoticeKind.INVITED, at: datetime) -> None:
    """Let the messages that invited a firm say what became of it."""
    settle_notices([_about(tenure)], asked=[asked], now=now, at=at)


# What a firm is told of its own place, and what the firm above it, each where it has an end and where it has none.
_OF_OWN = (NoticeKind.PLACE_ENDED, NoticeKind.PLACE_GOES_ON)
_OF_BELOW = (NoticeKind.PLACE_BELOW_ENDED, NoticeKind.PLACE_BELOW_GOES_ON)


def tell_end(tenure: Tenure, *, by: Actor, at: datetime) -> None:
    """Tell a firm and the one above it until when its place lasts, but not who said so; what they were told before says it too."""
    words = _words(tenure, firm_id=by.subject_id or tenure.invited_by_id)
    told = {tenure.invited_by_id: _OF_BELOW}
    if tenure.business_id is not None and tenure.state == TenureState.ACCEPTED:
        told[tenure.business_id] = _OF_OWN
    for firm_id, (ended, goes_on) in told.items():
        if firm_id == by.subject_id:
            continue
        now = ended if tenure.until_on else goes_on
        settle_notices([_about(tenure)], asked=[ended, goes_on], now=now, at=at, data=words)
        _tell(now, firm_id, tenure, words, at=at)
