"""Days by a printed poster's code are treated as direct entries (`touch_reasons.csv`): deadline, 期限後承認, 自己承認 (ruling 28)."""

from datetime import date, datetime

import pytest

from registry.accounts.models import Account
from registry.businesses.models import Business
from registry.businesses.states import BusinessKind
from registry.cards.queries import CardRow
from registry.core.actor import Actor
from registry.core.ids import BusinessId
from registry.histories.models import DayDecision
from registry.histories.operations.edits import (
    DayDecidedError,
    DecisionTooLateError,
    decide_days,
    take_back_decision,
)
from registry.histories.queries import DayApproval, approvals_of, list_days_of_worker, list_decisions_waiting
from registry.histories.states import Approval, Standing
from registry.notices.models import Notice
from registry.sites.operations.sites import close_site
from tests.factories.cast import NOW, Gate, a_touch, a_worker, owner_of
from tests.factories.days import bind_all, days_of

pytestmark = pytest.mark.django_db
DAY = NOW.date()
IN_TIME, LATE = datetime.fromisoformat("2026-12-31T23:59+09:00"), datetime.fromisoformat("2027-01-01T00:00+09:00")
LAST, OVER = datetime.fromisoformat("2027-01-20T23:59+09:00"), datetime.fromisoformat("2027-01-21T00:00+09:00")
CLOSED = date(2026, 12, 20)


@pytest.fixture
def owner(prime: BusinessId) -> Actor:
    return owner_of(prime)


@pytest.fixture
def card(prime: BusinessId, gate: Gate) -> CardRow:
    card = a_worker(prime)
    gate.send(a_touch(1, card, method="poster"))
    bind_all()
    return card


def approval(card: CardRow) -> tuple[Approval, ...] | None:
    found: list[DayApproval] = list(approvals_of(list_days_of_worker(card.worker_id, DAY.replace(day=1))).values())
    return found[0].how if found else None


@pytest.mark.parametrize(("at", "how"), [(IN_TIME, ()), (LATE, (Approval.LATE,))])
def test_what_is_approved_after_the_next_month_is_shown_so(
    gate: Gate, card: CardRow, owner: Actor, at: datetime, how: tuple[Approval, ...]
) -> None:
    assert approval(card) is None
    assert decide_days(gate.site_id, [(card.worker_id, DAY)], counts=True, by=owner, at=at) == 1
    assert [one.standing for one in days_of(card.worker_id)] == [Standing.FORMAL]
    assert approval(card) == how
    with pytest.raises(DayDecidedError):
        decide_days(gate.site_id, [(card.worker_id, DAY)], counts=False, reason="作業なし", by=owner, at=at)
    assert approval(card) == how


@pytest.mark.parametrize("counts", [True, False])
def test_a_month_after_the_site_s_last_close_it_is_neither_approved_nor_refused(
    prime: BusinessId, gate: Gate, card: CardRow, owner: Actor, *, counts: bool
) -> None:
    close_site(gate.site_id, from_on=CLOSED, by=owner, at=NOW)
    bind_all()
    day = [(card.worker_id, DAY)]
    waiting = [list_decisions_waiting(prime, on=at.date()) for at in (LAST, OVER)]
    assert [[one.number for one in some] for some in waiting] == [[1], []]
    assert decide_days(gate.site_id, day, counts=counts, reason="確認", by=owner, at=OVER) == 0
    assert (DayDecision.objects.count(), Notice.objects.filter(kind__startswith="days").count()) == (0, 0)
    assert decide_days(gate.site_id, day, counts=counts, reason="確認", by=owner, at=LAST) == 1


def test_what_could_not_be_said_anew_is_not_taken_back(gate: Gate, card: CardRow, owner: Actor) -> None:
    close_site(gate.site_id, from_on=CLOSED, by=owner, at=NOW)
    decide_days(gate.site_id, [(card.worker_id, DAY)], counts=True, by=owner, at=NOW)
    bind_all()
    with pytest.raises(DecisionTooLateError):
        take_back_decision(gate.site_id, card.worker_id, DAY, by=owner, at=OVER)
    assert [one.standing for one in days_of(card.worker_id)] == [Standing.FORMAL]
    assert take_back_decision(gate.site_id, card.worker_id, DAY, by=owner, at=LAST)
    assert [one.standing for one in days_of(card.worker_id)] == [Standing.WAITING]


def test_other_days_that_wait_have_no_such_deadline(prime: BusinessId, gate: Gate, owner: Actor) -> None:
    card = a_worker(prime)
    gate.send(a_touch(1, card))
    close_site(gate.site_id, from_on=DAY, by=owner, at=NOW)
    bind_all()
    assert [one.number for one in list_decisions_waiting(prime, on=OVER.date())] == [1]
    assert decide_days(gate.site_id, [(card.worker_id, DAY)], counts=True, by=owner, at=OVER) == 1
    bind_all()
    assert approval(card) is None


def test_a_poster_s_code_beside_a_card_s_touch_takes_no_time_to_answer_away(
    prime: BusinessId, gate: Gate, card: CardRow, owner: Actor
) -> None:
    """The card's touch waits for the site's close alone, and the prime may say of it whenever it likes that it counts."""
    gate.send(a_touch(2, card))
    close_site(gate.site_id, from_on=DAY, by=owner, at=NOW)
    bind_all()
    assert [one.number for one in list_decisions_waiting(prime, on=OVER.date())] == [1]
    assert decide_days(gate.site_id, [(card.worker_id, DAY)], counts=True, by=owner, at=OVER) == 1
    assert [one.standing for one in days_of(card.worker_id)] == [Standing.FORMAL]


@pytest.mark.parametrize(("kind", "own"), [(BusinessKind.ONE_PERSON, True), (BusinessKind.CORPORATION, False)])
def test_who_approves_the_own_day_is_marked(
    prime: BusinessId, gate: Gate, card: CardRow, owner: Actor, kind: BusinessKind, *, own: bool
) -> None:
    Business.objects.filter(pk=prime).update(kind=kind)
    decide_days(gate.site_id, [(card.worker_id, DAY)], counts=True, by=owner, at=NOW)
    bind_all()
    assert approval(card) == ((Approval.SELF,) if own else ())


def test_an_account_in_the_worker_s_name_approves_the_own_day(gate: Gate, card: CardRow, owner: Actor) -> None:
    Account.objects.filter(pk=owner.account_id or 0).update(display_name="見本 太郎")
    decide_days(gate.site_id, [(card.worker_id, DAY)], counts=True, by=owner, at=LATE)
    bind_all()
    assert approval(card) == (Approval.LATE, Approval.SELF)
