"""What a touch means, in the words of the protocol."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from registry.cards.models import Card
from registry.cards.operations import end_card, issue_card, stop_card
from registry.cards.queries import CardRow
from registry.core.days import JST
from registry.core.errors import NotAllowedError
from registry.histories.operations.receiving import Meaning, StoredAnswer, meaning_of, receive_phone_touch
from registry.histories.states import Reason, Standing
from registry.sites.queries import get_poster, list_terminals
from registry.touches.models import Device
from registry.touches.operations.phones import NoCardError, PhoneTouch
from registry.touches.states import Direction, TouchState
from tests.factories.cast import NOW, OFFICE, Gate, a_firm, a_gate, a_touch, a_worker
from tests.factories.days import days_of
from tests.factories.visitors import worker_as_actor

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("standing", "reasons", "state"),
    [
        (Standing.FORMAL, (), TouchState.BOUND),
        (Standing.FORMAL, (Reason.ROSTER_MISSING,), TouchState.WAITING),
        (Standing.FORMAL, (Reason.DEVICE_REVOKED,), TouchState.FLAGGED),
        (Standing.WAITING, (Reason.SITE_CLOSED,), TouchState.FLAGGED),
        (Standing.NONE, (Reason.CARD_LOST,), TouchState.FLAGGED),
        (Standing.UNAPPROVED, (), TouchState.WAITING),
    ],
)
def test_the_words_of_the_protocol(standing: Standing, reasons: tuple[Reason, ...], state: TouchState) -> None:
    assert meaning_of(DAY, standing, reasons) == Meaning(DAY, state, reasons)


@pytest.fixture
def gate(db: None) -> Gate:
    return a_gate(a_firm())


@pytest.fixture
def card(db: None) -> CardRow:
    return a_worker(None)


def touch_poster(
    card: CardRow, gate: Gate, *, shown_at: datetime | None = None, direction: Direction = Direction.IN, at: datetime = NOW
) -> StoredAnswer:  # fmt: skip
    """Read the poster of a gate at a moment, printed or on a screen, and press a button."""
    poster = get_poster(list_terminals(gate.site_id)[0].poster_code(shown_at), at=at)
    touch = PhoneTouch(poster.code.site_id, at, direction, poster.text)
    return receive_phone_touch(card.worker_id, touch, by=worker_as_actor(card.worker_id), at=at)


def in_log() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, site_id, credential, direction, method FROM touches_touch ORDER BY seq")
        return list(cursor.fetchall())


def test_a_printed_poster_waits_for_the_prime_and_a_screen_does_not(gate: Gate, card: CardRow) -> None:
    printed = touch_poster(card, gate)
    assert (printed.status, printed.work_day, printed.state) == ("stored", DAY, TouchState.FLAGGED)
    assert Reason.POSTER_FIXED in printed.reasons
    other = a_worker(None, "試作")
    shown = touch_poster(other, gate, shown_at=NOW - timedelta(seconds=59))
    assert {Reason.POSTER_FIXED, Reason.SITE_NOT_OF_DEVICE} & {*printed.reasons, *shown.reasons} == {
        Reason.POSTER_FIXED
    }
    assert Reason.POSTER_FIXED not in shown.reasons
    (day,) = days_of(other.worker_id)
    assert (day.day, day.site_id, Reason.POSTER_FIXED in day.reasons) == (DAY, gate.site_id, False)


def test_the_same_reading_and_button_are_one_touch_however_often_they_are_sent(gate: Gate, card: CardRow) -> None:
    first, again = (touch_poster(card, gate) for _ in range(2))
    assert first == again
    assert in_log() == [(1, gate.site_id, card.number, "in", "poster")]
    later = touch_poster(card, gate, direction=Direction.OUT)
    assert (later.seq, len(in_log())) == (2, 2)


def test_a_touch_repeated_after_a_new_card_came_is_still_the_same(gate: Gate, card: CardRow) -> None:
    touch_poster(card, gate)
    Card.objects.update(branch=2)
    assert touch_poster(card, gate).seq == 1
    assert touch_poster(card, gate, at=NOW + timedelta(hours=1)).seq == 2
    assert [row[2] for row in in_log()] == [card.number, f"{card.worker_id}-02"]


def test_one_device_a_person_for_all_sites(gate: Gate, card: CardRow) -> None:
    other = a_gate(a_firm("別の元請"), name="別の現場")
    answers = [touch_poster(card, where, shown_at=NOW) for where in (gate, other)]
    assert [one.seq for one in answers] == [1, 2]
    assert all(Reason.SITE_NOT_OF_DEVICE not in one.reasons for one in answers)
    assert Device.objects.filter(worker=card.worker_id).count() == 1


def test_a_stopped_card_is_stored_with_its_reason(gate: Gate, card: CardRow) -> None:
    stop_card(card.worker_id, reason="", by=worker_as_actor(card.worker_id), at=NOW - timedelta(hours=1))
    (answer,) = gate.send(a_touch(1, card, NOW.isoformat()))["results"]
    assert Reason.CARD_LOST in answer["reasons"]


def test_an_ended_card_is_stored_with_its_reason_and_makes_no_day_from_its_end_on(gate: Gate, card: CardRow) -> None:
    gate.send(a_touch(1, card, (NOW - timedelta(days=1)).isoformat()))
    end_card(card.worker_id, reason="", by=OFFICE, at=NOW - timedelta(hours=1))

    (answer,) = gate.send(a_touch(2, card, NOW.isoformat()))["results"]
    assert Reason.CARD_LOST in answer["reasons"]

    before, after = days_of(card.worker_id)
    assert (before.day, Reason.CARD_LOST in before.reasons) == (DAY - timedelta(days=1), False)
    assert (after.day, after.standing, Reason.CARD_LOST in after.reasons) == (DAY, Standing.NONE, True)


def test_a_card_ended_while_a_new_one_is_on_its_way_no_longer_counts(gate: Gate, card: CardRow) -> None:
    issue_card(card.worker_id, by=OFFICE, at=NOW - timedelta(days=2))
    end_card(card.worker_id, branch=1, reason="", by=OFFICE, at=NOW - timedelta(days=1))
    gate.send(a_touch(1, card))
    (day,) = days_of(card.worker_id)
    assert (day.standing, Reason.CARD_LOST in day.reasons) == (Standing.NONE, True)


def test_without_a_card_nothing_is_kept(gate: Gate, card: CardRow) -> None:
    Card.objects.all().delete()
    with pytest.raises(NoCardError):
        touch_poster(card, gate)
    assert (in_log(), Device.objects.filter(worker=card.worker_id).count()) == ([], 0)


def test_nights_over_the_turn_of_a_month_have_the_days_that_are_stored(gate: Gate, card: CardRow) -> None:
    """Without directions a night is told from the one before it, back to the last rest: that lies in the month before."""
    evenings = [
        datetime(2026, 10, 28 + n, 20, tzinfo=JST) if n < 4 else datetime(2026, 11, n - 3, 20, tzinfo=JST)
        for n in range(9)
    ]
    moments = [moment for evening in evenings for moment in (evening, evening + timedelta(hours=10))]
    answered = [
        gate.send(a_touch(seq, card, moment.isoformat()))["results"][0]["work_day"]
        for seq, moment in enumerate(moments, 1)
    ]
    assert answered == [str(evening.date()) for evening in evenings for _ in range(2)]
    stored = [*days_of(card.worker_id, date(2026, 10, 1)), *days_of(card.worker_id)]
    assert [one.day for one in stored] == [evening.date() for evening in evenings]


def test_nobody_touches_for_another(gate: Gate, card: CardRow) -> None:
    touch = PhoneTouch(gate.site_id, NOW, Direction.IN, list_terminals(gate.site_id)[0].poster_code())
    other = a_worker(None, "試作").worker_id
    with pytest.raises(NotAllowedError):
        receive_phone_touch(card.worker_id, touch, by=worker_as_actor(other), at=NOW)


@pytest.mark.django_db(transaction=True)
def test_clicks_that_meet_are_one_touch_also_when_the_device_is_made() -> None:
    gate, card = a_gate(a_firm()), a_worker(None)

    def click(direction: Direction) -> int:
        try:
            return touch_poster(card, gate, direction=direction).seq
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as together:
        numbers = list(together.map(click, [Direction.IN, Direction.IN, Direction.OUT] * 4))

    assert set(numbers) == {1, 2}
    assert sorted(str(row[3]) for row in in_log()) == ["in", "out"]
