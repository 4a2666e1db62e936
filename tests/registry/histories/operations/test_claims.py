"""Days entered by hand, confirmed, taken back (ruling 28)."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from registry.accounts.states import Role
from registry.audit.models import Move
from registry.businesses.operations import add_user
from registry.businesses.queries import list_users
from registry.core.actor import Actor, ActorKind
from registry.core.errors import MoveRefusedError, NotAllowedError, NotFoundError
from registry.disclosure.queries import see_workers_at_work
from registry.histories.derive.abouts import about_claim
from registry.histories.models import Claim
from registry.histories.operations.binder import bind_months
from registry.histories.operations.claim_checks import ClaimDayError
from registry.histories.operations.claims import (
    ClaimData,
    ClaimNotLinkedError,
    ClaimSiteError,
    ClaimTwiceError,
    answer_refusal,
    confirm_claim,
    enter_claim,
    enter_claims,
    refuse_claim,
    withdraw_claim,
)
from registry.histories.operations.parties import TradeNotRegisteredError
from registry.histories.queries import (
    list_claims_to_confirm,
)
from registry.histories.states import ClaimState, Side, Standing
from registry.notices.queries import list_notices
from registry.notices.states import NoticeKind
from registry.structures.operations.tenures import accept_invitation
from tests.factories.cast import NOW, a_firm, a_gate, a_tenure, a_worker, owner_of
from tests.factories.claims import Place, row, standing, told
from tests.factories.shared import shared
from tests.factories.visitors import account_of_worker, firm_viewer, worker_as_actor

pytestmark = pytest.mark.django_db
DAY = NOW.date()
IN_TIME, TOO_LATE = datetime.fromisoformat("2026-12-31T23:59+09:00"), datetime.fromisoformat("2027-01-01T00:00+09:00")


place = shared(Place)


def test_an_entry_is_told_to_employer_first_tier_and_prime(place: Place) -> None:
    claim = place.enter(note="カードを忘れた")
    for firm in (place.prime, place.first, place.second):
        assert told(list_users(firm)[0].account.id) == [NoticeKind.CLAIM_ENTERED]
    assert row(claim).entered_by is Side.WORKER
    assert standing(place.worker) == [Standing.CLAIMED]


def test_the_prime_is_told_also_of_somebody_without_a_registered_employer(place: Place) -> None:
    alone, owner = a_worker(None, "試作").worker_id, owner_of(place.prime)
    by = worker_as_actor(alone)
    claim = enter_claim(alone, ClaimData(day=DAY, site_id=place.site), by=by, at=NOW)
    refuse_claim(claim, reason="入場の記録がありません", by=owner, at=NOW)
    answer_refusal(claim, note="職長と入場", by=by, at=NOW)
    (answered,) = [
        one for one in list_notices(list_users(place.prime)[0].account.id) if one.about == about_claim(claim)
    ]
    assert answered.kind is NoticeKind.CLAIM_REFUSAL_ANSWERED
    for firm in (place.first, place.second):
        assert told(list_users(firm)[0].account.id) == []


def test_only_those_who_handle_workers_are_told(place: Place) -> None:
    viewer = add_user(place.prime, name="見る人", mail="", role=Role.SITE_VIEWER, by=owner_of(place.prime), at=NOW)
    place.enter()
    assert told(viewer) == []


def test_a_trade_that_is_not_registered_is_refused(place: Place) -> None:
    with pytest.raises(TradeNotRegisteredError):
        place.enter(trade="01-01")
    assert place.enter(trade="06-01")


@pytest.mark.parametrize("more", [{"site_id": None}, {"site_id": 12345678901824}])
def test_without_a_known_site_or_a_name_it_is_refused(place: Place, more: dict[str, Any]) -> None:
    with pytest.raises(ClaimSiteError):
        place.enter(**more)


def test_a_site_without_id_stands_by_name_and_stays_unapproved(place: Place) -> None:
    place.enter(site_id=None, site_name="無番の現場")
    assert standing(place.worker) == [Standing.UNAPPROVED]
    assert told(list_users(place.prime)[0].account.id) == []


def test_the_same_form_enters_once(place: Place) -> None:
    data = ClaimData(day=DAY, site_id=place.site)
    first = enter_claim(place.worker, data, key="form", by=place.self, at=NOW)
    assert enter_claim(place.worker, data, key="form", by=place.self, at=NOW) == first


@pytest.mark.parametrize("more", [{"trade": "06-01"}, {"begins_at": time(8), "ends_at": time(17)}, {"note": "早出"}])
def test_a_form_from_before_with_other_words_for_the_day_is_refused_and_not_told_as_done(
    place: Place, more: dict[str, Any]
) -> None:
    data = ClaimData(day=DAY, site_id=place.site)
    enter_claim(place.worker, data, key="form", by=place.self, at=NOW)
    with pytest.raises(ClaimTwiceError):
        enter_claim(place.worker, replace(data, **more), key="form", by=place.self, at=NOW)


def test_a_form_from_before_sent_with_another_day_or_after_it_was_taken_back_is_an_entry_of_its_own(
    place: Place,
) -> None:
    data = ClaimData(day=DAY, site_id=place.site)
    first = enter_claim(place.worker, data, key="form", by=place.self, at=NOW)
    earlier = replace(data, day=DAY - timedelta(days=1))
    assert enter_claim(place.worker, earlier, key="form", by=place.self, at=NOW) != first
    withdraw_claim(first, by=place.self, at=NOW)
    assert enter_claim(place.worker, data, key="form", by=place.self, at=NOW) != first


def test_the_same_day_twice_is_told_so(place: Place) -> None:
    place.enter()
    with pytest.raises(ClaimTwiceError):
        place.enter()


def test_a_day_taken_back_can_be_entered_again_and_asks_nobody_any_more(place: Place) -> None:
    withdraw_claim(place.enter(), by=place.self, at=NOW)
    for firm in (place.prime, place.first, place.second):
        assert told(list_users(firm)[0].account.id) == [NoticeKind.CLAIM_TAKEN_BACK]
    assert place.enter()


def test_nobody_else_enters_a_day(place: Place) -> None:
    for by in (owner_of(place.first), owner_of(place.prime), worker_as_actor(a_worker(place.second, "別").worker_id)):
        with pytest.raises(NotAllowedError):
            place.enter(by=by)


def test_an_employer_s_entry_carries_its_mark_and_the_worker_is_told(place: Place) -> None:
    claim = place.enter(by=owner_of(place.second))
    assert row(claim).entered_by is Side.EMPLOYER
    assert row(claim).employer_confirmed_at == NOW
    assert row(claim).first_tier_confirmed_at is None
    assert told(account_of_worker(place.worker)) == [NoticeKind.CLAIM_ENTERED_FOR_YOU]
    assert told(list_users(place.second)[0].account.id) == []


def test_several_people_are_entered_at_once_and_only_once(place: Place) -> None:
    place.enter()
    colleague = a_worker(place.second, "同僚").worker_id
    data, by = ClaimData(day=DAY, site_id=place.site), owner_of(place.second)
    assert enter_claims([place.worker, colleague], data, key="k", by=by, at=NOW) == [colleague]
    assert enter_claims([colleague], data, key="k", by=by, at=NOW) == [colleague]
    assert Claim.objects.count() == 2
    with pytest.raises(ClaimTwiceError):
        enter_claims([place.worker], data, key="other", by=by, at=NOW)


def test_of_several_people_one_who_is_not_linked_stops_all(place: Place) -> None:
    stranger = a_worker(place.first, "よその人").worker_id
    data = ClaimData(day=DAY, site_id=place.site)
    with pytest.raises(ClaimNotLinkedError):
        enter_claims([place.worker, stranger], data, by=owner_of(place.second), at=NOW)
    with pytest.raises(ClaimDayError):
        enter_claims(
            [place.worker],
            ClaimData(day=DAY + timedelta(days=1), site_id=place.site),
            by=owner_of(place.second),
            at=NOW,
        )
    assert Claim.objects.count() == 0


def test_each_firm_sets_its_own_mark_and_the_first_time_holds(place: Place) -> None:
    claim, later = place.enter(), NOW + timedelta(hours=1)
    confirm_claim(claim, by=owner_of(place.first), at=NOW)
    assert (row(claim).employer_confirmed_at, row(claim).first_tier_confirmed_at) == (None, NOW)
    confirm_claim(claim, by=owner_of(place.second), at=later)
    confirm_claim(claim, by=owner_of(place.first), at=later)
    assert (row(claim).employer_confirmed_at, row(claim).first_tier_confirmed_at) == (later, NOW)
    assert Move.objects.filter(noun="histories_claim", move="confirm").count() == 2, "one act of each"
    assert standing(place.worker) == [Standing.CLAIMED], "formal it becomes by the prime alone"


def test_an_employer_without_a_place_gives_no_mark_of_a_first_tier_before_it_has_one(place: Place) -> None:
    firm = a_firm("招待前の会社")
    worker, owner = a_worker(firm, "人").worker_id, owner_of(firm)
    claim = enter_claim(worker, ClaimData(day=DAY, site_id=place.site), by=owner, at=NOW)
    bind_months([(worker, DAY.replace(day=1))])
    assert (row(claim).employer_confirmed_at, row(claim).first_tier_confirmed_at) == (NOW, None)
    assert [one.is_done for one in list_claims_to_confirm(firm, on=DAY)] == [True]
    a_tenure(place.site, place.prime, firm, from_on=DAY + timedelta(days=1))
    confirm_claim(claim, by=owner, at=NOW)
    assert row(claim).first_tier_confirmed_at is None, "its place begins after the day"
    assert [one.is_done for one in list_claims_to_confirm(firm, on=DAY)] == [True]
    a_tenure(place.site, place.prime, firm, until_on=DAY + timedelta(days=1))
    bind_months([(worker, DAY.replace(day=1))])
    assert [one.is_done for one in list_claims_to_confirm(firm, on=DAY)] == [False]
    confirm_claim(claim, by=owner, at=NOW)
    assert row(claim).first_tier_confirmed_at == NOW


def test_who_is_not_on_the_path_confirms_nothing_and_the_prime_approves_instead(place: Place) -> None:
    claim = place.enter()
    for firm in (a_firm("別の会社"), place.prime):
        with pytest.raises(NotAllowedError):
            confirm_claim(claim, by=owner_of(firm), at=NOW)
    with pytest.raises(NotFoundError):
        confirm_claim(0, by=owner_of(place.first), at=NOW)


def test_a_firm_that_is_only_invited_confirms_nothing_and_sees_nobody() -> None:
    prime, first, second = a_firm("元請"), a_firm("一次"), a_firm("二次")
    gate = a_gate(prime)
    above = a_tenure(gate.site_id, prime, first, accepted=False)
    a_tenure(gate.site_id, prime, second, below=above.node_id)
    worker = a_worker(second).worker_id
    claim = enter_claim(worker, ClaimData(day=DAY, site_id=gate.site_id), by=worker_as_actor(worker), at=NOW)
    bind_months([(worker, DAY.replace(day=1))])
    assert [len(list_claims_to_confirm(firm, on=DAY)) for firm in (prime, first, second)] == [0, 0, 1]
    with pytest.raises(NotAllowedError):
        confirm_claim(claim, by=owner_of(first), at=NOW)
    assert see_workers_at_work(firm_viewer(first), [worker], at=NOW)[worker].get("family_name") is None
    accept_invitation(above.id, by=owner_of(first), at=NOW)
    assert [one.as_first_tier for one in list_claims_to_confirm(first, on=DAY)] == [True]
    confirm_claim(claim, by=owner_of(first), at=NOW)


def test_what_is_answered_is_not_taken_back(place: Place) -> None:
    claim = place.enter()
    withdraw_claim(claim, by=place.self, at=NOW)
    withdraw_claim(claim, by=place.self, at=NOW)
    assert row(claim).state is ClaimState.WITHDRAWN
    approved = place.enter()
    place.answer(approved)
    with pytest.raises(MoveRefusedError):
        withdraw_claim(approved, by=place.self, at=NOW)
    with pytest.raises(MoveRefusedError):
        refuse_claim(claim, reason="x", by=owner_of(place.prime), at=NOW)
    with pytest.raises(NotAllowedError):
        withdraw_claim(approved, by=owner_of(place.first), at=NOW)


def test_an_employer_takes_back_its_own_entry_alone_and_the_worker_is_told(place: Place) -> None:
    by = owner_of(place.second)
    of_worker = place.enter()
    with pytest.raises(NotAllowedError):
        withdraw_claim(of_worker, by=by, at=NOW)
    own = place.enter(by=by, day=DAY - timedelta(days=1))
    for _ in range(2):
        withdraw_claim(own, by=by, at=NOW)
    assert (row(own).state, row(of_worker).state) == (ClaimState.WITHDRAWN, ClaimState.OPEN)
    kinds = [NoticeKind.CLAIM_ENTERED_FOR_YOU, NoticeKind.CLAIM_TAKEN_BACK]
    assert sorted(told(account_of_worker(place.worker))) == sorted(kinds)


def test_the_system_is_no_employer(place: Place) -> None:
    with pytest.raises(NotAllowedError):
        place.enter(by=Actor(ActorKind.SYSTEM))
