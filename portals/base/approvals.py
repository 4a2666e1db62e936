"""Approvals of entered days as pages show them: who approved, and when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from registry.businesses.queries import names_of_businesses
from registry.histories.queries import ClaimRow, approvers_of
from registry.histories.states import ClaimState


@dataclass(frozen=True)
class ShownApproval:
    """The prime's approval of an entered day. `firm` is empty where none is known that did so."""

    at: datetime
    firm: str


def shown_approvals(claims: Collection[ClaimRow]) -> dict[int, ShownApproval]:
    """The approvals of some entries, by entry."""
    firms = approvers_of(claims)
    names = names_of_businesses(firms.values())
    return {
        one.id: ShownApproval(one.answered_at, names.get(firms.get(one.id, 0), ""))
        for one in claims
        if one.state is ClaimState.APPROVED and one.answered_at
    }
