"""Links as they come about: one side asks, the other accepts."""

from datetime import date, datetime

from registry.core.ids import BusinessId, WorkerId
from registry.workers.operations.links import accept_link, ask_for_link
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
