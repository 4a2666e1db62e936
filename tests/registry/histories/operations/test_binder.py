"""The binder: which worker-months a change concerns, and what is written of them. Orders and kills: test_order.py."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.cards.operations import issue_card, ship_card
from registry.changes.operations import ChangeMark, follow_changes
from registry.changes.queries import is_behind
from registry.changes.states import ChangeKind
from registry.core.days import JST
from registry.core.ids import WorkerId
from registry.histories.operations.binder import FOLLOWER, _bind_touched, bind_at_once, bind_months, follow
from registry.histories.operations.claims import ClaimData, enter_claim, withdraw_claim
from registry.histories.queries import list_days_of_worker, load_months
from registry.histories.states import Reason
from registry.sites.operations.sites import change_day_boundary
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.workers.operations.registration import change_trades
from tests.factories.cast import NOW, OFFICE, STARTED, Gate, a_firm, a_gate, a_touch, a_worker, owner_of
from tests.factories.visitors import worker_as_actor
from tests.registry.histories.test_order import follow_all

NOVEMBER = date(2026, 11, 1)


class Scene:
    """A prime with a worker at its gate."""

    def __init__(self) -> None:
        self.prime = a_firm()
        self.gate: Gate = a_gate(self.prime)
        self.card = a_worker(self.prime)
        self.worker: WorkerId = self.card.worker_id


def versions(worker: int) -> list[str]:
    """Which versions of a worker's rows are stored; a row that is written again has another one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text FROM histories_month WHERE worker_id = %s ORDER BY month, part", [worker])
        return [xmin for (xmin,) in cursor.fetchall()]


def a_mark(scene: Scene, day: date) -> ChangeMark:
    """What a touch of the worker leaves in the feed."""
    return ChangeMark(ChangeKind.TOUCH, (scene.worker,), scene.gate.site_id, None, day, day + timedelta(days=1))


@pytest.mark.django_db
def test_a_month_is_bound_once_and_left_alone_while_nothing_changes() -> None:
    scene = Scene()
    scene.gate.send(a_touch(1, scene.card))
    assert bind_months([(scene.worker, NOVEMBER)] * 2) == 1, "who is named twice is bound once"
    assert bind_months([(scene.worker, NOVEMBER)]) == 0
    assert bind_months([(a_worker(None, "だれも").worker_id, NOVEMBER)]) == 0


@pytest.mark.django_db
def test_rows_that_are_no_longer_true_go() -> None:
    scene = Scene()
    days = (NOW.date(), NOW.date() - timedelta(days=1))
    by = worker_as_actor(scene.worker)
    claims = [
        enter_claim(scene.worker, ClaimData(day=day, site_id=scene.gate.site_id, work=str(day)), by=by, at=NOW)
        for day in days
    ]
    bind_months([(scene.worker, NOVEMBER)])
    assert len(load_months([scene.worker], NOVEMBER)[scene.worker]) == 2
    for left, claim in ((1, claims[0]), (0, claims[1])):
        withdraw_claim(claim, by=by, at=NOW)
        assert bind_months([(scene.worker, NOVEMBER)]) == 1
        assert len(load_months([scene.worker], NOVEMBER).get(scene.worker, [])) == left


@pytest.mark.django_db
def test_a_shift_over_the_end_of_a_month_belongs_to_its_beginning() -> None:
    scene = Scene()
    scene.gate.send(
        a_touch(1, scene.card, "2026-10-31T20:00:00+09:00", direction="in"),
        a_touch(2, scene.card, "2026-11-01T05:00:00+09:00", direction="out"),
    )
    bind_months([(scene.worker, date(2026, 10, 1)), (scene.worker, NOVEMBER)])
    assert [row.bound.day for row in list_days_of_worker(scene.worker, date(2026, 10, 1))] == [date(2026, 10, 31)]
    assert list_days_of_worker(scene.worker, NOVEMBER) == []


@pytest.mark.django_db
def test_many_workers_are_bound_with_as_many_queries_as_one() -> None:
    scene = Scene()
    cards = [scene.card, *(a_worker(scene.prime, f"第{n}") for n in range(3))]
    scene.gate.send(*(a_touch(n, card) for n, card in enumerate(cards, 1)))
    asked = []
    for some in (cards[:1], cards[1:]):
        with CaptureQueriesContext(connection) as queries:
            assert bind_months([(card.worker_id, NOVEMBER) for card in some]) == len(some)
        asked.append(len(queries))
    assert asked[0] == asked[1] > 0


@pytest.mark.django_db(transaction=True)
def test_marks_are_read_once_and_concern_whom_they_name() -> None:
    scene = Scene()
    other = a_worker(scene.prime, "別")
    scene.gate.send(a_touch(1, scene.card), a_touch(2, other))
    follow_all()
    assert not is_behind(FOLLOWER)
    assert follow() == 0
    before = versions(other.worker_id)
    people = [(scene.worker, RosterData(trade="06-01"))]
    add_to_roster(scene.gate.site_id, None, people, from_on=NOW.date(), by=owner_of(scene.prime), at=NOW)
    follow_all()
    (found,) = list_days_of_worker(scene.worker, NOVEMBER)
    assert Reason.ROSTER_MISSING not in found.bound.reasons
    assert versions(other.worker_id) == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(8))
def test_touches_in_any_order_leave_what_whole_months_say(seed: int) -> None:
    """Days that run into each other without a direction, nights, the end of a month, a new card in between."""
    rng, scene = random.Random(seed), Scene()
    gates, cards = [scene.gate, a_gate(scene.prime)], [scene.card]
    at, moments = datetime(2026, 10, 28, 7, tzinfo=JST), []
    for _ in range(12):
        at += timedelta(hours=rng.choice([1, 9, 11, 15, 17, 24] if seed % 2 else [13, 14, 15]))
        moments.append(at.isoformat())
    rng.shuffle(moments)
    for seq, moment in enumerate(moments, 1):
        if seq == 8 and seed % 2:
            cards.append(issue_card(scene.worker, by=OFFICE, at=NOW))
            ship_card(scene.worker, by=OFFICE, at=NOW - timedelta(days=20))
        direction = rng.choice(["", "in", "out"] if seed % 2 else [""])
        rng.choice(gates[: 1 + seed % 2]).send(a_touch(seq, rng.choice(cards), moment, direction=direction))
        follow_all()
    assert bind_months([(scene.worker, NOVEMBER), (scene.worker, date(2026, 10, 1))]) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("new_comes_first", [True, False])
def test_an_old_card_ends_with_the_first_use_of_the_new_one_months_before(*, new_comes_first: bool) -> None:
    """Nobody noted its shipment. The answer to the device says the same."""
    scene = Scene()
    new = issue_card(scene.worker, by=OFFICE, at=NOW)
    touches = [a_touch(1, new, "2026-07-31T08:00:00+09:00"), a_touch(2, scene.card, "2026-11-20T08:00:00+09:00")]
    for touch in touches if new_comes_first else reversed(touches):
        scene.gate.send(touch)
        follow_all()
    (answer,) = scene.gate.send(touches[1])["results"]
    ((found,), (used,)) = (list_days_of_worker(scene.worker, month) for month in (NOVEMBER, date(2026, 7, 1)))
    assert Reason.CARD_LOST in found.bound.reasons
    assert Reason.CARD_LOST in answer["reasons"]
    assert Reason.CARD_LOST not in used.bound.reasons


@pytest.mark.django_db(transaction=True)
def test_a_touch_with_either_card_binds_its_day_alone_once_the_new_one_is_in_use() -> None:
    scene = Scene()
    new = issue_card(scene.worker, by=OFFICE, at=NOW)
    scene.gate.send(a_touch(1, new, "2026-11-02T08:00:00+09:00"))
    follow_all()
    for seq, card, day in ((2, new, 20), (3, scene.card, 19), (4, scene.card, 18)):
        scene.gate.send(a_touch(seq, card, f"2026-11-{day}T08:00:00+09:00", direction="in"))
        assert _bind_touched([a_mark(scene, date(2026, 11, day))]) == []
    earlier = a_mark(scene, date(2026, 11, 2))
    assert _bind_touched([earlier]) == [replace(earlier, until_on=None)], "of which this is the first use"


@pytest.mark.django_db(transaction=True)
def test_a_change_of_the_site_reaches_all_who_were_there() -> None:
    scene = Scene()
    scene.gate.send(a_touch(1, scene.card, "2026-11-20T05:00:00+09:00"))
    follow_all()
    assert [row.bound.day for row in list_days_of_worker(scene.worker, NOVEMBER)] == [date(2026, 11, 20)]
    six = scene.gate.site_id, NOW.replace(hour=6, minute=0).time()
    change_day_boundary(*six, from_on=date(2026, 11, 1), by=owner_of(scene.prime), at=NOW)
    follow_all()
    assert [row.bound.day for row in list_days_of_worker(scene.worker, NOVEMBER)] == [date(2026, 11, 19)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("changes_site", [True, False])
def test_what_holds_from_the_first_row_on_holds_before_it_too(*, changes_site: bool) -> None:
    """The hour at which days begin, and the trades: another first row changes days of months long before it."""
    scene, july = Scene(), date(2026, 7, 1)
    scene.gate.send(a_touch(1, scene.card, "2026-07-02T02:00:00+09:00"))
    follow_all()
    before = [row.bound for row in list_days_of_worker(scene.worker, july)]
    if changes_site:
        change_day_boundary(scene.gate.site_id, time(0), from_on=STARTED, by=owner_of(scene.prime), at=NOW)
    else:
        change_trades(scene.worker, ("02-01",), from_on=STARTED, by=OFFICE, at=NOW)
    follow_all()
    after = [row.bound for row in list_days_of_worker(scene.worker, july)]
    assert [(one.day.day, one.assignment.trade) for one in before] == [(1, "06-01")]
    assert [(one.day.day, one.assignment.trade) for one in after] == [(2, "06-01") if changes_site else (1, "02-01")]


@pytest.mark.django_db(transaction=True)
def test_a_claimed_day_without_any_touch_is_bound_and_unbound() -> None:
    scene = Scene()
    by = worker_as_actor(scene.worker)
    claim = enter_claim(scene.worker, ClaimData(day=NOW.date(), site_id=scene.gate.site_id), by=by, at=NOW)
    follow_all()
    assert len(list_days_of_worker(scene.worker, NOVEMBER)) == 1
    withdraw_claim(claim, by=by, at=NOW)
    follow_all()
    assert list_days_of_worker(scene.worker, NOVEMBER) == []


@pytest.mark.django_db(transaction=True)
def test_who_has_just_changed_a_day_finds_it_bound_unless_the_binder_is_at_work() -> None:
    scene, day = Scene(), NOW.date()
    follow_all()
    enter_claim(scene.worker, ClaimData(day=day, site_id=scene.gate.site_id), by=worker_as_actor(scene.worker), at=NOW)
    with _at_work():
        bind_at_once([(scene.worker, day)])
        assert list_days_of_worker(scene.worker, NOVEMBER) == []
    bind_at_once([(scene.worker, day)])
    assert [row.bound.day for row in list_days_of_worker(scene.worker, NOVEMBER)] == [day]
    before = versions(scene.worker)
    follow_all()
    assert versions(scene.worker) == before, "the binder finds nothing to do"


@contextmanager
def _at_work() -> Iterator[None]:
    """The binder of another process has begun a round."""
    begun, done = threading.Event(), threading.Event()

    def work() -> None:
        with follow_changes(FOLLOWER, limit=0):
            begun.set()
            done.wait(60)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert begun.wait(60)
        yield
    finally:
        done.set()
        thread.join()
