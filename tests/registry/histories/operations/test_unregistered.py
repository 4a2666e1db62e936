"""Touches on a 仮現場: unapproved days, and days of the site that it turns out to be (ruling 30)."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from registry.accounts.states import Permission
from registry.businesses.queries import list_users
from registry.cards.operations import register_token, stop_card
from registry.cards.queries import CardRow
from registry.core.actor import Actor
from registry.core.errors import NotAllowedError, NotFoundError
from registry.core.ids import BusinessId, SiteId, WorkerId
from registry.histories.operations.claims import ClaimData, SiteUnknownError, approve_claims, enter_claim
from registry.histories.operations.edits import decide_days, edit_day
from registry.histories.operations.receiving import receive_phone_touch
from registry.histories.operations.unregistered import join_unregistered_site
from registry.histories.queries import (
    list_claims_of_worker,
    list_days_of_worker,
    list_waiting_of_site,
    unregistered_among,
)
from registry.histories.states import Reason, Standing
from registry.notices.queries import list_notices
from registry.notices.states import NoticeKind
from registry.sites.operations.unregistered import BoardData, open_unregistered_site
from registry.sites.queries import list_terminals
from registry.touches.operations.devices import (
    add_pairing,
    end_pairing,
    make_pairing_code,
    register_device,
    revoke_device,
)
from registry.touches.operations.phones import PhoneTouch
from registry.touches.operations.presence import adopt_orphans
from registry.touches.states import Direction
from tests.factories.cast import NOW, OFFICE, Gate, a_firm, a_gate, a_tenure, a_touch, a_worker, owner_of
from tests.factories.days import days_of
from tests.factories.shared import shared
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db
DAY, NAME = date(2026, 11, 20), "町道の補修"


@dataclass
class Place:
    """A firm's 仮現場 with a phone on it, one of its people, and the site that it will turn out to be."""

    prime: BusinessId
    firm: BusinessId
    by: Actor
    card: CardRow
    site_id: SiteId
    phone: Gate
    real: SiteId

    def join(self) -> int:
        """Give it its site ID."""
        return join_unregistered_site(self.site_id, self.real, by=self.by, at=NOW)


def phone_on(site_id: SiteId, by: Actor, store: str = "e" * 32) -> Gate:
    """A phone that was paired by a short code."""
    code = make_pairing_code(list_terminals(site_id)[0].id, by=by, at=NOW)
    return Gate(register_device(code.code, store=store, name="電話", dense=True, at=NOW), site_id, store)


def a_place() -> Place:
    prime, firm = a_firm(), a_firm("下請の会社")
    by, real = owner_of(firm), a_gate(prime).site_id
    a_tenure(real, prime, firm)
    card = a_worker(firm)
    site_id = open_unregistered_site(BoardData(name=NAME), by=by, at=NOW)
    return Place(prime, firm, by, card, site_id, phone_on(site_id, by), real)


place = shared(a_place)


def test_a_touch_is_an_unapproved_day(place: Place) -> None:
    (answer,) = place.phone.send(a_touch(1, place.card))["results"]
    assert (answer["status"], answer["state"], answer["reasons"]) == ("stored", "waiting", [])
    (day,) = days_of(place.card.worker_id)
    assert (day.site_id, day.standing, day.reasons) == (place.site_id, Standing.UNAPPROVED, ())
    assert (day.assignment.business_id, day.assignment.path, day.assignment.trade) == (place.firm, (), "06-01")
    assert unregistered_among(list_days_of_worker(place.card.worker_id, DAY.replace(day=1))) == {place.site_id}


def test_a_stopped_card_makes_no_day(place: Place) -> None:
    by = worker_as_actor(place.card.worker_id)
    stop_card(place.card.worker_id, reason="", by=by, at=NOW - timedelta(days=3))
    place.phone.send(a_touch(1, place.card))
    (day,) = days_of(place.card.worker_id)
    assert (day.standing, day.reasons) == (Standing.NONE, (Reason.CARD_LOST,))


def test_the_own_phone_touches_there_too(place: Place) -> None:
    worker = place.card.worker_id
    touch = PhoneTouch(place.site_id, NOW, Direction.IN)
    answers = [receive_phone_touch(worker, touch, by=worker_as_actor(worker), at=NOW) for _ in range(2)]
    assert [(one.seq, one.reasons) for one in answers] == [(1, ()), (1, ())]
    (day,) = days_of(worker)
    assert (day.site_id, day.standing, day.reasons) == (place.site_id, Standing.UNAPPROVED, ())


def test_joined_days_wait_for_the_prime_and_count_when_he_says_so(place: Place) -> None:
    place.phone.send(a_touch(1, place.card), a_touch(2, place.card, "2026-11-19T07:58:00+09:00"))
    days_of(place.card.worker_id)
    assert place.join() == 2
    found = days_of(place.card.worker_id)
    assert [(day.site_id, day.standing) for day in found] == [(place.real, Standing.WAITING)] * 2
    assert all(Reason.SITE_NOT_OF_DEVICE in day.reasons and day.assignment.path for day in found)
    notice = list_notices(list_users(place.prime)[0].account.id)[0]
    assert (notice.kind, notice.data["count"]) == (NoticeKind.CLAIMS_JOINED, "2")
    waiting = [(WorkerId(row.worker_id), row.bound.day) for row in list_waiting_of_site(place.real)]
    decide_days(place.real, waiting, counts=True, by=owner_of(place.prime), at=NOW)
    assert {day.standing for day in days_of(place.card.worker_id)} == {Standing.FORMAL}


def test_joining_again_does_no_harm(place: Place) -> None:
    place.phone.send(a_touch(1, place.card))
    assert (place.join(), place.join()) == (1, 0)


def test_a_touch_that_comes_after_the_joining_goes_to_the_site(place: Place) -> None:
    place.phone.send(a_touch(1, place.card))
    place.join()
    both = a_touch(2, place.card, "2026-11-19T07:58:00+09:00"), a_touch(1, place.card)
    (late, again) = place.phone.send(*both)["results"]
    assert place.phone.send(*both)["results"] == [late, again], "the answer was lost: what is stored is as it was sent"
    assert [one["reasons"].count("SITE_NOT_OF_DEVICE") for one in (late, again)] == [1, 1]
    assert [one["state"] for one in (late, again)] == ["flagged", "flagged"]
    assert [day.site_id for day in days_of(place.card.worker_id)] == [place.real] * 2


def test_a_card_that_becomes_known_after_the_joining_brings_its_touches_there(place: Place) -> None:
    token = "0123456789abcdef"
    unknown = {"seq": 1, "token": token, "touched_at": "2026-11-20T07:58:00+09:00"}
    place.phone.send(unknown)
    place.join()
    register_token(place.card.worker_id, 1, token, by=OFFICE, at=NOW)
    adopt_orphans()
    (day,) = days_of(place.card.worker_id)
    assert (day.site_id, day.standing) == (place.real, Standing.WAITING)


def test_days_that_were_entered_under_its_name_are_joined_with_it(place: Place) -> None:
    worker = place.card.worker_id
    named = enter_claim(worker, ClaimData(day=date(2026, 11, 18), site_name=NAME), by=worker_as_actor(worker), at=NOW)
    enter_claim(worker, ClaimData(day=date(2026, 11, 17), site_name="別の家"), by=worker_as_actor(worker), at=NOW)
    place.phone.send(a_touch(1, place.card))
    days_of(worker)
    assert place.join() == 2
    assert {claim.day.day: claim.site_id for claim in list_claims_of_worker(worker, DAY)} == {18: place.real, 17: None}
    assert approve_claims([named], by=owner_of(place.prime), at=NOW) == 1


def test_who_handles_no_people_joins_the_touches_alone(place: Place) -> None:
    worker = place.card.worker_id
    enter_claim(worker, ClaimData(day=DAY, site_name=NAME), by=worker_as_actor(worker), at=NOW)
    days_of(worker)
    by = Actor(place.by.kind, place.by.account_id, place.by.subject_id, frozenset({Permission.SITE_MANAGE}))
    assert join_unregistered_site(place.site_id, place.real, by=by, at=NOW) == 0


def test_nobody_else_joins_or_pairs(place: Place) -> None:
    terminal = list_terminals(place.site_id)[0].id
    for stranger in (owner_of(place.prime), worker_as_actor(place.card.worker_id)):
        with pytest.raises(NotAllowedError):
            join_unregistered_site(place.site_id, place.real, by=stranger, at=NOW)
        with pytest.raises(NotAllowedError):
            make_pairing_code(terminal, by=stranger, at=NOW)
        with pytest.raises(NotAllowedError):
            revoke_device(place.phone.device.device_id, reason="", by=stranger, at=NOW)
    with pytest.raises(SiteUnknownError):
        join_unregistered_site(place.site_id, place.site_id, by=place.by, at=NOW)
    place.join()
    with pytest.raises(NotAllowedError):
        make_pairing_code(terminal, by=place.by, at=NOW)


def test_a_day_there_is_edited_once_it_has_its_site(place: Place) -> None:
    place.phone.send(a_touch(1, place.card))
    days_of(place.card.worker_id)
    by = worker_as_actor(place.card.worker_id)
    with pytest.raises(NotFoundError):
        edit_day(place.card.worker_id, place.site_id, DAY, work="型枠", by=by, at=NOW)
    place.join()
    days_of(place.card.worker_id)
    assert edit_day(place.card.worker_id, place.real, DAY, work="型枠", by=by, at=NOW)


def test_touches_of_a_device_that_never_stood_there_go_to_the_site_too(place: Place) -> None:
    stranger = a_gate(a_firm("別の元請"), name="別の現場")
    early = a_touch(1, place.card, site=str(place.site_id))
    late = a_touch(2, place.card, "2026-11-19T07:58:00+09:00", site=str(place.site_id))
    stranger.send(early)
    place.join()
    results = stranger.send(early, late)["results"]
    assert [(one["work_day"], one["state"]) for one in results] == [
        (day, "flagged") for day in ("2026-11-20", "2026-11-19")
    ]
    assert all("SITE_NOT_OF_DEVICE" in one["reasons"] and "CARD_UNKNOWN" not in one["reasons"] for one in results)
    assert stranger.send(early, late)["results"] == results
    found = [(day.site_id, day.standing) for day in days_of(place.card.worker_id)]
    assert found == [(place.real, Standing.WAITING)] * 2


def test_a_phone_that_goes_on_at_the_site_leaves_what_was_joined(place: Place) -> None:
    place.join()
    code = make_pairing_code(list_terminals(place.real)[0].id, by=owner_of(place.prime), at=NOW).code
    add_pairing(place.phone.device.device_id, code, at=NOW)
    end_pairing(place.phone.device.device_id, place.site_id, by=place.by, at=NOW + timedelta(minutes=1))
    later = a_touch(1, place.card, "2026-11-20T12:30:00+09:00")
    (answer,) = place.phone.send(later)["results"]
    assert (answer["status"], "SITE_NOT_OF_DEVICE" in answer["reasons"]) == ("stored", False)
    assert [day.site_id for day in days_of(place.card.worker_id)] == [place.real]
