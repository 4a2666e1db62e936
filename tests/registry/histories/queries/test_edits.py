"""Later words on days: in their order, beside what was said first, with the prime's answers."""

from datetime import date, timedelta

import pytest

from registry.histories.operations.claims import ClaimData, enter_claim
from registry.histories.operations.edits import approve_edits, edit_day, refuse_edit
from registry.histories.queries import get_edit, list_edits, list_open_edits, words_before_edits
from registry.histories.states import ClaimState, Side
from tests.factories.cast import NOW, a_firm, a_gate, a_touch, a_worker, owner_of
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db
DAY, NOVEMBER = NOW.date(), date(2026, 11, 1)
LATER = NOW + timedelta(days=90)


def test_edits_stand_in_their_order_beside_what_was_said_before() -> None:
    prime = a_firm()
    gate, card = a_gate(prime), a_worker(prime)
    gate.send(a_touch(1, card))
    edit_day(card.worker_id, gate.site_id, DAY, work="一", by=worker_as_actor(card.worker_id), at=NOW)
    edit_day(card.worker_id, gate.site_id, DAY, work="二", by=owner_of(prime), at=NOW)
    found = list_edits(card.worker_id, NOVEMBER)
    assert [(edit.work, edit.side, edit.holds) for edit in found] == [
        ("一", Side.WORKER, True),
        ("二", Side.EMPLOYER, True),
    ]
    assert list_edits(card.worker_id, date(2026, 10, 1)) == []
    assert words_before_edits(card.worker_id, {DAY})[gate.site_id, DAY].work == ""
    assert words_before_edits(card.worker_id, set()) == {}


def test_what_a_touched_day_said_first_is_not_what_somebody_entered_of_it_later() -> None:
    prime = a_firm()
    gate, card = a_gate(prime), a_worker(prime)
    gate.send(a_touch(1, card))
    by, other = worker_as_actor(card.worker_id), DAY - timedelta(days=1)
    for day in (DAY, other):
        enter_claim(card.worker_id, ClaimData(day=day, site_id=gate.site_id, work="片付け"), by=by, at=NOW)
    first = words_before_edits(card.worker_id, {DAY, other})
    assert (first[gate.site_id, DAY].work, first[gate.site_id, other].work) == ("", "片付け")


def test_what_came_late_waits_until_it_is_answered() -> None:
    prime = a_firm()
    gate, card = a_gate(prime), a_worker(prime)
    for work in ("一", "二", "三"):
        edit_day(card.worker_id, gate.site_id, DAY, work=work, by=worker_as_actor(card.worker_id), at=LATER)
    first, second, third = list_open_edits(gate.site_id)
    assert [(edit.is_open, edit.holds) for edit in (first, second, third)] == [(True, False)] * 3
    approve_edits([first.id], by=owner_of(prime), at=LATER)
    refuse_edit(second.id, reason="違います", by=owner_of(prime), at=LATER)
    assert list_open_edits(gate.site_id) == [third]
    approved, refused = get_edit(first.id), get_edit(second.id)
    assert approved
    assert (approved.holds, approved.answer, approved.answered_by) == (True, ClaimState.APPROVED, prime)
    assert refused
    assert (refused.holds, refused.answer, refused.answer_reason) == (False, ClaimState.REFUSED, "違います")
    assert get_edit(0) is None
