"""Which moment decides: of a device whose clock is wrong, or whose places changed meanwhile (docs/handbook/ingest.md)."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection

from registry.cards.derive import write_phone_code
from registry.cards.queries import CardRow
from registry.changes.models import Change
from registry.changes.states import ChangeKind
from registry.core.ids import BusinessId
from registry.histories.states import Reason
from registry.sites.queries import list_terminals
from registry.touches.models import Device
from registry.touches.operations.devices import add_pairing, end_pairing, make_pairing_code
from registry.touches.operations.orphans import give_day
from registry.touches.operations.presence import adopt_orphans
from registry.touches.queries import list_unplaced
from tests.factories.cast import NOW, Gate, a_gate, a_touch, a_worker, owner_of
from tests.factories.days import days_of

pytestmark = pytest.mark.django_db
EPOCH = "1970-01-01T00:00:00+09:00"


@pytest.fixture
def card() -> CardRow:
    return a_worker(None)


@pytest.fixture
def other(prime: BusinessId) -> Gate:
    return a_gate(prime, name="第二工区")


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def pair_with(gate: Gate, other: Gate, prime: BusinessId, *, at: datetime) -> None:
    code = make_pairing_code(list_terminals(other.site_id)[0].id, by=owner_of(prime), at=at).code
    add_pairing(gate.device.device_id, code, at=at)


def leave(gate: Gate, prime: BusinessId, *, at: datetime) -> None:
    end_pairing(gate.device.device_id, gate.site_id, by=owner_of(prime), at=at)


def send_at(gate: Gate, at: datetime, *touches: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    with time_machine.travel(at, tick=False):
        results: list[dict[str, Any]] = gate.send(*touches, **more)["results"]
        return results


def statuses(results: Sequence[dict[str, Any]]) -> list[str]:
    return [one["status"] for one in results]


def logged() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT site_id FROM touches_touch ORDER BY device_id, seq")
        return [row[0] for row in cursor.fetchall()]


def test_a_touch_without_a_site_stays_what_it_was_when_a_second_site_is_served(
    prime: BusinessId, gate: Gate, other: Gate, card: CardRow
) -> None:
    ahead, of_1970 = a_touch(1, card, after(60).isoformat()), a_touch(2, card, EPOCH)
    first = send_at(gate, NOW, ahead, of_1970)
    pair_with(gate, other, prime, at=after(10))

    again = send_at(gate, after(20), ahead, of_1970, a_touch(3, card, EPOCH))

    assert statuses(first) + statuses(again) == ["stored"] * 5
    assert logged() == [gate.site_id] * 3
    assert again[:2] == first


def test_what_differs_under_a_number_that_was_sent_is_still_to_be_renumbered(
    prime: BusinessId, gate: Gate, other: Gate, card: CardRow
) -> None:
    send_at(gate, NOW, a_touch(1, card, after(60).isoformat()))
    pair_with(gate, other, prime, at=after(10))
    assert statuses(send_at(gate, after(20), a_touch(1, card, after(61).isoformat()))) == ["renumber"]


def test_a_clock_that_is_ahead_does_not_bring_a_touch_to_the_site_that_is_served_later(
    prime: BusinessId, gate: Gate, other: Gate, card: CardRow
) -> None:
    touch = a_touch(1, card, after(60).isoformat())
    send_at(gate, NOW, touch)
    leave(gate, prime, at=after(10))
    pair_with(gate, other, prime, at=after(10))
    again = send_at(gate, after(90), touch, a_touch(2, card, after(61).isoformat()))
    assert statuses(again) == ["stored", "stored"]
    assert logged() == [gate.site_id, other.site_id]


def test_the_earlier_of_touch_and_receipt_says_which_site_was_served(
    prime: BusinessId, gate: Gate, other: Gate, card: CardRow
) -> None:
    pair_with(gate, other, prime, at=after(30))
    assert statuses(send_at(gate, after(20), a_touch(1, card, after(60).isoformat()))) == ["stored"]
    assert logged() == [gate.site_id]


@pytest.mark.parametrize("clock", [(-300.0, -2), (300.0, 8), (-580.0, -7)])
def test_a_clock_some_minutes_off_is_put_right_before_the_pairing_is_asked_for(
    prime: BusinessId, gate: Gate, other: Gate, card: CardRow, clock: tuple[float, float]
) -> None:
    """By the right clock all three were made at the second site, two or three minutes after the device came there."""
    leave(gate, prime, at=NOW)
    pair_with(gate, other, prime, at=NOW)
    offset_s, shown = clock
    moment = after(shown).isoformat()
    touches = [
        a_touch(1, card, moment, offset_s=offset_s, site=str(other.site_id)),
        a_touch(2, card, moment, offset_s=offset_s),
    ]
    results = send_at(gate, after(10), *touches)
    assert all("SITE_NOT_OF_DEVICE" not in one["reasons"] for one in results)
    assert logged() == [other.site_id] * 2


def test_a_site_that_was_left_by_the_right_clock_is_not_of_the_device(
    prime: BusinessId, gate: Gate, card: CardRow
) -> None:
    leave(gate, prime, at=NOW)
    slow = a_touch(1, card, after(-2).isoformat(), offset_s=-300.0)
    assert "SITE_NOT_OF_DEVICE" in send_at(gate, after(10), {**slow, "site": str(gate.site_id)})[0]["reasons"]


@pytest.mark.parametrize("offset_s", [-3600.0, 3600.0, 86_400.0 * 3])
def test_the_age_of_a_phones_code_is_judged_by_the_right_clock(
    prime: BusinessId, gate: Gate, card: CardRow, offset_s: float
) -> None:
    code = write_phone_code(settings.CARD_KEYS, card.number, after(-31))
    moment = (after(-30) + timedelta(seconds=offset_s)).isoformat()
    touch = {"seq": 1, "qr": code, "touched_at": moment, "method": "qr", "offset_s": offset_s}
    (said,) = gate.send(touch)["results"]
    for waiting in list_unplaced(gate.site_id):
        give_day(gate.site_id, [(waiting.device_id, 1)], NOW.date(), by=owner_of(prime), at=NOW)
    adopt_orphans()
    assert [Reason.TYPED_NUMBER in day.reasons for day in days_of(card.worker_id)] == [False]
    assert "TYPED_NUMBER" not in said["reasons"]


@pytest.mark.parametrize(("moment", "days"), [("9998-12-31T08:00:00Z", -399), ("0002-01-01T08:00:00Z", 399)])
def test_a_phones_code_is_judged_also_where_the_right_clock_leaves_the_calendar(
    gate: Gate, card: CardRow, moment: str, days: int
) -> None:
    code = write_phone_code(settings.CARD_KEYS, card.number, after(-31))
    touch = {"seq": 1, "qr": code, "touched_at": moment, "method": "qr", "offset_s": days * 86_400.0}
    assert statuses(gate.send(touch)["results"]) == ["stored"]


@pytest.mark.parametrize("moment", ["9000-06-01T08:00:00.123+09:00", "9998-12-31T23:59:59.999+09:00", "1000-01-01T08:00:00.001+09:00", "1969-12-31T23:59:59.999Z"])  # fmt: skip
def test_a_repeat_is_one_in_any_year(gate: Gate, card: CardRow, moment: str) -> None:
    answers = [gate.send(a_touch(1, card, moment))["results"] for _ in range(2)]
    assert [statuses(one) for one in answers] == [["stored"]] * 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT touched_at = %s::timestamptz FROM touches_touch", [moment])
        assert cursor.fetchall() == [(True,)]


def says(gate: Gate) -> tuple[int | None, datetime | None, datetime | None]:
    device = Device.objects.get(pk=gate.device.device_id)
    return device.unsent, device.unsent_since, device.last_seen_at


def replay(gate: Gate, body: bytes, at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        assert gate.post(body).status_code == 200


def request(gate: Gate, touch: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"store": gate.store, "touches": [touch], **more}).encode()


@pytest.mark.parametrize("known", [True, False])
def test_a_copy_of_an_old_request_says_nothing_of_the_device_now(gate: Gate, card: CardRow, *, known: bool) -> None:
    moments = [{"sent_at": after(minutes).isoformat()} if known or minutes else {} for minutes in (0, 5)]
    old = request(gate, a_touch(1, card), unsent=40, unsent_since=after(-60).isoformat(), **moments[0])
    new = request(gate, a_touch(2, card, after(4).isoformat()), unsent=0, **moments[1])
    replay(gate, old, NOW)
    replay(gate, new, after(5))
    told = says(gate)
    assert told == (0, None, after(5))
    replay(gate, old, after(600))
    assert says(gate) == told
    replay(gate, new, after(601))
    assert says(gate) == (0, None, after(601))


@pytest.mark.parametrize(
    "later", ["2026-11-19T12:00:00+09:00", "1970-01-01T00:00:00+09:00", "", "noon", "2026-11-20T12:00:00"]
)
def test_a_device_whose_clock_was_set_back_lives_as_long_as_it_sends_new_touches(
    gate: Gate, card: CardRow, later: str
) -> None:
    replay(gate, request(gate, a_touch(1, card), sent_at=NOW.isoformat(), unsent=3), NOW)
    replay(gate, request(gate, a_touch(2, card, after(4).isoformat()), sent_at=later, unsent=2), after(5))
    assert says(gate) == (2, None, after(5))


@pytest.mark.parametrize("sent_at", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+09:00", "2099-01-01T00:00:00Z"])
def test_a_moment_of_sending_far_from_ours_is_not_kept(gate: Gate, card: CardRow, sent_at: str) -> None:
    replay(gate, request(gate, a_touch(1, card), sent_at=sent_at), NOW)
    assert Device.objects.get(pk=gate.device.device_id).sent_at is None


def test_what_a_touch_was_at_its_first_receipt_it_stays(gate: Gate, card: CardRow) -> None:
    """A clock two days ahead has made it a touch without a day; that this day has come meanwhile gives it none."""
    ahead = a_touch(1, card, f"{after(2 * 24 * 60):%Y-%m-%dT%H:%M:%S}+00:00")
    said = [send_at(gate, at, ahead)[0] for at in (NOW, after(3 * 24 * 60))]
    assert [(one["status"], one["work_day"], one["reasons"]) for one in said] == [
        ("stored", None, [Reason.CLOCK_IMPLAUSIBLE])
    ] * 2


def test_two_touches_of_one_minute_are_one_moment(gate: Gate, card: CardRow) -> None:
    for seq in (1, 2):
        send_at(gate, NOW, a_touch(seq, card, "2026-11-20T08:00:00+09:00"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(moments) FROM touches_presence")
        assert cursor.fetchall() == [(3,)]


def test_a_touch_with_an_unknown_card_is_looked_at_once_more(gate: Gate, card: CardRow) -> None:
    """The card may become known in the same moment, by who has not seen the touch."""
    before = Change.objects.latest("pk").pk
    send_at(gate, NOW, {**a_touch(1, card), "card": f"{card.worker_id}-02"})
    assert Change.objects.filter(kind=ChangeKind.CARD, pk__gt=before).exists()
