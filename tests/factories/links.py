"""Links as they come about: one side asks, the other accepts."""

from datetime import date, datetime

from registry.core.actor import Actor
from registry.core.ids import BusinessId, WorkerId
from registry.workers.models import Affiliation
from registry.workers.operations.links import accept_link, ask_for_link, end_link
from tests.factories.cast import NOW, owner_of
from tests.factories.visitors import worker_as_actor


def link(
    worker_id: WorkerId, business_id: BusinessId, *, from_on: date, principal: bool = False, at: datetime = NOW
) -> None:  # fmt: skip
    """Link a worker and a firm that asks him."""
    request = ask_for_link(
        worker_id, business_id, from_on=from_on, principal=principal, by=owner_of(business_id), at=at
    )
    accept_link(request, by=worker_as_actor(worker_id), at=at)


def last_link(worker_id: int, business_id: int) -> int:
    """The number of the last link of a worker and a firm; 0, which is nobody's, where there is none."""
    rows = Affiliation.objects.filter(worker=worker_id, business=business_id).order_by("from_on")
    return rows.values_list("pk", flat=True).last() or 0


def unlink(worker_id: int, business_id: int, *, until_on: date, by: Actor, at: datetime) -> None:
    """End it."""
    end_link(last_link(worker_id, business_id), until_on=until_on, by=by, at=at)
