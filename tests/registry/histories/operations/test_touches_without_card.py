"""A phone in place of a card: no use of a card, and no card's stop or expiry is asked for (ruling 19)."""

import importlib
from datetime import date, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection

from registry.cards.derive import write_phone_code
from registry.cards.models import Card
from registry.cards.operations import issue_card, ship_card, stop_card
from registry.cards.queries import CardRow
from registry.changes.models import Change
from registry.core.ids import BusinessId
from registry.histories.operations.receiving import StoredAnswer, receive_phone_touch
from registry.histories.states import Reason, Standing
from registry.sites.queries import get_poster, list_terminals
from registry.touches.derive.days import Moment, absolute, unpacked, unpacked_month
from registry.touches.operations import judging
from registry.touches.operations.orphans import give_day
from registry.touches.operations.phones import PhoneTouch
from registry.touches.operations.presence import adopt_orphans
from registry.touches.queries import list_unplaced
from registry.touches.states import Direction
from tests.factories.cast import NOW, OFFICE, Gate, a_touch, a_worker, owner_of
from tests.factories.days import days_of
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db
OF_CARDS = {Reason.CARD_LOST, Reason.CARD_REPLACED, Reason.CARD_EXPIRED}


@pytest.fixture
def card() -> CardRow:
    return a_worker(None)


@pytest.fixture
def new(card: CardRow) -> CardRow:
    """The new card, which is in the post."""
    issue_card(card.worker_id, by=OFFICE, at=NOW - timedelta(days=5))
    return ship_card(card.worker_id, by=OFFICE, at=NOW - timedelta(days=4))


def by_poster(card: CardRow, gate: Gate, at: datetime) -> StoredAnswer:
    """The worker reads a screen with the own phone."""
    poster = get_poster(list_terminals(gate.site_id)[0].poster_code(at), at=at)
    touch = PhoneTouch(poster.code.site_id, at, Direction.IN, poster.text)
    return receive_phone_touch(card.worker_id, touch, by=worker_as_actor(card.worker_id), at=at)


def by_qr(card: CardRow, at: datetime, *, shown_at: datetime | None = None, seq: int = 1) -> dict[str, object]:
    """A touch with the QR that the phone shows for a card."""
    code = write_phone_code(settings.CARD_KEYS, card.number, shown_at or at)
    return {"seq": seq, "qr": code, "touched_at": at.isoformat(), "method": "qr"}


def reasons_of_cards(card: CardRow) -> dict[date, set[Reason]]:
    return {one.day: OF_CARDS & {*one.reasons} for one in days_of(card.worker_id)}


def test_the_old_card_works_while_the_phone_is_used_and_the_new_one_is_in_the_post(
    gate: Gate, card: CardRow, new: CardRow
) -> None:
    by_poster(card, gate, NOW - timedelta(days=3))
    gate.send(by_qr(new, NOW - timedelta(days=2)))
    gate.send(a_touch(2, card, (NOW - timedelta(days=1)).isoformat()))
    found = reasons_of_cards(card)
    assert list(found.values()) == [set(), set(), {Reason.CARD_REPLACED}]
    gate.send(a_touch(3, new, (NOW - timedelta(hours=30)).isoformat()))
    assert reasons_of_cards(card)[NOW.date() - timedelta(days=1)] == {Reason.CARD_LOST}


def test_a_phone_counts_while_the_card_is_stopped_or_has_lapsed(gate: Gate, card: CardRow) -> None:
    stop_card(card.worker_id, reason="", by=worker_as_actor(card.worker_id), at=NOW - timedelta(days=3))
    Card.objects.update(valid_until=NOW.date() - timedelta(days=2))
    answer = by_poster(card, gate, NOW)
    (of_qr,) = gate.send(by_qr(card, NOW - timedelta(days=1)))["results"]
    assert (OF_CARDS & {*answer.reasons}, OF_CARDS & {*of_qr["reasons"]}) == (set(), set())
    assert {one.standing for one in days_of(card.worker_id)} == {Standing.FORMAL}
    gate.send(a_touch(2, card, (NOW - timedelta(days=2)).isoformat()))
    assert reasons_of_cards(card)[NOW.date() - timedelta(days=2)] == {Reason.CARD_LOST}


def test_an_old_code_of_a_phone_is_a_typed_number_and_no_use_of_the_card(
    gate: Gate, card: CardRow, new: CardRow
) -> None:
    at = NOW - timedelta(days=2)
    gate.send(by_qr(new, at, shown_at=at - timedelta(days=1, minutes=1)), a_touch(2, card, NOW.isoformat()))
    before, after = days_of(card.worker_id)
    assert Reason.TYPED_NUMBER in before.reasons
    assert OF_CARDS & {*after.reasons} == {Reason.CARD_REPLACED}


def test_a_printed_number_is_that_of_its_card(gate: Gate, card: CardRow, new: CardRow) -> None:
    printed = {**by_qr(new, NOW - timedelta(days=2)), "qr": new.number}
    gate.send(printed, a_touch(2, card, NOW.isoformat()))
    assert reasons_of_cards(card)[NOW.date()] == {Reason.CARD_LOST}


def test_a_phone_s_code_whose_card_becomes_known_later_is_no_use_of_it(gate: Gate, card: CardRow) -> None:
    coming = f"{card.worker_id}-02"
    code = write_phone_code(settings.CARD_KEYS, coming, NOW)
    gate.send({"seq": 1, "qr": code, "touched_at": NOW.isoformat(), "method": "qr"})
    issue_card(card.worker_id, by=OFFICE, at=NOW - timedelta(days=5))
    ship_card(card.worker_id, by=OFFICE, at=NOW - timedelta(days=4))
    adopt_orphans()
    gate.send(a_touch(2, card, (NOW + timedelta(hours=2)).isoformat()))
    assert reasons_of_cards(card) == {NOW.date(): {Reason.CARD_REPLACED}}


def test_a_phone_s_code_that_is_given_its_day_later_is_no_use_of_the_card(
    prime: BusinessId, gate: Gate, card: CardRow, new: CardRow
) -> None:
    gate.send({**by_qr(new, NOW), "touched_at": "2000-01-01T08:00:00+09:00"})
    (waiting,) = list_unplaced(gate.site_id)
    by = owner_of(prime)
    give_day(gate.site_id, [(waiting.device_id, 1)], NOW.date() - timedelta(days=1), by=by, at=NOW)
    adopt_orphans()
    gate.send(a_touch(2, card, NOW.isoformat()))
    assert reasons_of_cards(card)[NOW.date()] == {Reason.CARD_REPLACED}


def test_an_old_card_ends_with_the_first_use_of_a_new_one_whose_shipment_nobody_noted(
    gate: Gate, card: CardRow
) -> None:
    new = issue_card(card.worker_id, by=OFFICE, at=NOW - timedelta(days=5))
    gate.send(
        a_touch(1, card, (NOW - timedelta(days=2)).isoformat()), a_touch(2, new, (NOW - timedelta(days=1)).isoformat()),
        a_touch(3, card, NOW.isoformat()),
    )  # fmt: skip
    assert list(reasons_of_cards(card).values()) == [set(), set(), {Reason.CARD_LOST}]


def in_presence() -> dict[tuple[int, date], list[Moment]]:
    """All touches by site and month."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT site_id, month, moments, odd FROM touches_presence ORDER BY 1, 2")
        return {
            (site, month): [unpacked(absolute(one, month)) for one in unpacked_month(bytes(plain), odd)]
            for site, month, plain, odd in cursor.fetchall()
        }


def test_what_stands_in_presence_of_phones_names_no_card_from_the_migration_on(
    gate: Gate, card: CardRow, new: CardRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a flag stands with it, at the turn of a month, and by a clock that was off; other touches stay."""
    monkeypatch.setattr(judging, "_without_card", lambda key: key)
    turn = datetime.fromisoformat("2026-11-01T00:30:00+09:00")
    by_poster(card, gate, NOW - timedelta(days=3))
    gate.send(
        by_qr(new, NOW - timedelta(days=2)),
        by_qr(new, NOW - timedelta(days=1), shown_at=NOW - timedelta(days=9), seq=2),
        {**by_qr(new, turn, seq=3), "offset_s": 3600}, a_touch(4, card, NOW.isoformat()),
        {**a_touch(5, new, NOW.isoformat()), "method": "typed"},
    )  # fmt: skip
    before = in_presence()
    assert {one.branch for some in before.values() for one in some} == {1, 2}

    forget = importlib.import_module("registry.touches.migrations.0015_touches_without_a_card").FORGET_BRANCHES
    with connection.cursor() as cursor:
        cursor.execute(forget)

    assert in_presence() == {
        place: sorted(one if one.at >= NOW - timedelta(minutes=1) else one._replace(branch=0) for one in some)
        for place, some in before.items()
    }
    mark = Change.objects.latest("pk")
    assert (mark.kind, mark.worker_ids, mark.from_on) == ("card", [card.worker_id], date(2026, 10, 1))
