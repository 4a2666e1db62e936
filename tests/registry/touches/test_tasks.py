from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection

from registry.touches.tasks import forget_refused_daily, make_partitions_daily
from tests.factories.cast import NOW, a_firm, a_gate, a_touch, a_worker

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


LATER = datetime(2031, 2, 10, 3, 0, tzinfo=UTC)


def partitions() -> list[tuple[str, int]]:
    """Where the touches of the log lie."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, seq FROM touches_touch ORDER BY seq")
        found: list[tuple[str, int]] = cursor.fetchall()
    return found


def test_a_touch_beyond_the_last_month_of_the_log_is_kept_and_its_month_is_made_around_it() -> None:
    with time_machine.travel(LATER, tick=False):
        gate, card = a_gate(a_firm(at=LATER), at=LATER), a_worker(None, at=LATER)
        sent = a_touch(1, card, "2031-02-10T07:58:00+09:00"), a_touch(2, card, "2050-01-01T07:58:00+09:00")
        first = gate.send(*sent)
        assert [one["status"] for one in first["results"]] == ["stored", "stored"]
        assert partitions() == [("touches_touch_default", 1), ("touches_touch_default", 2)]
        make_partitions_daily(0)
        assert partitions() == [("touches_touch_203102", 1), ("touches_touch_default", 2)]
        assert gate.send(*sent) == first
        gate.send(a_touch(3, card, "2031-02-10T17:58:00+09:00"))
    assert partitions()[2] == ("touches_touch_203102", 3)


def test_the_months_of_the_next_two_years_stand_ready() -> None:
    with time_machine.travel(LATER, tick=False):
        for _ in range(2):
            make_partitions_daily(0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('touches_touch_203302'), to_regclass('touches_touch_203304')")
        assert cursor.fetchone() == ("touches_touch_203302", None)


def test_a_month_made_later_is_only_added_to_as_all_are() -> None:
    with time_machine.travel(LATER, tick=False):
        gate, card = a_gate(a_firm(at=LATER), at=LATER), a_worker(None, at=LATER)
        gate.send(a_touch(1, card, "2031-02-10T07:58:00+09:00"))
        make_partitions_daily(0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'touches_touch_203102'::regclass"
            " AND tgname = 'touches_touch_append_only'"
        )
        assert cursor.fetchone() == (1,)
