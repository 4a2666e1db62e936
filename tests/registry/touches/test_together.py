"""Two transactions that meet: a touch that is stored meanwhile is in neither's way, and lost by none."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection, transaction

from registry.core.ids import BusinessId
from registry.histories.operations.receiving import receive_phone_touch
from registry.histories.operations.unregistered import join_unregistered_site
from registry.sites.operations import BoardData, open_unregistered_site
from registry.sites.queries import list_terminals
from registry.touches.operations.devices import make_pairing_code, register_device
from registry.touches.operations.log import make_partitions
from registry.touches.operations.phones import PhoneTouch
from registry.touches.states import Direction
from tests.factories.cast import NOW, Gate, a_firm, a_gate, a_touch, a_worker, owner_of
from tests.factories.days import days_of
from tests.factories.meetings import meeting
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db(transaction=True)

JANUARY = datetime(2031, 1, 10, 3, 0, tzinfo=UTC)
TWO_YEARS_BEFORE = datetime(2029, 1, 5, 3, 0, tzinfo=UTC)


def test_a_touch_that_is_stored_while_its_month_is_made_stays_in_the_log() -> None:
    found: list[int] = []

    def make() -> None:
        with transaction.atomic():
            assert make_partitions(at=TWO_YEARS_BEFORE) == 1
            with connection.cursor() as cursor:
                cursor.execute("SELECT seq FROM touches_touch WHERE tableoid = 'touches_touch_203101'::regclass")
                found.extend(seq for (seq,) in cursor.fetchall())
            transaction.set_rollback(True)  # other tests find the months of the log as they were

    with time_machine.travel(JANUARY, tick=False):
        gate, card = a_gate(a_firm(at=JANUARY), at=JANUARY), a_worker(None, at=JANUARY)
        gate.send(a_touch(1, card, "2031-01-10T07:58:00+09:00"))
        with meeting(make):
            gate.send(a_touch(2, card, "2031-01-10T11:58:00+09:00"))
    assert sorted(found) == [1, 2]


@pytest.fixture
def firm() -> BusinessId:
    return a_firm("下請の会社")


@pytest.mark.parametrize("sender", ["own phone", "paired phone", "device of another site"])
def test_a_touch_that_comes_while_its_site_gets_its_id_goes_there(firm: BusinessId, sender: str) -> None:
    card, by, real = a_worker(firm), owner_of(firm), a_gate(a_firm()).site_id
    here = open_unregistered_site(BoardData(name="町道の補修"), by=by, at=NOW)
    code = make_pairing_code(list_terminals(here)[0].id, by=by, at=NOW).code
    phone = Gate(register_device(code, store="e" * 32, name="電話", dense=True, at=NOW), here, "e" * 32)
    elsewhere = a_gate(a_firm("別の元請"), store="f" * 32)
    touch = PhoneTouch(here, NOW, Direction.IN)

    def send() -> None:
        if sender == "own phone":
            receive_phone_touch(card.worker_id, touch, by=worker_as_actor(card.worker_id), at=NOW)
        else:
            (phone if sender == "paired phone" else elsewhere).send(a_touch(1, card, site=str(here)))

    with time_machine.travel(NOW, tick=False):
        with meeting(send):
            join_unregistered_site(here, real, by=by, at=NOW)
        days = [(day.site_id, day.day) for day in days_of(card.worker_id)]
    assert days == [(real, date(2026, 11, 20))]


@pytest.mark.parametrize("is_worker", [True, False])
def test_two_clicks_at_once_open_one_unregistered_site(firm: BusinessId, *, is_worker: bool) -> None:
    by, opened = worker_as_actor(a_worker(None).worker_id) if is_worker else owner_of(firm), []

    def click() -> None:
        opened.append(open_unregistered_site(BoardData(name="町道の補修"), key="form", by=by, at=NOW))

    with meeting(click):
        click()
    assert opened[0] == opened[1]
