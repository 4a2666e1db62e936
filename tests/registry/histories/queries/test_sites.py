"""On which sites somebody has worked."""

from datetime import date

import pytest

from registry.histories.operations.claims import ClaimData, enter_claim
from registry.histories.queries import list_sites_of_worker
from tests.factories.cast import NOW, a_firm, a_gate, a_touch, a_worker
from tests.factories.days import bind_all
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db


def test_each_site_stands_once_with_its_days_the_last_one_first() -> None:
    firm = a_firm()
    card, gate, further = a_worker(firm), a_gate(firm), a_gate(firm, name="もう一つの現場", store="f" * 32)
    gate.send(
        a_touch(1, card), a_touch(2, card, "2026-10-05T08:00:00+09:00"), a_touch(3, card, "2026-10-06T08:00:00+09:00")
    )
    further.send(a_touch(1, card, "2026-11-19T08:00:00+09:00"))
    gate.send(a_touch(4, a_worker(firm, "別の人"), "2026-09-01T08:00:00+09:00"))
    by = worker_as_actor(card.worker_id)
    enter_claim(card.worker_id, ClaimData(day=date(2026, 11, 10), site_id=gate.site_id), by=by, at=NOW)
    for day in (date(2026, 10, 20), date(2026, 11, 2)):
        enter_claim(card.worker_id, ClaimData(day=day, site_name="近所の家"), by=by, at=NOW)
    bind_all()

    found = [
        (one.name, one.first_on, one.last_on, one.formal, one.beside) for one in list_sites_of_worker(card.worker_id)
    ]
    assert found == [
        ("見本ビル新築工事", date(2026, 10, 5), date(2026, 11, 20), 3, 1),
        ("もう一つの現場", date(2026, 11, 19), date(2026, 11, 19), 1, 0),
        ("近所の家", date(2026, 10, 20), date(2026, 11, 2), 0, 2),
    ]
