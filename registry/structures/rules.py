"""Who may change what in a structure."""

from datetime import date

from registry.accounts.states import Permission
from registry.core.actor import Actor, ActorKind
from registry.structures.derive import Structure
from registry.structures.states import TenureState


def may_invite(by: Actor, structure: Structure, parent_id: int | None, *, on: date) -> bool:
    """The prime anywhere; an accepted firm below its own place and below what hangs there."""
    if not by.has(Permission.SITE_MANAGE):
        return False
    if by.kind is ActorKind.SYSTEM or by.subject_id == structure.prime_id:
        return True
    while parent_id is not None:
        holder = structure.holder(parent_id, on)
        if holder and holder.business_id == by.subject_id and holder.state is TenureState.ACCEPTED:
            return True
        parent_id = structure.parents[parent_id]
    return False


def may_answer(by: Actor, business_id: int | None) -> bool:
    """Only the invited firm answers, through one who opens sites for it: an answer opens its people's data."""
    return by.has(Permission.BUSINESS_SITES) and by.subject_id == business_id


def may_fill_roster(by: Actor, business_id: int) -> bool:
    """A firm puts its own people on a roster."""
    return by.has(Permission.SITE_MANAGE) and (by.kind is ActorKind.SYSTEM or by.subject_id == business_id)
