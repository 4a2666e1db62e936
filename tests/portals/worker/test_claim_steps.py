"""Whose word an entry waits for."""

import re

import pytest

from registry.histories.operations.binder import bind_months
from registry.histories.operations.claims import ClaimData, enter_claim
from tests.factories.cast import NOW, a_firm, a_gate, a_tenure, a_worker
from tests.factories.visitors import as_worker, worker_as_actor

pytestmark = pytest.mark.django_db
DAY = NOW.date()
TODAY = f"/worker/days/{DAY.year}-{DAY.month}-{DAY.day}/"


@pytest.mark.parametrize(
    ("firms", "steps"),
    [
        (0, ["元請の承認"]),
        (1, ["所属会社（一次下請）の確認", "元請の承認"]),
        (2, ["所属会社の確認", "一次下請の確認", "元請の承認"]),
    ],
)
def test_a_claim_has_a_step_for_each_firm_that_gives_its_word(firms: int, steps: list[str]) -> None:
    """Ruling 28: where one firm is all three its approval is the only mark."""
    prime = a_firm()
    gate, employer, node = a_gate(prime), prime, None
    for number in range(firms):
        employer = a_firm(f"第{number}下請")
        node = a_tenure(gate.site_id, prime, employer, below=node).node_id
    worker = a_worker(employer, "人").worker_id
    enter_claim(worker, ClaimData(day=DAY, site_id=gate.site_id), by=worker_as_actor(worker), at=NOW)
    bind_months([(worker, DAY.replace(day=1))])
    page = as_worker(worker).get(TODAY).content.decode()
    shown = re.findall(r"<li[^>]*>([^<]*)</li>", page.partition('<ol class="ds-timeline">')[2].partition("</ol>")[0])
    assert shown == ["入力", *steps]
