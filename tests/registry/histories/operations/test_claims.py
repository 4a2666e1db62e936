"""Days entered by hand, confirmed, answered, taken back (ruling 28)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from registry.accounts.states import Role
from registry.audit.models import Move
from registry.businesses.models import Business
from registry.businesses.operations import add_user
from registry.businesses.queries import list_users
from registry.businesses.states import BusinessKind
from registry.core.actor import Actor, ActorKind
from registry.core.errors import MoveRefusedError, NotAllowedError, NotFoundError
from registry.core.ids import BusinessId, SiteId
from registry.disclosure.queries import see_workers_at_work
from registry.histories.models import Claim
from registry.histories.operations.binder import bind_months
from registry.histories.operations.claim_checks import ClaimDayError, ClaimSiteClosedError, ClaimTooLateError
from registry.histories.operations.claims import (
    ClaimData,
    ClaimEnteredAnewError,
    ClaimNotLinkedError,
    ClaimSiteError,
    ClaimTwiceError,
    RefusalEnteredAnewError,
    RefusedBeforeError,
    answer_refusal,
    approve_claims,
    confirm_claim,
    enter_claim,
    enter_claims,
    refuse_claim,
    take_back_refusal,
    withdraw_claim,
)
from registry.histories.operations.parties import TradeNotRegisteredError
from registry.histories.queries import (
    list_claims_to_confirm,
)
from registry.histories.states import ClaimState, Side, Standing
from registry.notices.states import NoticeKind
from registry.sites.operations import close_site, reopen_site
from registry.structures.operations.tenures import accept_invitation
from tests.factories.cast import NOW, a_firm, a_gate, a_tenure, a_worker, owner_of
from tests.factories.claims import Place, row, standing, told
from tests.factories.visitors import account_of_worker, firm_viewer, worker_as_actor

pytestmark = pytest.mark.django_db
DAY = NOW.date()
IN_TIME, TOO_LATE = datetime.fromisoformat("2026-12-31T23:59+09:00"), datetime.fromisoformat("2027-01-01T00:00+09:00")


@pytest.fixture
def place() -> Place:
    return Place()


def test_an_entry_is_told_to_employer_first_tier_and_prime(place: Place) -> None:
    claim = place.enter(note="カードを忘れた")
    for firm in (place.prime, place.first, place.second):
        assert told(list_users(firm)[0].account.id) == [NoticeKind.CLAIM_ENTERED]
    assert row(claim).entered_by is Side.WORKER
    assert standing(place.worker) == [Standing.CLAIMED]


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
    assert standing(place.worker) == [Standing.CLAIMED], "formal it becomes by the prime alone"


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


def test_approval_makes_a_day_formal_and_is_told_once(place: Place) -> None:
    claim = place.enter()
    assert (place.answer(claim), place.answer(claim)) == (1, 0)
    assert row(claim).state is ClaimState.APPROVED
    assert told(account_of_worker(place.worker)) == [NoticeKind.CLAIM_APPROVED]
    assert standing(place.worker) == [Standing.FORMAL]


def test_only_the_prime_answers(place: Place) -> None:
    claim = place.enter()
    for by in (owner_of(place.first), owner_of(place.second), place.self):
        with pytest.raises(NotAllowedError):
            approve_claims([claim], by=by, at=NOW)
        with pytest.raises(NotAllowedError):
            refuse_claim(claim, reason="x", by=by, at=NOW)
    named = place.enter(site_id=None, site_name="無番の現場")
    with pytest.raises(NotAllowedError):
        place.answer(named)


def test_an_entry_in_time_is_approved_after_the_deadline_and_marked(place: Place) -> None:
    claim = place.enter(at=IN_TIME)
    assert place.answer(claim, at=TOO_LATE) == 1
    assert row(claim).is_late_approval
    assert standing(place.worker) == [Standing.FORMAL]


def test_an_entry_that_comes_too_late_stays_unapproved(place: Place) -> None:
    claim = place.enter(at=TOO_LATE)
    assert row(claim).is_self_declared
    assert place.answer(claim, at=TOO_LATE) == 0
    assert standing(place.worker) == [Standing.UNAPPROVED]


def test_an_entry_that_comes_too_late_asks_nobody_and_is_not_refused(place: Place) -> None:
    claim = place.enter(at=TOO_LATE)
    firms = (place.prime, place.first, place.second)
    assert [told(list_users(firm)[0].account.id) for firm in firms] == [[], [], []]
    assert standing(place.worker) == [Standing.UNAPPROVED]
    assert [list_claims_to_confirm(firm, on=DAY) for firm in firms] == [[], [], []]
    with pytest.raises(ClaimTooLateError):
        refuse_claim(claim, reason="記録がありません", by=owner_of(place.prime), at=TOO_LATE)
    assert row(claim).state is ClaimState.OPEN


def test_approval_ends_a_month_after_the_close_and_begins_again_with_the_site(place: Place) -> None:
    claim, by = place.enter(at=IN_TIME), owner_of(place.prime)
    close_site(place.site, from_on=date(2027, 1, 10), by=by, at=TOO_LATE)
    after = datetime.fromisoformat("2027-02-11T00:00+09:00")
    assert place.answer(claim, at=after) == 0
    with pytest.raises(ClaimSiteClosedError):
        refuse_claim(claim, reason="記録がありません", by=by, at=after)
    reopen_site(place.site, by=by, at=after)
    assert place.answer(claim, at=after) == 1


def own_site(kind: BusinessKind = BusinessKind.CORPORATION) -> tuple[BusinessId, SiteId]:
    firm = a_firm("ひとり工務店")
    Business.objects.filter(pk=firm).update(kind=kind)
    return firm, a_gate(firm).site_id


@pytest.mark.parametrize(
    ("kind", "name", "is_own"),
    [
        (BusinessKind.ONE_PERSON, "甲", True),
        (BusinessKind.CORPORATION, "甲", False),
        # The account that approves stands in the worker's name: 見本 担当.
        (BusinessKind.CORPORATION, "見本", True),
    ],
)
def test_who_approves_the_own_day_is_marked(kind: BusinessKind, name: str, *, is_own: bool) -> None:
    firm, site = own_site(kind)
    worker = a_worker(firm, name, given_name="担当").worker_id
    claim = enter_claim(worker, ClaimData(day=DAY, site_id=site), by=worker_as_actor(worker), at=NOW)
    approve_claims([claim], by=owner_of(firm), at=NOW)
    assert row(claim).self_approved is is_own


def test_the_people_of_others_are_never_self_approved(place: Place) -> None:
    Business.objects.filter(pk=place.prime).update(kind=BusinessKind.ONE_PERSON)
    claim = place.enter()
    place.answer(claim)
    assert not row(claim).self_approved


def test_a_refusal_is_answered_and_approved(place: Place) -> None:
    claim, by = place.enter(note="カードを忘れた"), owner_of(place.prime)
    refuse_claim(claim, reason="記録がありません", by=by, at=NOW)
    refuse_claim(claim, reason="記録がありません", by=by, at=NOW)
    with pytest.raises(RefusedBeforeError) as refused:
        refuse_claim(claim, reason="もう一度", by=by, at=NOW)
    assert refused.value.data == {"reason": row(claim).answer_reason} == {"reason": "記録がありません"}
    assert told(account_of_worker(place.worker)) == [NoticeKind.CLAIM_REFUSED]
    assert standing(place.worker) == [Standing.NONE]
    before = len(told(by.account_id or 0))
    answer_refusal(claim, note="職長と入場", by=place.self, at=NOW)
    answer_refusal(claim, note="職長と入場", by=place.self, at=NOW)
    assert (row(claim).note, row(claim).reply) == ("カードを忘れた", "職長と入場")
    assert len(told(by.account_id or 0)) == before + 1
    assert place.answer(claim) == 1


def test_the_prime_takes_a_refusal_back_and_approves(place: Place) -> None:
    claim, by = place.enter(), owner_of(place.prime)
    assert not take_back_refusal(claim, by=by, at=NOW), "nothing is refused"
    refuse_claim(claim, reason="記録がありません", by=by, at=NOW)
    with pytest.raises(NotAllowedError):
        take_back_refusal(claim, by=place.self, at=NOW)
    assert [take_back_refusal(claim, by=by, at=NOW) for _ in range(2)] == [True, False]
    assert (row(claim).state, row(claim).answer_reason) == (ClaimState.OPEN, "")
    assert standing(place.worker) == [Standing.CLAIMED]
    assert sorted(told(account_of_worker(place.worker))) == [
        NoticeKind.CLAIM_REFUSAL_TAKEN_BACK,
        NoticeKind.CLAIM_REFUSED,
    ]
    assert [
        one.move
        for one in Move.objects.filter(
            noun="histories_claim", subject_id=claim, move__in=["refuse", "take_back"]
        ).order_by("pk")
    ] == ["refuse", "take_back"]
    assert place.answer(claim) == 1


def test_a_refusal_of_a_day_that_was_entered_again_stays(place: Place) -> None:
    claim, by = place.enter(), owner_of(place.prime)
    refuse_claim(claim, reason="記録がありません", by=by, at=NOW)
    again = place.enter()
    with pytest.raises(RefusalEnteredAnewError):
        take_back_refusal(claim, by=by, at=NOW)
    assert (row(claim).state, row(again).state) == (ClaimState.REFUSED, ClaimState.OPEN)
    refuse_claim(again, reason="やはりありません", by=by, at=NOW)
    with pytest.raises(RefusalEnteredAnewError):
        take_back_refusal(claim, by=by, at=NOW)
    assert take_back_refusal(again, by=by, at=NOW), "the newer one"


def test_a_refusal_is_answered_by_a_new_entry_and_by_nothing_else(place: Place) -> None:
    claim, by = place.enter(), owner_of(place.prime)
    refuse_claim(claim, reason="記録がありません", by=by, at=NOW)
    assert not row(claim).is_entered_anew
    again = place.enter()
    with pytest.raises(ClaimEnteredAnewError):
        answer_refusal(claim, note="職長と入場", by=place.self, at=NOW)
    assert (row(claim).state, row(claim).reply, row(claim).is_entered_anew) == (ClaimState.REFUSED, "", True)
    assert (row(again).state, row(again).is_entered_anew) == (ClaimState.OPEN, False)
    refuse_claim(again, reason="やはりありません", by=by, at=NOW)
    assert [row(one).is_entered_anew for one in (claim, again)] == [True, False], "the newer one is to be answered"
    withdraw = place.enter()
    withdraw_claim(withdraw, by=place.self, at=NOW)
    assert not row(again).is_entered_anew


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


def test_who_entered_a_day_for_its_people_is_told_why_it_was_refused(place: Place) -> None:
    claim, by = place.enter(by=owner_of(place.second)), owner_of(place.prime)
    refuse_claim(claim, reason="名簿にない人です", by=by, at=NOW)
    assert told(list_users(place.second)[0].account.id) == [NoticeKind.CLAIM_REFUSED_OF_PEOPLE]
    take_back_refusal(claim, by=by, at=NOW)
    assert told(list_users(place.second)[0].account.id) == [NoticeKind.CLAIM_REFUSAL_TAKEN_BACK]


def test_the_system_is_no_employer(place: Place) -> None:
    with pytest.raises(NotAllowedError):
        place.enter(by=Actor(ActorKind.SYSTEM))


def test_what_firms_were_asked_says_what_became_of_it(place: Place) -> None:
    claim, by = place.enter(), owner_of(place.prime)
    firms = [list_users(firm)[0].account.id for firm in (place.prime, place.first, place.second)]
    refuse_claim(claim, reason="記録がありません", by=by, at=NOW)
    assert [told(firm) for firm in firms] == [[NoticeKind.CLAIM_ENTERED_REFUSED]] * 3
    take_back_refusal(claim, by=by, at=NOW)
    assert [told(firm) for firm in firms] == [[NoticeKind.CLAIM_ENTERED]] * 3
    place.answer(claim)
    assert [told(firm) for firm in firms] == [[NoticeKind.CLAIM_ENTERED_APPROVED]] * 3
