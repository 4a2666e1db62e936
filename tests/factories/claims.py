"""A place where days are entered by hand, and what becomes of them."""

from datetime import date, datetime
from typing import Any

from registry.core.actor import Actor
from registry.core.ids import SiteId, WorkerId
from registry.histories.operations.binder import bind_months
from registry.histories.operations.claims import (
    ClaimData,
    approve_claims,
    enter_claim,
)
from registry.histories.queries import (
    ClaimRow,
    get_claim,
    list_days_of_worker,
)
from registry.histories.states import Standing
from registry.notices.models import Notice
from tests.factories.cast import NOW, Gate, a_firm, a_gate, a_tenure, a_worker, owner_of
from tests.factories.visitors import worker_as_actor

DAY = NOW.date()


class Place:
    """A site over two tiers with a worker at the bottom, linked and not on any roster."""

    def __init__(self) -> None:
        self.prime, self.first, self.second = a_firm("元請"), a_firm("一次"), a_firm("二次")
        self.gate: Gate = a_gate(self.prime)
        self.site: SiteId = self.gate.site_id
        above = a_tenure(self.site, self.prime, self.first)
        a_tenure(self.site, self.prime, self.second, below=above.node_id)
        self.card = a_worker(self.second)
        self.worker: WorkerId = self.card.worker_id
        self.self = worker_as_actor(self.worker)

    def enter(self, *, at: datetime = NOW, by: Actor | None = None, **more: Any) -> int:
        """Enter a day; the worker does so unless told otherwise."""
        data = ClaimData(**{"day": DAY, "site_id": self.site, **more})
        return enter_claim(self.worker, data, by=by or self.self, at=at)

    def answer(self, claim: int, *, at: datetime = NOW) -> int:
        """The prime approves."""
        return approve_claims([claim], by=owner_of(self.prime), at=at)


def row(claim: int) -> ClaimRow:
    found = get_claim(claim)
    assert found
    return found


def told(account: int) -> list[str]:
    return list(
        Notice.objects.filter(account_id=account, kind__startswith="claim")
        .order_by("pk")
        .values_list("kind", flat=True)
    )


def standing(worker: int, day: date = DAY) -> list[Standing]:
    bind_months([(worker, day.replace(day=1))])
    return [one.bound.standing for one in list_days_of_worker(worker, day.replace(day=1))]
