"""What primes answer to days entered by hand, what workers say to that, and the end of the time for it (ruling 28)."""

from datetime import date, datetime, timedelta

import pytest

from registry.audit.models import Move
from registry.businesses.models import Business
from registry.businesses.queries import list_users
from registry.businesses.states import BusinessKind
from registry.core.errors import NotAllowedError
from registry.core.ids import BusinessId, SiteId
from registry.histories.derive.abouts import about_claim
from registry.histories.operations.claim_checks import ClaimSiteClosedError, ClaimTooLateError, ReplyTooLateError
from registry.histories.operations.claims import (
    ClaimData,
    ClaimEnteredAnewError,
    RefusalEnteredAnewError,
    RefusedBeforeError,
    answer_refusal,
    approve_claims,
    confirm_claim,
    enter_claim,
    refuse_claim,
    take_back_refusal,
    withdraw_claim,
)
from registry.histories.queries import list_claims_to_confirm
from registry.histories.states import ClaimState, Standing
from registry.notices.models import Notice
from registry.notices.queries import list_notices
from registry.notices.states import NoticeKind
from registry.sites.operations.sites import close_site, reopen_site
from tests.factories.cast import NOW, a_firm, a_gate, a_worker, owner_of
from tests.factories.claims import Place, row, standing, told
from tests.factories.shared import shared
from tests.factories.visitors import account_of_worker, worker_as_actor

pytestmark = pytest.mark.django_db
DAY = NOW.date()
# The end of the ordinary time to enter and to answer, and that of all answers for a site closed in between.
IN_TIME, TOO_LATE = datetime.fromisoformat("2026-12-31T23:59+09:00"), datetime.fromisoformat("2027-01-01T00:00+09:00")
CLOSED, LAST_DAY = date(2027, 1, 10), datetime.fromisoformat("2027-02-10T23:59+09:00")
AFTER = datetime.fromisoformat("2027-02-11T00:00+09:00")


place = shared(Place)


def told_to(*firms: BusinessId) -> list[list[str]]:
    return [sorted(told(list_users(firm)[0].account.id)) for firm in firms]


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
    close_site(place.site, from_on=CLOSED, by=by, at=TOO_LATE)
    assert place.answer(claim, at=AFTER) == 0
    with pytest.raises(ClaimSiteClosedError):
        refuse_claim(claim, reason="記録がありません", by=by, at=AFTER)
    reopen_site(place.site, by=by, at=AFTER)
    assert place.answer(claim, at=AFTER) == 1


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
    assert told(account_of_worker(place.worker)) == [NoticeKind.CLAIM_REFUSED_ANSWERED], "he is not asked any more"
    assert len(told(by.account_id or 0)) == before + 1
    assert place.answer(claim) == 1
    assert set(told(account_of_worker(place.worker))) == {NoticeKind.CLAIM_APPROVED}


def test_the_prime_takes_a_refusal_back_and_approves(place: Place) -> None:
    claim, by = place.enter(), owner_of(place.prime)
    assert not take_back_refusal(claim, by=by, at=NOW), "nothing is refused"
    refuse_claim(claim, reason="記録がありません", by=by, at=NOW)
    with pytest.raises(NotAllowedError):
        take_back_refusal(claim, by=place.self, at=NOW)
    assert [take_back_refusal(claim, by=by, at=NOW) for _ in range(2)] == [True, False]
    assert (row(claim).state, row(claim).answer_reason) == (ClaimState.OPEN, "")
    assert standing(place.worker) == [Standing.CLAIMED]
    assert set(told(account_of_worker(place.worker))) == {NoticeKind.CLAIM_REFUSAL_TAKEN_BACK}
    assert [
        one.move
        for one in Move.objects.filter(
            noun="histories_claim", subject_id=claim, move__in=["refuse", "take_back"]
        ).order_by("pk")
    ] == ["refuse", "take_back"]
    assert place.answer(claim) == 1


def test_a_refusal_that_nobody_could_turn_into_an_approval_is_not_taken_back(place: Place) -> None:
    claim, by = place.enter(), owner_of(place.prime)
    refuse_claim(claim, reason="記録がありません", by=by, at=NOW)
    close_site(place.site, from_on=DAY, by=by, at=NOW)
    with pytest.raises(ClaimSiteClosedError):
        take_back_refusal(claim, by=by, at=NOW + timedelta(days=200))
    assert row(claim).state is ClaimState.REFUSED


def test_nobody_answers_a_refusal_in_the_worker_s_words(place: Place) -> None:
    claim = place.enter()
    refuse_claim(claim, reason="記録がありません", by=owner_of(place.prime), at=NOW)
    with pytest.raises(NotAllowedError):
        answer_refusal(claim, note="職長と入場", by=owner_of(place.second), at=NOW)


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


def test_who_entered_a_day_for_its_people_is_told_why_it_was_refused(place: Place) -> None:
    claim, by = place.enter(by=owner_of(place.second)), owner_of(place.prime)
    refuse_claim(claim, reason="名簿にない人です", by=by, at=NOW)
    assert told(list_users(place.second)[0].account.id) == [NoticeKind.CLAIM_REFUSED_OF_PEOPLE]
    take_back_refusal(claim, by=by, at=NOW)
    assert told(list_users(place.second)[0].account.id) == [NoticeKind.CLAIM_REFUSAL_TAKEN_BACK]


def test_what_firms_were_asked_says_what_became_of_it(place: Place) -> None:
    claim, by = place.enter(), owner_of(place.prime)
    firms = [list_users(firm)[0].account.id for firm in (place.prime, place.first, place.second)]
    refuse_claim(claim, reason="記録がありません", by=by, at=NOW)
    assert [told(firm) for firm in firms] == [[NoticeKind.CLAIM_ENTERED_REFUSED]] * 3
    take_back_refusal(claim, by=by, at=NOW)
    assert [told(firm) for firm in firms] == [[NoticeKind.CLAIM_ENTERED]] * 3
    place.answer(claim)
    assert [told(firm) for firm in firms] == [[NoticeKind.CLAIM_ENTERED_APPROVED]] * 3


def test_firms_are_told_of_an_answer_with_day_and_site_and_not_why_it_was_refused(place: Place) -> None:
    """The reason is for the worker, the prime, and the employer, who read it on the day's own page."""
    claim, by = place.enter(), owner_of(place.prime)
    refuse_claim(claim, reason="記録がありません", by=by, at=NOW)
    answer_refusal(claim, note="職長と入場", by=place.self, at=NOW)
    said = {"day": "2026-11-20", "site": "見本ビル新築工事"}
    (notice,) = [one for one in list_notices(by.account_id or 0) if one.about == about_claim(claim)]
    assert notice.kind is NoticeKind.CLAIM_REFUSAL_ANSWERED, "and nothing beside it"
    for one in Notice.objects.filter(kind=NoticeKind.CLAIM_REFUSAL_ANSWERED).order_by("pk"):
        assert one.data | said == one.data
        assert "記録がありません" not in one.data.values()


def test_no_message_says_that_a_day_is_refused_once_that_was_answered(place: Place) -> None:
    claim, by, firms = place.enter(), owner_of(place.prime), (place.prime, place.first, place.second)
    answered = NoticeKind.CLAIM_REFUSAL_ANSWERED
    refuse_claim(claim, reason="記録がありません", by=by, at=NOW)
    answer_refusal(claim, note="職長と入場", by=place.self, at=NOW)
    assert told_to(*firms) == [[answered, answered], [answered], [answered]]
    refuse_claim(claim, reason="やはりありません", by=by, at=NOW)
    again = NoticeKind.CLAIM_ENTERED_REFUSED
    assert told_to(*firms) == [[again, again], [again], [again]]
    answer_refusal(claim, note="写真があります", by=place.self, at=NOW)
    place.answer(claim)
    done = NoticeKind.CLAIM_ENTERED_APPROVED
    assert told_to(*firms) == [[done, done, done], [done], [done]]


def test_a_firm_whose_entry_was_refused_learns_of_the_answer(place: Place) -> None:
    claim = place.enter(by=owner_of(place.second))
    refuse_claim(claim, reason="記録がありません", by=owner_of(place.prime), at=NOW)
    assert told_to(place.second) == [[NoticeKind.CLAIM_REFUSED_OF_PEOPLE]]
    answer_refusal(claim, note="職長と入場", by=place.self, at=NOW)
    assert told_to(place.second) == [[NoticeKind.CLAIM_REFUSAL_ANSWERED]]


def test_nobody_is_asked_about_an_entry_of_a_site_that_was_closed_too_long_ago(place: Place) -> None:
    claim, by = place.enter(), owner_of(place.prime)
    standing(place.worker)
    close_site(place.site, from_on=CLOSED, by=by, at=NOW)
    assert [row(claim).may_be_answered(at.date()) for at in (LAST_DAY, AFTER)] == [True, False]
    asked = [list_claims_to_confirm(place.second, on=at.date()) for at in (LAST_DAY, AFTER)]
    assert [len(found) for found in asked] == [1, 0]
    with pytest.raises(ClaimSiteClosedError):
        confirm_claim(claim, by=owner_of(place.second), at=AFTER)
    confirm_claim(claim, by=owner_of(place.second), at=LAST_DAY)


def test_a_refusal_is_answered_as_long_as_the_prime_can_approve(place: Place) -> None:
    claim, by = place.enter(), owner_of(place.prime)
    refuse_claim(claim, reason="記録がありません", by=by, at=NOW)
    close_site(place.site, from_on=CLOSED, by=by, at=NOW)
    with pytest.raises(ReplyTooLateError):
        answer_refusal(claim, note="職長と入場", by=place.self, at=AFTER)
    assert (row(claim).state, row(claim).reply) == (ClaimState.REFUSED, "")
    reopen_site(place.site, by=by, at=AFTER)
    answer_refusal(claim, note="職長と入場", by=place.self, at=AFTER)
    assert place.answer(claim, at=AFTER) == 1


def test_no_message_asks_to_answer_a_refusal_once_the_day_was_entered_anew(place: Place) -> None:
    by, firms, later = owner_of(place.prime), (place.prime, place.first, place.second), NOW + timedelta(minutes=9)
    refuse_claim(place.enter(by=owner_of(place.second)), reason="記録がありません", by=by, at=NOW)
    anew, approved = NoticeKind.CLAIM_ENTERED_ANEW, NoticeKind.CLAIM_ENTERED_APPROVED
    again = place.enter(at=later)
    place.answer(again, at=later)
    assert told_to(*firms) == [[anew, approved], [anew, approved], [anew, approved]]
    of_worker = list_notices(account_of_worker(place.worker))
    assert [(one.kind, one.written_at) for one in of_worker[:2]] == [
        (NoticeKind.CLAIM_APPROVED, later), (anew, later)
    ]  # fmt: skip


def test_nobody_reads_an_answer_twice_nor_an_old_reason_as_news(place: Place) -> None:
    claim, prime, account = place.enter(), owner_of(place.prime), account_of_worker(place.worker)

    def read(kind: NoticeKind) -> list[str]:
        return [one.data.get("reason", "") for one in list_notices(account) if one.kind is kind]

    for reason in ("一回目", "二回目"):
        refuse_claim(claim, reason=reason, by=prime, at=NOW)
        assert read(NoticeKind.CLAIM_REFUSED) == [reason]
        answer_refusal(claim, note=f"{reason}の答え", by=place.self, at=NOW)
    approve_claims([claim], by=prime, at=NOW)
    assert len(read(NoticeKind.CLAIM_APPROVED)) == 1
