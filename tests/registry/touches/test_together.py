"""Two transactions that meet: a touch that is stored meanwhile is in neither's way, and lost by none."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from registry.cards.operations import register_token
from registry.cards.queries import CardRow
from registry.core.ids import BusinessId, IdKind, SiteId, id_of_body
from registry.histories.operations.receiving import receive_phone_touch
from registry.histories.operations.unregistered import join_unregistered_site
from registry.sites.operations.unregistered import BoardData, open_unregistered_site
from registry.sites.queries import list_terminals
from registry.touches.operations.devices import make_pairing_code, register_device
from registry.touches.operations.log import make_partitions
from registry.touches.operations.orphans import discard_site, discard_unknown, name_owner, name_site
from registry.touches.operations.phones import PhoneTouch
from registry.touches.operations.presence import adopt_orphans, join_presence
from registry.touches.queries import list_unknown_cards
from registry.touches.states import Direction
from tests.factories.cast import NOW, OFFICE, Gate, a_firm, a_gate, a_touch, a_worker, owner_of
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
    elsewhere = a_gate(a_firm("別の元請"))
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


def hold(statement: str, *values: int) -> None:
    """Lock rows here, as somebody who writes them does."""
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} FOR UPDATE", values)
        assert cursor.fetchall()


def hold_orphan(seq: int) -> None:
    hold("SELECT FROM touches_orphan WHERE seq = %s", seq)


def hold_presence(card: CardRow, site_id: int) -> None:
    hold("SELECT FROM touches_presence WHERE (worker_id, site_id) = (%s, %s)", card.worker_id, site_id)


@pytest.fixture
def nowhere() -> int:
    """A site ID that nobody has registered; its check digit is right."""
    return id_of_body("98765432109", IdKind.SITE)


def chip_touch(seq: int, card: CardRow, day: int, **more: Any) -> dict[str, Any]:
    return {**a_touch(seq, card, f"2026-11-{day}T08:00:00+09:00", **more), "card": "", "token": "04a1"}


def _adopt(card: CardRow, site_id: int) -> None:
    register_token(card.worker_id, 1, "04a1", by=OFFICE, at=NOW)
    adopt_orphans()


def _name_owner(card: CardRow, site_id: int) -> None:
    name_owner(list_unknown_cards(1)[0], card.number, by=OFFICE, at=NOW)


def _discard_unknown(card: CardRow, site_id: int) -> None:
    discard_unknown(list_unknown_cards(1)[0], reason="試し", by=OFFICE, at=NOW)


def _discard_site(card: CardRow, site_id: int) -> None:
    discard_site(site_id, by=OFFICE, at=NOW)


def _join(card: CardRow, site_id: int) -> None:
    with transaction.atomic():
        join_presence(site_id, a_gate(a_firm("別の元請")).site_id)


@pytest.mark.parametrize("settle", [_adopt, _name_owner, _discard_unknown, _discard_site, _join])
def test_touches_that_wait_are_taken_in_the_order_of_their_numbers(
    firm: BusinessId, nowhere: int, settle: Callable[[CardRow, int], None]
) -> None:
    gate, card = a_gate(firm), a_worker(None)
    where = {"site": str(nowhere)} if settle is _discard_site else {}
    for seq in (2, 1):  # as they lie in the table
        gate.send(chip_touch(seq, card, 17 + seq, **where))
    with meeting(partial(settle, card, nowhere if where else gate.site_id)) as begin:
        hold_orphan(1)
        begin()
        hold_orphan(2)


@pytest.mark.parametrize("first", ["touched there", "touched at the other site"])
def test_months_that_move_are_taken_in_the_order_of_workers(firm: BusinessId, nowhere: int, first: str) -> None:
    gate = a_gate(firm)
    cards = sorted([a_worker(None), a_worker(None, "試作")], key=lambda card: card.worker_id)
    gate.send(a_touch(9, cards[0], "2026-11-10T08:00:00+09:00"))
    for seq in (1, 0):  # as they lie in the table
        gate.send(a_touch(8 - seq, cards[seq], "2026-11-18T08:00:00+09:00", site=str(nowhere)))
    with meeting(partial(name_site, nowhere, SiteId(gate.site_id), by=OFFICE, at=NOW)) as begin:
        hold_presence(cards[0], nowhere if first == "touched there" else gate.site_id)
        begin()
        hold_presence(cards[1], nowhere)
    assert [[day.site_id for day in days_of(card.worker_id)] for card in cards] == [[gate.site_id] * 2, [gate.site_id]]


def test_a_touch_that_comes_while_its_month_moves_goes_with_it(firm: BusinessId, nowhere: int) -> None:
    gate, card = a_gate(firm), a_worker(None)
    gate.send(a_touch(1, card, "2026-11-18T08:00:00+09:00", site=str(nowhere)))
    with meeting(partial(name_site, nowhere, SiteId(gate.site_id), by=OFFICE, at=NOW)):
        gate.send(a_touch(2, card, "2026-11-19T08:00:00+09:00", site=str(nowhere)))
    assert [day.site_id for day in days_of(card.worker_id)] == [gate.site_id] * 2


@pytest.mark.parametrize("is_joined_first", [True, False])
def test_a_touch_whose_card_becomes_known_while_its_site_gets_its_id_goes_there(
    firm: BusinessId, *, is_joined_first: bool
) -> None:
    card, by, real = a_worker(firm), owner_of(firm), a_gate(a_firm()).site_id
    here = open_unregistered_site(BoardData(name="町道の補修"), by=by, at=NOW)
    code = make_pairing_code(list_terminals(here)[0].id, by=by, at=NOW).code
    phone = Gate(register_device(code, store="e" * 32, name="電話", dense=True, at=NOW), here, "e" * 32)
    phone.send(chip_touch(1, card, 20))
    adopt, join = partial(_adopt, card, here), partial(join_unregistered_site, here, real, by=by, at=NOW)
    with meeting(adopt if is_joined_first else join):
        (join if is_joined_first else adopt)()
    assert [(day.site_id, day.day) for day in days_of(card.worker_id)] == [(real, date(2026, 11, 20))]
