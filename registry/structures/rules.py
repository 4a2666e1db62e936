"""Who may change what in a structure."""

from datetime import date

from registry.accounts.states import Permission
from registry.core.actor import Actor, ActorKind
from registry.sites.rules import Filed
from registry.structures.derive import Structure
from registry.structures.states import TenureState


def stands_above(structure: Structure, business_id: int | None, parent_id: int | None, *, on: date) -> bool:
    """Whether a firm stands above what hangs below a position: the prime always; an accepted firm from its own place on."""
    if business_id == structure.prime_id:
        return True
    while parent_id is not None:
        holder = structure.holder(parent_id, on)
        if holder and holder.business_id == business_id and holder.state is TenureState.ACCEPTED:
            return True
        parent_id = structure.parents[parent_id]
    return False


def may_invite(by: Actor, structure: Structure, parent_id: int | None, *, on: date) -> bool:
    """The prime anywhere; an accepted firm below its own place and below what hangs there."""
    if not by.has(Permission.SITE_MANAGE) or not by.reach.holds_site(structure.site_id, structure.unit_id):
        return False
    return by.kind is ActorKind.SYSTEM or stands_above(structure, by.subject_id, parent_id, on=on)


def may_answer(by: Actor, business_id: int | None) -> bool:
    """Only the invited firm answers, through one who opens sites for all of it: an answer opens its people's data."""
    return by.has(Permission.BUSINESS_SITES) and by.subject_id == business_id and by.reach.is_whole


def may_leave(by: Actor, structure: Structure, business_id: int | None) -> bool:
    """A firm closes its own place, through one who handles sites for all of it, or to whom this one was given."""
    own = by.subject_id == business_id and by.has(Permission.SITE_MANAGE)
    return own and by.reach.holds_site(structure.site_id, structure.unit_id)


def may_fill_roster(by: Actor, business_id: int, site: Filed) -> bool:
    """A firm puts its own people on a roster."""
    own = by.kind is ActorKind.SYSTEM or by.subject_id == business_id
    return own and by.has(Permission.SITE_MANAGE) and by.reach.holds_site(site.id, site.unit_id)
