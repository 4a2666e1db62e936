from datetime import timedelta

import pytest
import time_machine

from registry.accounts.models import Allowance
from registry.accounts.operations import use_allowance
from registry.accounts.states import LIMITS, Limited
from registry.accounts.tasks import forget_allowances_daily
from tests.factories.cast import NOW

pytestmark = pytest.mark.django_db


def test_what_is_free_again_is_forgotten_and_what_is_in_use_stays() -> None:
    use_allowance(Limited.SEARCH, "free", at=NOW - LIMITS[Limited.SEARCH].per)
    use_allowance(Limited.SEARCH, "in use", at=NOW)

    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        forget_allowances_daily(0)

    assert [row.who for row in Allowance.objects.all()] == ["in use"]
