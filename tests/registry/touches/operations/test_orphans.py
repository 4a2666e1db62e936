"""Touches in no day: the site's manager gives the day, the office the owner, or they are put aside."""

from datetime import date, timedelta
from functools import partial

import pytest

from registry.cards.operations import issue_card, register_token
from registry.cards.queries import CardRow
from registry.core.errors import NotAllowedError
from registry.core.ids import BusinessId, IdKind, SiteId, id_of_body
from registry.histories.states import Reason, Standing
from registry.notices.models import Notice
from registry.touches.operations.orphans import (
    CardMissingError,
    TouchDayError,
    TouchSiteError,
    discard_site,
    discard_unknown,
    give_day,
    name_owner,
    name_site,
    put_aside,
    take_up_unknown,
)
from registry.touches.operations.presence import adopt_orphans
from registry.touches.queries import (
    find_discarded_card,
    find_unknown_card,
    list_discarded_cards,
    list_unknown_cards,
    list_unknown_cards_of_site,
    list_unknown_sites,
    list_unplaced,
)
from registry.workers.models import Worker
from tests.factories.cast import NOW, OFFICE, Gate, a_firm, a_gate, a_touch, a_worker, owner_of
from tests.factories.days import days_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 19)


@pytest.fixture
def card(prime: BusinessId) -> CardRow:
    return a_worker(prime)


@pytest.fixture
def both(gate: Gate, card: CardRow) -> list[tuple[int, int]]:
    """In and out by a PC whose battery was empty."""
    gate.send(
        a_touch(1, card, "2000-01-01T00:10:00+09:00", direction="in"),
        a_touch(2, card, "2000-01-01T09:20:00+09:00", direction="out"),
    )
    return [(row.device_id, row.seq) for row in list_unplaced(gate.site_id)]


def test_both_wait_with_whose_they_are(gate: Gate, card: CardRow, both: list[tuple[int, int]]) -> None:
    assert [row.worker_id for row in list_unplaced(gate.site_id)] == [card.worker_id] * 2
    assert days_of(card.worker_id) == []


def test_a_given_day_counts_and_says_that_the_clock_was_off(
    gate: Gate, card: CardRow, prime: BusinessId, both: list[tuple[int, int]]
) -> None:
    assert give_day(SiteId(gate.site_id), both, DAY, by=owner_of(prime), at=NOW) == 2
    adopt_orphans()
    found = {one.day: one for one in days_of(card.worker_id)}
    assert set(found) == {DAY}
    assert (found[DAY].standing, Reason.CLOCK_OFF in found[DAY].reasons) == (Standing.FORMAL, True)
    assert list_unplaced(gate.site_id) == []
    assert give_day(SiteId(gate.site_id), both, DAY - timedelta(days=1), by=owner_of(prime), at=NOW) == 0


def test_a_card_that_becomes_known_later_finds_its_given_day(gate: Gate, card: CardRow, prime: BusinessId) -> None:
    gate.send({**a_touch(1, card, "2000-01-01T08:00:00+09:00"), "card": f"{card.worker_id}-02"})
    (waiting,) = list_unplaced(gate.site_id)
    assert waiting.worker_id is None
    give_day(SiteId(gate.site_id), [(waiting.device_id, 1)], DAY, by=owner_of(prime), at=NOW)
    adopt_orphans()
    assert days_of(card.worker_id) == []
    issue_card(card.worker_id, by=OFFICE, at=NOW)
    adopt_orphans()
    assert [one.day for one in days_of(card.worker_id)] == [DAY]


@pytest.mark.parametrize("day", [NOW.date() + timedelta(days=1), NOW.date() - timedelta(days=401)])
def test_a_day_ahead_or_long_ago_is_refused(
    gate: Gate, prime: BusinessId, both: list[tuple[int, int]], day: date
) -> None:
    with pytest.raises(TouchDayError):
        give_day(SiteId(gate.site_id), both, day, by=owner_of(prime), at=NOW)
    assert len(list_unplaced(gate.site_id)) == 2


def test_put_aside_they_wait_no_more_and_no_card_brings_them_back(
    gate: Gate, card: CardRow, prime: BusinessId, both: list[tuple[int, int]]
) -> None:
    assert put_aside(SiteId(gate.site_id), both[:1], by=owner_of(prime), at=NOW) == 1
    adopt_orphans()
    assert ([row.seq for row in list_unplaced(gate.site_id)], days_of(card.worker_id)) == ([2], [])


def test_only_the_prime_says_so(gate: Gate, both: list[tuple[int, int]]) -> None:
    other = owner_of(a_firm("別の会社"))
    for attempt in (
        partial(give_day, SiteId(gate.site_id), both, DAY, by=other, at=NOW),
        partial(put_aside, SiteId(gate.site_id), both, by=other, at=NOW),
    ):
        with pytest.raises(NotAllowedError):
            attempt()
    assert len(list_unplaced(gate.site_id)) == 2


def test_the_office_says_whose_an_unknown_chip_is_and_it_is_known_from_then_on(gate: Gate, card: CardRow) -> None:
    by_chip = {"token": "04a1b2c3", "card": ""}
    gate.send({**a_touch(1, card, "2026-11-19T08:00:00+09:00"), **by_chip})
    (unknown,) = list_unknown_cards(10)
    assert (unknown.credential, unknown.number, unknown.sites) == ("04a1b2c3", 1, ["見本ビル新築工事"])
    assert find_unknown_card(unknown.device_id, unknown.seq) == unknown
    assert name_owner(unknown, card.number, by=OFFICE, at=NOW) == 1
    adopt_orphans()
    gate.send({**a_touch(2, card, "2026-11-20T08:00:00+09:00"), **by_chip})
    assert [one.day for one in days_of(card.worker_id)] == [DAY, NOW.date()]
    assert (list_unknown_cards(10), name_owner(unknown, card.number, by=OFFICE, at=NOW)) == ([], 0)


def test_a_wrong_number_takes_the_chip_of_no_card_away(gate: Gate, card: CardRow) -> None:
    register_token(card.worker_id, 1, "own", by=OFFICE, at=NOW)
    gate.send({**a_touch(1, card), "card": f"{card.worker_id}-07"}, {**a_touch(2, card), "token": "04a1", "card": ""})
    for unknown in list_unknown_cards(10):
        assert name_owner(unknown, card.number, by=OFFICE, at=NOW) == 1
    gate.send({**a_touch(3, card, "2026-11-19T08:00:00+09:00"), "token": "own", "card": ""})
    assert list_unknown_cards(10) == []


def test_an_owner_is_a_card_that_exists_and_the_office_s_word(gate: Gate, card: CardRow, prime: BusinessId) -> None:
    gate.send({**a_touch(1, card), "card": f"{card.worker_id}-07"})
    (unknown,) = list_unknown_cards(10)
    with pytest.raises(CardMissingError):
        name_owner(unknown, f"{card.worker_id}-08", by=OFFICE, at=NOW)
    for attempt in (
        partial(name_owner, unknown, card.number, by=owner_of(prime), at=NOW),
        partial(discard_unknown, unknown, reason="試し", by=owner_of(prime), at=NOW),
        partial(take_up_unknown, unknown, by=owner_of(prime), at=NOW),
    ):
        with pytest.raises(NotAllowedError):
            attempt()
    assert discard_unknown(unknown, reason="試し", by=OFFICE, at=NOW) == 1
    issue_card(card.worker_id, by=OFFICE, at=NOW)
    adopt_orphans()
    assert (list_unknown_cards(10), days_of(card.worker_id)) == ([], [])


def test_that_a_card_is_nobody_s_is_taken_back(gate: Gate, card: CardRow, wrong: int) -> None:
    """Its touches wait for their owner again, each with or without its site as before; and find him where the card is known by now."""
    elsewhere = {"site": str(wrong)}
    on_two_days = (
        a_touch(1, card, "2026-11-18T08:00:00+09:00"),
        a_touch(2, card, "2026-11-19T08:00:00+09:00") | elsewhere,
    )
    gate.send(*[one | {"card": f"{card.worker_id}-02"} for one in on_two_days])
    (unknown,) = list_unknown_cards(10)
    assert discard_unknown(unknown, reason="試し", by=OFFICE, at=NOW) == 2
    assert (list_discarded_cards(10), list_unknown_sites(10)) == ([unknown], [])
    issue_card(card.worker_id, by=OFFICE, at=NOW)
    adopt_orphans()
    assert (days_of(card.worker_id), list_discarded_cards(10)) == ([], [unknown])
    found = find_discarded_card(unknown.device_id, unknown.seq)
    assert found == unknown
    assert (take_up_unknown(found, by=OFFICE, at=NOW), take_up_unknown(found, by=OFFICE, at=NOW)) == (2, 0)
    adopt_orphans()
    assert [one.day.day for one in days_of(card.worker_id)] == [18, 19]
    assert [one.site_id for one in list_unknown_sites(10)] == [wrong]


def test_what_a_prime_put_aside_is_not_taken_up_with_its_card(gate: Gate, card: CardRow, prime: BusinessId) -> None:
    gate.send(
        *[
            a_touch(n, card, at) | {"card": f"{card.worker_id}-02"}
            for n, at in enumerate(("2000-01-01T08:00:00+09:00", "2026-11-19T08:00:00+09:00"), start=1)
        ]
    )
    assert put_aside(gate.site_id, [(gate.device.device_id, 1)], by=owner_of(prime), at=NOW) == 1
    (unknown,) = list_unknown_cards(10)
    assert discard_unknown(unknown, reason="試し", by=OFFICE, at=NOW) == 1
    (found,) = list_discarded_cards(10)
    assert take_up_unknown(found, by=OFFICE, at=NOW) == 1


def test_whose_touches_were_found_is_told(gate: Gate, card: CardRow) -> None:
    gate.send({**a_touch(1, card), "card": f"{card.worker_id}-07"})
    (unknown,) = list_unknown_cards(10)
    for _ in range(2):
        name_owner(unknown, card.number, by=OFFICE, at=NOW)
        adopt_orphans()
    (told,) = Notice.objects.filter(kind="touches_found")
    assert (told.account_id, told.data["number"]) == (Worker.objects.get(pk=card.worker_id).account_id, "1")


def test_of_touches_on_a_site_that_nobody_knows_no_site_is_told(gate: Gate, card: CardRow, wrong: int) -> None:
    gate.send({**a_touch(1, card), "card": f"{card.worker_id}-07", "site": str(wrong)})
    (unknown,) = list_unknown_cards(10)
    name_owner(unknown, card.number, by=OFFICE, at=NOW)
    assert [one.kind for one in Notice.objects.filter(kind__startswith="touches_found")] == ["touches_found_nowhere"]


OLD = "2000-01-01T08:00:00+09:00"
MORNING = "2026-11-19T08:00:00+09:00"


def test_a_touch_that_was_given_its_day_is_answered_with_it_when_it_is_sent_again(
    gate: Gate, card: CardRow, prime: BusinessId
) -> None:
    sent = a_touch(1, card, OLD)
    assert gate.send(sent)["results"][0]["reasons"] == ["CLOCK_IMPLAUSIBLE"]
    (waiting,) = list_unplaced(gate.site_id)
    give_day(SiteId(gate.site_id), [(waiting.device_id, 1)], DAY, by=owner_of(prime), at=NOW)
    adopt_orphans()
    (again,) = gate.send(sent)["results"]
    assert (again["status"], again["work_day"]) == ("stored", DAY.isoformat())
    assert "CLOCK_OFF" in again["reasons"]
    assert "CLOCK_IMPLAUSIBLE" not in again["reasons"]
    assert len(days_of(card.worker_id)) == 1


def test_what_was_put_aside_is_answered_as_before(gate: Gate, card: CardRow, prime: BusinessId) -> None:
    first = gate.send(a_touch(1, card, OLD))["results"]
    (waiting,) = list_unplaced(gate.site_id)
    put_aside(SiteId(gate.site_id), [(waiting.device_id, 1)], by=owner_of(prime), at=NOW)
    assert gate.send(a_touch(1, card, OLD))["results"] == first


def test_a_touch_whose_owner_was_told_is_answered_as_his(gate: Gate, card: CardRow) -> None:
    sent = {**a_touch(1, card, MORNING), "card": f"{card.worker_id}-07"}
    assert gate.send(sent)["results"][0]["reasons"] == ["CARD_UNKNOWN"]
    (unknown,) = list_unknown_cards(10)
    name_owner(unknown, card.number, by=OFFICE, at=NOW)
    adopt_orphans()
    (again,) = gate.send(sent)["results"]
    assert (again["work_day"], "CARD_UNKNOWN" in again["reasons"]) == (DAY.isoformat(), False)


@pytest.fixture
def wrong() -> int:
    """A site ID that nobody has registered; its check digit is right."""
    return id_of_body("98765432109", IdKind.SITE)


def test_a_site_that_nobody_has_registered_waits_for_the_office_and_its_day_says_so(
    gate: Gate, card: CardRow, wrong: int
) -> None:
    (answer,) = gate.send({**a_touch(1, card, MORNING), "site": str(wrong)})["results"]
    assert (answer["status"], "SITE_NOT_OF_DEVICE" in answer["reasons"]) == ("stored", True)
    (found,) = list_unknown_sites(10)
    assert (found.site_id, found.number, found.sites) == (wrong, 1, ["見本ビル新築工事"])
    assert [(one.site_id, one.standing) for one in days_of(card.worker_id)] == [(wrong, Standing.WAITING)]


def test_a_registered_site_that_is_not_the_device_s_is_none_of_the_office_s(
    gate: Gate, card: CardRow, prime: BusinessId
) -> None:
    other = a_gate(prime, name="別の現場")
    gate.send({**a_touch(1, card), "site": str(other.site_id)})
    assert list_unknown_sites(10) == []


def test_the_site_that_was_meant_gets_the_day_and_its_prime_decides(gate: Gate, card: CardRow, wrong: int) -> None:
    sent = [{**a_touch(1, card, MORNING), "site": str(wrong)}, {**a_touch(2, card, OLD), "site": str(wrong)}]
    sent.append({**a_touch(3, card, MORNING), "site": str(wrong), "card": f"{card.worker_id}-07"})
    gate.send(*sent)
    assert list_unplaced(gate.site_id) == []
    assert name_site(wrong, SiteId(gate.site_id), by=OFFICE, at=NOW) == 3
    assert name_site(wrong, SiteId(gate.site_id), by=OFFICE, at=NOW) == 0
    adopt_orphans()
    (day,) = days_of(card.worker_id)
    assert (day.site_id, day.standing, Reason.SITE_NOT_OF_DEVICE in day.reasons) == (
        gate.site_id, Standing.WAITING, True,
    )  # fmt: skip
    assert [row.seq for row in list_unplaced(gate.site_id)] == [2]
    assert [one.number for one in list_unknown_cards(10)] == [1]
    again = gate.send(*sent)["results"]
    assert [one["work_day"] for one in again] == [DAY.isoformat(), None, DAY.isoformat()]
    assert ["CARD_UNKNOWN" in one["reasons"] for one in again] == [False, False, True]
    assert list_unknown_sites(10) == []


def test_only_the_office_names_a_site_and_only_one_that_exists(gate: Gate, card: CardRow, wrong: int) -> None:
    gate.send({**a_touch(1, card, MORNING), "site": str(wrong)})
    with pytest.raises(TouchSiteError):
        name_site(wrong, SiteId(wrong), by=OFFICE, at=NOW)
    by = owner_of(a_firm("別の会社"))
    for attempt in (
        partial(name_site, wrong, SiteId(gate.site_id), by=by, at=NOW), partial(discard_site, wrong, by=by, at=NOW),
    ):  # fmt: skip
        with pytest.raises(NotAllowedError):
            attempt()
    assert discard_site(wrong, by=OFFICE, at=NOW) == 1
    assert (list_unknown_sites(10), len(days_of(card.worker_id))) == ([], 1)


@pytest.mark.parametrize("is_discarded", [False, True])
def test_a_card_that_becomes_known_brings_its_day_from_a_site_that_nobody_knows(
    gate: Gate, card: CardRow, wrong: int, *, is_discarded: bool
) -> None:
    gate.send({**a_touch(1, card, MORNING), "site": str(wrong), "card": f"{card.worker_id}-02"})
    assert [(one.number, one.sites) for one in list_unknown_cards(10)] == [(1, [])]
    assert days_of(card.worker_id) == []
    assert [one.number for one in list_unknown_sites(10)] == [1]
    if is_discarded:
        discard_site(wrong, by=OFFICE, at=NOW)
    issue_card(card.worker_id, by=OFFICE, at=NOW)
    adopt_orphans()
    (day,) = days_of(card.worker_id)
    assert (day.site_id, day.standing, Reason.SITE_NOT_OF_DEVICE in day.reasons) == (wrong, Standing.WAITING, True)
    assert [one.number for one in list_unknown_sites(10)] == ([] if is_discarded else [1])


def test_the_office_names_the_owner_and_the_site_of_a_touch_in_any_order(gate: Gate, card: CardRow, wrong: int) -> None:
    gate.send({**a_touch(1, card, MORNING), "site": str(wrong), "card": f"{card.worker_id}-07"})
    unknown = find_unknown_card(gate.device.device_id, 1)
    assert unknown
    assert name_owner(unknown, f"{card.worker_id}-01", by=OFFICE, at=NOW) == 1
    adopt_orphans()
    assert [day.site_id for day in days_of(card.worker_id)] == [wrong]
    assert name_site(wrong, SiteId(gate.site_id), by=OFFICE, at=NOW) == 1
    adopt_orphans()
    assert [day.site_id for day in days_of(card.worker_id)] == [gate.site_id]


def test_what_a_chip_says_is_not_told_to_a_site(gate: Gate, card: CardRow) -> None:
    """Who knows it could use it. A card's number stands on the card."""
    number = f"{card.worker_id}-07"
    gate.send({**a_touch(1, card), "card": number}, {**a_touch(2, card), "card": "", "token": "04A1B2C3"})
    said = [(one.kind, one.credential) for one in list_unknown_cards_of_site(gate.site_id, 10)]
    assert sorted(said) == [("card", number), ("token", "")]
