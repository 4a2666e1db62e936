"""Issuing, stopping, replacing, ending cards (rulings 16, 19)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from registry.accounts.states import Permission
from registry.audit.models import Move
from registry.cards.models import Card
from registry.cards.operations import (
    ShippedOnError,
    TokenTakenError,
    end_card,
    issue_card,
    lift_stop,
    register_token,
    register_worker_with_card,
    ship_card,
    stop_card,
    stop_old_card,
)
from registry.cards.queries import CardRow, newest_card
from registry.cards.states import CardState
from registry.changes.models import Change
from registry.core.actor import Actor, ActorKind
from registry.core.days import JST
from registry.core.errors import MoveRefusedError, NotAllowedError, NotFoundError
from registry.core.ids import WorkerId
from registry.notices.models import Notice
from registry.workers.models import Worker
from registry.workers.operations.registration import WorkerData
from tests.factories.cast import NOW, OFFICE, REGISTERED, a_firm, a_worker, owner_of
from tests.factories.visitors import worker_as_actor
from tests.registry.workers.operations.test_registration import data

pytestmark = pytest.mark.django_db
BY: dict[str, Any] = {"by": OFFICE, "at": NOW}


@pytest.fixture
def card() -> CardRow:
    return a_worker(None)


def states(worker_id: int) -> list[str]:
    """States of all cards of a worker, by branch."""
    return list(Card.objects.filter(worker=worker_id).order_by("branch").values_list("state", flat=True))


def last_mark() -> Any:
    """The newest mark about a card."""
    return Change.objects.filter(kind="card").latest("pk")


def test_the_first_card_is_white_and_has_branch_one(card: CardRow) -> None:
    assert (card.branch, card.state, card.colour) == (1, CardState.ACTIVE, "white")
    assert card.number == f"{card.worker_id}-01"
    assert last_mark().from_on == REGISTERED.date()


def test_a_new_card_replaces_the_one_before(card: CardRow) -> None:
    issue_card(card.worker_id, **BY)
    assert states(card.worker_id) == ["replaced", "active"]
    assert newest_card(card.worker_id) != card


def test_a_stopped_card_is_replaced_too(card: CardRow) -> None:
    stop_card(card.worker_id, reason="lost", **BY)
    issue_card(card.worker_id, **BY)
    assert states(card.worker_id) == ["replaced", "active"]


def test_a_dead_card_stays_dead_when_a_new_one_is_issued(card: CardRow) -> None:
    end_card(card.worker_id, reason="gone", **BY)
    assert issue_card(card.worker_id, **BY).branch == 2
    assert states(card.worker_id) == ["dead", "active"]


def test_the_colour_is_that_of_the_level(card: CardRow) -> None:
    Worker.objects.update(level=4)
    assert issue_card(card.worker_id, **BY).colour == "gold"


def test_without_a_document_a_card_is_short(card: CardRow) -> None:
    short = issue_card(card.worker_id, has_document=False, **BY)
    assert short.valid_until < card.valid_until
    assert short.valid_until.year == 2029


def test_a_form_repeated_issues_one_card() -> None:
    typed: WorkerData = data()
    one = register_worker_with_card(typed, key="k", **BY)
    assert register_worker_with_card(typed, key="k", **BY) == one
    assert Card.objects.count() == 1


def test_a_lost_card_is_stopped_at_once_and_the_worker_is_told(card: CardRow) -> None:
    stopped = stop_card(card.worker_id, reason="lost", **BY)
    assert (stopped.state, Card.objects.get().stopped_at) == (CardState.STOPPED, NOW)
    assert not stopped.is_valid(NOW.date())
    assert Notice.objects.filter(kind="card_stopped").count() == 1
    assert last_mark().from_on == NOW.date()


def test_a_found_card_works_again_from_the_day_it_was_stopped(card: CardRow) -> None:
    stop_card(card.worker_id, reason="lost", **BY)
    lifted = lift_stop(card.worker_id, by=OFFICE, at=NOW + timedelta(days=3))
    assert (lifted.state, Card.objects.get().stopped_at) == (CardState.ACTIVE, None)
    assert last_mark().from_on == NOW.date()  # the days in between become good


def test_what_is_not_stopped_is_not_lifted_and_what_is_not_active_not_stopped(card: CardRow) -> None:
    with pytest.raises(NotFoundError):
        lift_stop(card.worker_id, **BY)
    stop_card(card.worker_id, reason="lost", **BY)
    with pytest.raises(NotFoundError):
        stop_card(card.worker_id, reason="again", **BY)


def test_a_replaced_card_that_was_lost_is_stopped_for_good_and_the_new_one_is_not(card: CardRow) -> None:
    issue_card(card.worker_id, **BY)
    by = worker_as_actor(card.worker_id)
    stopped = stop_old_card(card.worker_id, 1, reason="lost", by=by, at=NOW)
    assert (stopped.state, stopped.stopped_at, states(card.worker_id)) == (CardState.DEAD, NOW, ["dead", "active"])
    assert (Notice.objects.filter(kind="card_stopped").count(), last_mark().from_on) == (1, NOW.date())
    for branch in (1, 2):
        with pytest.raises(NotFoundError):
            stop_old_card(card.worker_id, branch, reason="lost", by=by, at=NOW)
    with pytest.raises(NotAllowedError):
        stop_old_card(card.worker_id, 1, reason="lost", by=worker_as_actor(a_worker(None).worker_id), at=NOW)


def test_an_ended_card_cannot_be_ended_again(card: CardRow) -> None:
    end_card(card.worker_id, reason="gone", **BY)
    with pytest.raises(MoveRefusedError):
        end_card(card.worker_id, reason="gone", **BY)


def test_an_ended_card_is_ended_from_a_moment_on_and_the_worker_is_told(card: CardRow) -> None:
    ended = end_card(card.worker_id, reason="gone", **BY)
    assert (ended.state, ended.stopped_at) == (CardState.DEAD, NOW)
    assert Notice.objects.filter(kind="card_ended").count() == 1
    assert last_mark().from_on == NOW.date()


def test_a_stopped_card_that_is_ended_stays_stopped_from_the_first_moment(card: CardRow) -> None:
    stop_card(card.worker_id, reason="lost", **BY)
    assert end_card(card.worker_id, reason="gone", by=OFFICE, at=NOW + timedelta(days=3)).stopped_at == NOW


def test_a_replaced_card_that_still_works_is_ended_by_its_branch(card: CardRow) -> None:
    issue_card(card.worker_id, **BY)
    assert end_card(card.worker_id, branch=1, reason="lost", **BY).number == card.number
    assert states(card.worker_id) == ["dead", "active"]
    with pytest.raises(NotFoundError):
        end_card(card.worker_id, branch=3, reason="lost", **BY)


def test_the_branch_that_is_there_is_not_issued_again(card: CardRow) -> None:
    new = [issue_card(card.worker_id, branch=2, reason="破損", **BY) for _ in range(2)]
    assert new[0] == new[1]
    assert states(card.worker_id) == ["replaced", "active"]
    assert Move.objects.get(noun="cards_card", move="issue", reason="破損").subject_id == Card.objects.get(branch=2).pk


def test_a_worker_stops_and_lifts_the_own_card_and_no_other(card: CardRow) -> None:
    own, other = worker_as_actor(card.worker_id), worker_as_actor(a_worker(None).worker_id)
    with pytest.raises(NotAllowedError):
        stop_card(card.worker_id, reason="lost", by=other, at=NOW)
    stop_card(card.worker_id, reason="lost", by=own, at=NOW)
    with pytest.raises(NotAllowedError):
        lift_stop(card.worker_id, by=other, at=NOW)
    lift_stop(card.worker_id, by=own, at=NOW)
    assert states(card.worker_id) == ["active"]


def test_an_employer_does_not_stop_a_workers_card() -> None:
    firm = a_firm()
    card = a_worker(firm)
    with pytest.raises(NotAllowedError):
        stop_card(card.worker_id, reason="lost", by=owner_of(firm), at=NOW)


def test_a_token_belongs_to_one_card(card: CardRow) -> None:
    other = a_worker(None)
    for _ in range(2):
        register_token(card.worker_id, 1, "04AA", **BY)
    with pytest.raises(TokenTakenError) as refused:
        register_token(other.worker_id, 1, "04AA", **BY)
    assert refused.value.field == "token"
    assert Card.objects.get(token="04AA").worker_id == card.worker_id
    with pytest.raises(NotFoundError):
        register_token(card.worker_id, 2, "04BB", **BY)


def test_a_card_leaves_the_house_once(card: CardRow) -> None:
    ship_card(card.worker_id, **BY)
    ship_card(card.worker_id, by=OFFICE, at=NOW + timedelta(days=5))
    assert Card.objects.get().shipped_at == NOW
    assert not Notice.objects.filter(kind="card_shipped").exists()  # the first card comes with the carrier


def test_a_day_of_shipment_is_one_since_the_issue_and_the_worker_is_told_of_a_further_card(card: CardRow) -> None:
    issue_card(card.worker_id, by=OFFICE, at=NOW - timedelta(days=5))
    for day in (-6, 1):
        with pytest.raises(ShippedOnError) as refused:
            ship_card(card.worker_id, on=NOW.date() + timedelta(days=day), **BY)
        assert refused.value.field == "shipped_on"
    newest = newest_card(card.worker_id)
    assert newest is not None
    assert newest.shipped_at is None

    three = NOW.date() - timedelta(days=3)
    for _ in range(2):
        shipped = ship_card(card.worker_id, on=three, **BY)
    assert shipped.shipped_at == datetime(2026, 11, 17, tzinfo=JST)
    assert last_mark().from_on == three
    assert Notice.objects.filter(kind="card_shipped").count() == 1


ACTS: dict[str, Callable[..., object]] = {
    "issue": issue_card,
    "end": lambda worker, **by: end_card(worker, reason="", **by),
    "token": lambda worker, **by: register_token(worker, 1, "t", **by),
    "ship": ship_card,
}


@pytest.mark.parametrize("act", ACTS)
def test_only_the_office_does_this(card: CardRow, act: str) -> None:
    reader = Actor(ActorKind.OFFICE, rights=frozenset({Permission.OFFICE_SEARCH}))
    for by in (reader, worker_as_actor(card.worker_id)):
        with pytest.raises(NotAllowedError):
            ACTS[act](card.worker_id, by=by, at=NOW)


@pytest.mark.parametrize("act", [one for one in ACTS if one != "issue"])
def test_who_has_no_card_has_none_to_change(act: str) -> None:
    with pytest.raises(NotFoundError):
        ACTS[act](WorkerId(12345678901821), **BY)


def test_a_card_for_nobody_is_refused() -> None:
    with pytest.raises(NotFoundError):
        issue_card(WorkerId(12345678901821), **BY)
