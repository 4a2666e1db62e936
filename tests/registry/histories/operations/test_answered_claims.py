"""A refusal that the worker answers, and the end of the time for all answers (ruling 28)."""

from datetime import date, datetime, timedelta

import pytest

from registry.businesses.queries import list_users
from registry.core.ids import BusinessId
from registry.histories.operations.claim_checks import ClaimSiteClosedError, ReplyTooLateError
from registry.histories.operations.claims import answer_refusal, confirm_claim, refuse_claim
from registry.histories.queries import list_claims_to_confirm
from registry.histories.states import ClaimState
from registry.notices.models import Notice
from registry.notices.queries import list_notices
from registry.notices.states import NoticeKind
from registry.sites.operations import close_site, reopen_site
from tests.factories.cast import NOW, owner_of
from tests.factories.claims import Place, row, standing, told
from tests.factories.visitors import account_of_worker

pytestmark = pytest.mark.django_db
CLOSED, LAST_DAY = date(2027, 1, 10), datetime.fromisoformat("2027-02-10T23:59+09:00")
TOO_LATE = datetime.fromisoformat("2027-02-11T00:00+09:00")


@pytest.fixture
def place() -> Place:
    return Place()


def told_to(*firms: BusinessId) -> list[list[str]]:
    return [sorted(told(list_users(firm)[0].account.id)) for firm in firms]


def test_the_prime_is_told_of_an_answer_with_day_site_and_its_own_reason(place: Place) -> None:
    claim, by = place.enter(), owner_of(place.prime)
    refuse_claim(claim, reason="記録がありません", by=by, at=NOW)
    answer_refusal(claim, note="職長と入場", by=place.self, at=NOW)
    notice = Notice.objects.get(kind=NoticeKind.CLAIM_REFUSAL_ANSWERED)
    said = {"day": "2026-11-20", "site": "見本ビル新築工事", "reason": "記録がありません"}
    assert notice.account_id == by.account_id
    assert notice.data | said == notice.data


def test_no_message_says_that_a_day_is_refused_once_that_was_answered(place: Place) -> None:
    claim, by, firms = place.enter(), owner_of(place.prime), (place.prime, place.first, place.second)
    asked, answered = NoticeKind.CLAIM_ENTERED, NoticeKind.CLAIM_REFUSAL_ANSWERED
    refuse_claim(claim, reason="記録がありません", by=by, at=NOW)
    answer_refusal(claim, note="職長と入場", by=place.self, at=NOW)
    assert told_to(*firms) == [[asked, answered], [asked], [asked]]
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
    assert [row(claim).may_be_answered(at.date()) for at in (LAST_DAY, TOO_LATE)] == [True, False]
    asked = [list_claims_to_confirm(place.second, on=at.date()) for at in (LAST_DAY, TOO_LATE)]
    assert [len(found) for found in asked] == [1, 0]
    with pytest.raises(ClaimSiteClosedError):
        confirm_claim(claim, by=owner_of(place.second), at=TOO_LATE)
    confirm_claim(claim, by=owner_of(place.second), at=LAST_DAY)


def test_a_refusal_is_answered_as_long_as_the_prime_can_approve(place: Place) -> None:
    claim, by = place.enter(), owner_of(place.prime)
    refuse_claim(claim, reason="記録がありません", by=by, at=NOW)
    close_site(place.site, from_on=CLOSED, by=by, at=NOW)
    with pytest.raises(ReplyTooLateError):
        answer_refusal(claim, note="職長と入場", by=place.self, at=TOO_LATE)
    assert (row(claim).state, row(claim).reply) == (ClaimState.REFUSED, "")
    reopen_site(place.site, by=by, at=TOO_LATE)
    answer_refusal(claim, note="職長と入場", by=place.self, at=TOO_LATE)
    assert place.answer(claim, at=TOO_LATE) == 1


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
