from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection

from registry.touches.tasks import forget_refused_daily
from tests.factories.cast import NOW, a_firm, a_gate, a_worker

pytestmark = pytest.mark.django_db


def test_what_nobody_can_read_is_kept_for_thirteen_months() -> None:
    with time_machine.travel(NOW, tick=False):
        gate, card = a_gate(a_firm()), a_worker(None)
        gate.send({"seq": 1, "card": "1234", "touched_at": "2026-11-20T07:58:00+09:00"})
        gate.send({"seq": 2, "card": card.number, "touched_at": "2026-11-20T07:58:00+09:00"})

    for now, left in ((datetime(2027, 12, 20, 2, 0, tzinfo=UTC), 1), (datetime(2027, 12, 20, 4, 0, tzinfo=UTC), 0)):
        with time_machine.travel(now, tick=False):
            forget_refused_daily(0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT (SELECT count(*) FROM touches_refused), (SELECT count(*) FROM touches_touch)")
            assert cursor.fetchone() == (left, 1)
