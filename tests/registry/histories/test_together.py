"""Two who act on days of the same workers at the same moment: none waits for the other in a circle."""

from functools import partial

import pytest

from registry.histories.models import Claim
from registry.histories.operations.claims import ClaimData, enter_claims
from registry.histories.operations.edits import decide_days
from registry.histories.operations.parties import one_at_a_time
from tests.factories.cast import NOW, a_firm, a_gate, a_worker, owner_of
from tests.factories.meetings import meeting

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = NOW.date()


def test_a_firm_enters_days_of_people_of_whom_the_prime_decides_meanwhile() -> None:
    prime = a_firm()
    site, by = a_gate(prime).site_id, owner_of(prime)
    first, second = sorted(a_worker(prime, name).worker_id for name in ("甲", "乙"))
    data = ClaimData(day=TODAY, site_name="裏の倉庫")
    with meeting(partial(enter_claims, [second, first], data, by=by, at=NOW)) as begin:
        one_at_a_time(first)  # as the prime's decision begins
        begin()
        assert decide_days(site, [(first, TODAY), (second, TODAY)], counts=True, by=by, at=NOW) == 2
    assert Claim.objects.count() == 2
