"""Edits of days, in time and late, the prime's answers to them, and its decisions (rulings 24, 29)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.audit.models import Move
from registry.businesses.models import Business
from registry.businesses.queries import list_users
from registry.businesses.states import BusinessKind
from registry.core.errors import NotAllowedError, NotFoundError
from registry.core.ids import BusinessId, SiteId
from registry.histories.models import DayDecision, DayEdit, EditAnswer
from registry.histories.operations.edits import (
    DayDecidedError,
    ReasonMissingError,
    SecondTradeError,
    approve_edits,
    decide_days,
    edit_day,
    refuse_edit,
    refuse_position,
    take_back_decision,
    withdraw_edit,
)
from registry.histories.operations.parties import TradeNotRegisteredError
from registry.histories.queries import (
    count_days,
    count_histories,
    get_edit,
    last_decisions,
    list_days_of_worker,
    list_edits,
    list_open_edits,
    list_positions_said,
    list_refused_of_month,
)
from registry.histories.states import NO_SECOND_TRADE, NO_WORK, ClaimState, Side, Standing
from registry.notices.models import Notice
from registry.notices.states import NoticeKind
from registry.sites.operations.sites import close_site
from registry.workers.operations.registration import change_trades
from tests.factories.cast import NOW, OFFICE, Gate, a_firm, a_gate, a_tenure, a_touch, a_worker, owner_of
from tests.factories.days import days_of
from tests.factories.shared import shared
from tests.factories.visitors import account_of_worker, worker_as_actor

pytestmark = pytest.mark.django_db
DAY = NOW.date()
IN_TIME, TOO_LATE = datetime.fromisoformat("2026-12-31T23:59+09:00"), datetime.fromisoformat("2027-01-01T00:00+09:00")


class Place:
    """A prime's site with one firm below, whose worker touched today."""

    def __init__(self) -> None:
        self.prime, self.firm = a_firm("元請"), a_firm("下請")
        self.gate: Gate = a_gate(self.prime)
        self.site: SiteId = self.gate.site_id
        a_tenure(self.site, self.prime, self.firm)
        self.card = a_worker(self.firm)
        self.worker = self.card.worker_id
        self.self, self.employer, self.owner = worker_as_actor(self.worker), owner_of(self.firm), owner_of(self.prime)
        self.gate.send(a_touch(1, self.card))

    def late(self, work: str = "遅い", *, by_employer: bool = False) -> int:
        """Somebody edits the day too late; the number of what waits."""
        by = self.employer if by_employer else self.self
        assert edit_day(self.worker, self.site, DAY, work=work, by=by, at=TOO_LATE) is False
        return list_open_edits(self.site)[-1].id

    def work(self) -> str:
        """What the day says."""
        (day,) = days_of(self.worker)
        return day.assignment.work


place = shared(Place)


def told(account: int) -> list[str]:
    found = Notice.objects.filter(account_id=account, kind__regex="^(edit|position)").order_by("pk")
    return list(found.values_list("kind", flat=True))


def account_of(firm: BusinessId) -> int:
    return list_users(firm)[0].account.id


def test_worker_and_employer_edit_until_the_end_of_the_next_month(place: Place) -> None:
    assert edit_day(place.worker, place.site, DAY, work="墨出し", by=place.self, at=IN_TIME)
    assert edit_day(place.worker, place.site, DAY, position="X001", by=place.employer, at=IN_TIME)
    (found,) = days_of(place.worker)
    assert (found.assignment.work, found.assignment.position) == ("墨出し", "X001")
    assert set(DayEdit.objects.values_list("side", flat=True)) == {Side.WORKER, Side.EMPLOYER}
    assert told(account_of(place.prime)) == [NoticeKind.POSITION_SAID]


def test_position_is_the_employer_s_word_alone(place: Place) -> None:
    for at in (NOW, TOO_LATE):
        with pytest.raises(NotAllowedError):
            edit_day(place.worker, place.site, DAY, position="X001", by=place.self, at=at)


def position_said(place: Place) -> int:
    """The employer says position and work in time; the number of the edit."""
    assert edit_day(place.worker, place.site, DAY, position="X001", work="墨出し", by=place.employer, at=IN_TIME)
    return list_positions_said(place.site, DAY.replace(day=1))[-1].id


def test_the_prime_refuses_a_position_that_was_said_in_time(place: Place) -> None:
    """Ruling 29: trade and work need no word of the prime, and stay."""
    edit = position_said(place)
    assert refuse_position(edit, reason="職長は別の人です", by=place.owner, at=TOO_LATE)
    assert not refuse_position(edit, reason="もう一度", by=place.owner, at=TOO_LATE)
    (found,) = days_of(place.worker)
    assert (found.assignment.work, found.assignment.position) == ("墨出し", "")
    for account in (account_of(place.firm), account_of_worker(place.worker)):
        assert told(account) == [NoticeKind.POSITION_REFUSED]
    assert list_positions_said(place.site, DAY.replace(day=1)) == []
    assert position_said(place) != edit, "the employer has looked again"
    assert [day.assignment.position for day in days_of(place.worker)] == ["X001"]


def test_only_the_prime_refuses_only_a_position_of_others_only_while_it_may_answer(place: Place) -> None:
    edit = position_said(place)
    for by in (place.self, place.employer):
        with pytest.raises(NotAllowedError):
            refuse_position(edit, reason="x", by=by, at=NOW)
    edit_day(place.worker, place.site, DAY, work="足場", by=place.self, at=NOW)
    with pytest.raises(NotAllowedError):
        refuse_position(DayEdit.objects.get(work="足場").pk, reason="x", by=place.owner, at=NOW)
    with pytest.raises(NotFoundError):
        refuse_position(place.late(), reason="x", by=place.owner, at=TOO_LATE)
    close_site(place.site, from_on=DAY, by=place.owner, at=NOW)
    with pytest.raises(NotAllowedError):
        refuse_position(edit, reason="x", by=place.owner, at=TOO_LATE)
    assert refuse_position(edit, reason="x", by=place.owner, at=IN_TIME)


def test_words_on_the_work_are_taken_back_late_with_the_prime_s_approval(place: Place) -> None:
    edit_day(place.worker, place.site, DAY, work="墨出し", by=place.self, at=NOW)
    late = place.late(NO_WORK)
    assert place.work() == "墨出し"
    assert approve_edits([late], by=place.owner, at=TOO_LATE) == 1
    assert place.work() == ""


def test_a_day_has_only_registered_trades_and_no_trade_twice(place: Place) -> None:
    """Ruling 29: "a registered one, also a second"; one that was given up counts as registered."""
    change_trades(place.worker, ("02-01", "01-01"), from_on=DAY, by=OFFICE, at=NOW)
    how: Any = {"by": place.self, "at": NOW}
    for field in ("trade", "second_trade"):
        with pytest.raises(TradeNotRegisteredError) as refused:
            edit_day(place.worker, place.site, DAY, **{field: "03-01", **how})
        assert refused.value.field == field
    for said in ({"second_trade": "02-01"}, {"trade": "01-01", "second_trade": "01-01"}):
        with pytest.raises(SecondTradeError):
            edit_day(place.worker, place.site, DAY, **{**said, **how})
    edit_day(place.worker, place.site, DAY, trade="06-01", second_trade="01-01", **how)
    (found,) = days_of(place.worker)
    assert found.assignment.trades == ("06-01", "01-01")
    rows = list_days_of_worker(place.worker, DAY.replace(day=1))
    assert (count_days(rows).formal, count_histories(rows).formal) == (1, 2), "one day, two histories"
    edit_day(place.worker, place.site, DAY, second_trade=NO_SECOND_TRADE, **how)
    assert [day.assignment.trades for day in days_of(place.worker)] == [("06-01",)]


def test_a_firm_edits_only_what_was_worked_for_it(place: Place) -> None:
    elsewhere = a_gate(place.prime)
    guest = a_worker(place.prime, "出向").worker_id
    for site, worker in ((elsewhere.site_id, place.worker), (place.site, guest)):
        with pytest.raises(NotAllowedError):
            edit_day(worker, site, DAY, work="よそ", by=place.employer, at=NOW)


def test_a_late_edit_waits_for_the_prime_and_holds_with_its_approval(place: Place) -> None:
    edit = place.late()
    assert place.work() == ""
    assert told(account_of(place.prime)) == [NoticeKind.EDIT_ASKED]
    assert approve_edits([edit], by=place.owner, at=TOO_LATE) == 1
    assert approve_edits([edit], by=place.owner, at=TOO_LATE) == 0
    assert place.work() == "遅い"
    assert told(account_of_worker(place.worker)) == [NoticeKind.EDIT_APPROVED]


def test_the_same_late_edit_asks_once(place: Place) -> None:
    assert place.late() == place.late()
    assert told(account_of(place.prime)) == [NoticeKind.EDIT_ASKED]
    place.late("別の作業")
    place.late()
    assert [one.work for one in list_open_edits(place.site)] == ["遅い", "別の作業"]


def test_a_refused_edit_changes_nothing_and_can_be_asked_again(place: Place) -> None:
    edit = place.late(by_employer=True)
    assert refuse_edit(edit, reason="型枠でした", by=place.owner, at=TOO_LATE)
    assert not refuse_edit(edit, reason="もう一度", by=place.owner, at=TOO_LATE)
    assert approve_edits([edit], by=place.owner, at=TOO_LATE) == 0
    assert place.work() == ""
    assert told(account_of(place.firm)) == [NoticeKind.EDIT_REFUSED]
    assert told(account_of_worker(place.worker)) == []
    row = get_edit(edit)
    assert row
    assert (row.answer, row.answer_reason) == (ClaimState.REFUSED, "型枠でした")
    assert place.late(by_employer=True) != edit


def test_only_who_asked_takes_a_late_edit_back(place: Place) -> None:
    edit = place.late()
    for by in (place.employer, place.owner):
        with pytest.raises(NotAllowedError):
            withdraw_edit(edit, by=by, at=TOO_LATE)
    assert withdraw_edit(edit, by=place.self, at=TOO_LATE)
    assert not withdraw_edit(edit, by=place.self, at=TOO_LATE)
    assert approve_edits([edit], by=place.owner, at=TOO_LATE) == 0
    by_employer = place.late(by_employer=True)
    with pytest.raises(NotAllowedError):
        withdraw_edit(by_employer, by=place.self, at=TOO_LATE)
    assert withdraw_edit(by_employer, by=place.employer, at=TOO_LATE)
    assert place.work() == ""


def test_the_message_of_an_edit_that_was_taken_back_asks_for_nothing(place: Place) -> None:
    """The prime would look for what is not there; other edits still ask."""
    edit = place.late()
    place.late("別の作業")
    for _ in range(2):
        withdraw_edit(edit, by=place.self, at=TOO_LATE)
    assert told(account_of(place.prime)) == [NoticeKind.EDIT_TAKEN_BACK, NoticeKind.EDIT_ASKED]


def test_the_message_of_an_edit_that_was_answered_says_what_became_of_it(place: Place) -> None:
    approved, refused = place.late(), place.late("別の作業")
    approve_edits([approved], by=place.owner, at=TOO_LATE)
    for _ in range(2):
        refuse_edit(refused, reason="違います", by=place.owner, at=TOO_LATE)
    assert told(account_of(place.prime)) == [NoticeKind.EDIT_ASKED_APPROVED, NoticeKind.EDIT_ASKED_REFUSED]


def test_a_day_that_was_refused_waits_again_once_the_prime_takes_that_back(place: Place) -> None:
    close_site(place.site, from_on=DAY, by=place.owner, at=NOW)
    place_of_day = (place.site, place.worker, DAY)
    assert not take_back_decision(*place_of_day, by=place.owner, at=NOW), "nothing was said"
    decide_days(place.site, [(place.worker, DAY)], counts=False, reason="作業なし", by=place.owner, at=NOW)
    assert [one.worker_id for one in list_refused_of_month(place.site, DAY, size=9)] == [place.worker]
    for by in (place.employer, place.self):
        with pytest.raises(NotAllowedError):
            take_back_decision(*place_of_day, by=by, at=NOW)
    later = NOW + timedelta(days=1)
    assert [take_back_decision(*place_of_day, by=place.owner, at=later) for _ in range(2)] == [True, False]
    assert [one.standing for one in days_of(place.worker)] == [Standing.WAITING]
    assert list_refused_of_month(place.site, DAY, size=9) == []
    last = last_decisions(place.worker, DAY.replace(day=1))[place.site, DAY]
    assert (last.counts, last.recorded_at) == (None, later)
    notice = Notice.objects.filter(account_id=account_of_worker(place.worker)).latest("pk")
    assert (notice.kind, notice.data["day"]) == (NoticeKind.DAY_REFUSAL_TAKEN_BACK, DAY.isoformat())
    acts = Move.objects.filter(noun="histories_day_decision").order_by("pk")
    assert [one.move for one in acts] == ["decide", "take_back"]
    decide_days(place.site, [(place.worker, DAY)], counts=True, by=place.owner, at=later)
    assert [one.standing for one in days_of(place.worker)] == [Standing.FORMAL]


def test_a_day_that_counted_waits_again_and_can_be_refused_once_the_prime_takes_that_back(place: Place) -> None:
    close_site(place.site, from_on=DAY, by=place.owner, at=NOW)
    of_day = [(place.worker, DAY)]
    decide_days(place.site, of_day, counts=True, by=place.owner, at=NOW)
    with pytest.raises(DayDecidedError):
        decide_days(place.site, of_day, counts=False, reason="作業なし", by=place.owner, at=NOW)
    assert [take_back_decision(place.site, *of_day[0], by=place.owner, at=NOW) for _ in range(2)] == [True, False]
    assert [one.standing for one in days_of(place.worker)] == [Standing.WAITING]
    notice = Notice.objects.filter(account_id=account_of_worker(place.worker)).latest("pk")
    assert (notice.kind, notice.data["day"]) == (NoticeKind.DAY_COUNTED_TAKEN_BACK, DAY.isoformat())
    decide_days(place.site, of_day, counts=False, reason="作業なし", by=place.owner, at=NOW)
    assert [one.standing for one in days_of(place.worker)] == [Standing.NONE]


def test_only_the_prime_answers_and_only_what_came_late(place: Place) -> None:
    edit = place.late()
    for by in (place.self, place.employer):
        with pytest.raises(NotAllowedError):
            approve_edits([edit], by=by, at=TOO_LATE)
        with pytest.raises(NotAllowedError):
            refuse_edit(edit, reason="x", by=by, at=TOO_LATE)
    edit_day(place.worker, place.site, DAY, work="墨出し", by=place.self, at=IN_TIME)
    in_time = DayEdit.objects.get(late=False).pk
    for number in (0, in_time):
        with pytest.raises(NotFoundError):
            approve_edits([number], by=place.owner, at=TOO_LATE)
    assert EditAnswer.objects.count() == 0


def test_the_prime_s_own_word_on_its_own_people_needs_no_other(place: Place) -> None:
    own = a_worker(place.prime, "元")
    place.gate.send(a_touch(2, own))
    assert edit_day(own.worker_id, place.site, DAY, work="段取り", by=place.owner, at=TOO_LATE)
    assert [day.assignment.work for day in days_of(own.worker_id)] == ["段取り"]
    assert EditAnswer.objects.get().business_id == place.prime
    assert told(account_of(place.prime)) == []
    by_worker = edit_day(own.worker_id, place.site, DAY, work="別", by=worker_as_actor(own.worker_id), at=TOO_LATE)
    assert by_worker is False


@pytest.mark.parametrize(("kind", "own"), [(BusinessKind.ONE_PERSON, True), (BusinessKind.CORPORATION, False)])
def test_who_approves_a_late_edit_of_the_own_day_is_marked(place: Place, kind: BusinessKind, *, own: bool) -> None:
    """自己承認, as for claims (ruling 28): by the prime's own word, and by its approval; others' days never."""
    Business.objects.filter(pk=place.prime).update(kind=kind)
    card = a_worker(place.prime, "元")
    place.gate.send(a_touch(2, card))
    edit_day(card.worker_id, place.site, DAY, work="段取り", by=place.owner, at=TOO_LATE)
    edit_day(card.worker_id, place.site, DAY, work="別", by=worker_as_actor(card.worker_id), at=TOO_LATE)
    (asked,) = list_open_edits(place.site)
    approve_edits([asked.id, place.late()], by=place.owner, at=TOO_LATE)
    assert [edit.self_approved for edit in list_edits(card.worker_id, DAY.replace(day=1))] == [own, own]
    assert [edit.self_approved for edit in list_edits(place.worker, DAY.replace(day=1))] == [False]


def test_the_later_word_holds_in_whatever_order_they_are_approved(place: Place) -> None:
    first = place.late("先")
    edit_day(place.worker, place.site, DAY, work="後", by=place.self, at=TOO_LATE + timedelta(days=1))
    for edit in (list_open_edits(place.site)[-1].id, first):
        approve_edits([edit], by=place.owner, at=TOO_LATE + timedelta(days=2))
    assert place.work() == "後"


def test_the_prime_lets_waiting_days_count_or_not(place: Place) -> None:
    close_site(place.site, from_on=DAY, by=place.owner, at=NOW)
    assert [one.standing for one in days_of(place.worker)] == [Standing.WAITING]
    for counts, expected in ((False, Standing.NONE), (True, Standing.FORMAL)):
        decide_days(place.site, [(place.worker, DAY)], counts=counts, reason="確認済み", by=place.owner, at=NOW)
        assert [one.standing for one in days_of(place.worker)] == [expected]
        take_back_decision(place.site, place.worker, DAY, by=place.owner, at=NOW)
    for by in (place.employer, place.self):
        with pytest.raises(NotAllowedError):
            decide_days(place.site, [(place.worker, DAY)], counts=True, by=by, at=NOW)
    with pytest.raises(NotAllowedError):
        decide_days(SiteId(1), [], counts=True, by=place.owner, at=NOW)


def test_days_are_refused_with_a_reason_and_each_worker_is_told_once(place: Place) -> None:
    days = [(place.worker, DAY), (place.worker, DAY - timedelta(days=1))]
    with pytest.raises(ReasonMissingError):
        decide_days(place.site, days, counts=False, by=place.owner, at=NOW)
    decide_days(place.site, days, counts=False, reason="作業なし", by=place.owner, at=NOW)
    take_back_decision(place.site, place.worker, DAY, by=place.owner, at=NOW)
    decide_days(place.site, days[:1], counts=True, by=place.owner, at=NOW)
    found = Notice.objects.filter(account_id=account_of_worker(place.worker)).order_by("pk")
    refused, counted = found.filter(kind__startswith="days")
    assert (refused.kind, counted.kind) == (NoticeKind.DAYS_REFUSED, NoticeKind.DAYS_COUNTED)
    assert refused.data == {"days": "2026-11-19 2026-11-20", "site": "見本ビル新築工事", "reason": "作業なし"}
    last = last_decisions(place.worker, DAY.replace(day=1))
    assert {key: (row.counts, row.reason) for key, row in last.items()} == {
        (place.site, DAY): (True, ""),
        (place.site, DAY - timedelta(days=1)): (False, "作業なし"),
    }


def test_a_day_is_decided_once_and_a_tab_that_says_otherwise_is_told(place: Place) -> None:
    other, told = a_worker(place.firm).worker_id, Notice.objects.filter(kind__startswith="days")
    days = [(place.worker, DAY), (other, DAY)]
    with CaptureQueriesContext(connection) as asked:
        assert decide_days(place.site, days[:1], counts=True, by=place.owner, at=NOW) == 1
    assert [one for one in asked.captured_queries if "FOR NO KEY UPDATE" in one["sql"]], (
        "two clicks wait for each other"
    )
    assert decide_days(place.site, days[:1], counts=True, by=place.owner, at=NOW) == 0
    with pytest.raises(DayDecidedError) as refused:
        decide_days(place.site, days, counts=False, reason="作業なし", by=place.owner, at=NOW)
    assert refused.value.data == {"count": 1}
    assert (DayDecision.objects.count(), told.count()) == (1, 1)
    assert decide_days(place.site, days, counts=True, by=place.owner, at=NOW) == 1
    assert (DayDecision.objects.count(), told.count()) == (2, 2)


def test_the_second_of_two_clicks_says_nothing_again(place: Place) -> None:
    for work in ("足場", "足場", "屋根", "足場"):
        assert edit_day(place.worker, place.site, DAY, work=work, by=place.self, at=NOW)
    said = DayEdit.objects.order_by("pk").values_list("work", flat=True)
    assert list(said) == ["足場", "屋根", "足場"]
    assert edit_day(place.worker, place.site, DAY, work="足場", by=place.employer, at=NOW)
    assert DayEdit.objects.count() == 4
