"""The facts around some workers: each has his own, and only those of the months asked for."""

from datetime import date

import pytest

from registry.cards.operations import issue_card
from registry.core.days import months_around
from registry.histories.operations.claims import ClaimData, enter_claim, withdraw_claim
from registry.histories.operations.edits import decide_days, edit_day
from registry.histories.queries import load_facts
from registry.sites.states import DAY_BOUNDARY
from registry.touches.derive.days import WorkDay, day_of
from registry.touches.queries import Touched
from tests.factories.cast import NOW, OFFICE, a_firm, a_gate, a_tenure, a_touch, a_worker, owner_of
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db
DAY, NOVEMBER = NOW.date(), date(2026, 11, 1)


def test_all_that_a_day_rests_on_is_read_at_once() -> None:
    prime, firm = a_firm(), a_firm("下請")
    gate, tenure = a_gate(prime), None
    tenure = a_tenure(gate.site_id, prime, firm)
    card, other = a_worker(firm), a_worker(prime, "別")
    gate.send(a_touch(1, card), a_touch(2, other))
    by = worker_as_actor(card.worker_id)
    claim = enter_claim(card.worker_id, ClaimData(day=DAY, site_id=gate.site_id), by=by, at=NOW)
    edit_day(card.worker_id, gate.site_id, DAY, work="墨出し", by=by, at=NOW)
    decide_days(gate.site_id, [(card.worker_id, DAY)], counts=True, by=owner_of(prime), at=NOW)
    people = [card.worker_id, other.worker_id]
    facts = load_facts(people, months_around(NOVEMBER), on=DAY)
    mine, theirs = [facts.of(worker, facts.days_of(worker)) for worker in people]
    assert [link.business_id for link in mine.links] == [firm]
    assert [trade.trade for trade in mine.trades] == ["06-01"]
    assert set(mine.cards) == {1}
    assert [one.day for one in mine.days[gate.site_id]] == [DAY]
    assert [one.id for one in mine.claims] == [claim]
    assert [(one.work, one.day) for one in mine.edits] == [("墨出し", DAY)]
    assert [one.counts for one in mine.decisions] == [True]
    assert mine.sites[gate.site_id].structure.by_id[tenure.id].business_id == firm
    assert (theirs.claims, theirs.edits, theirs.decisions) == ((), (), ())


def test_the_days_of_other_months_and_what_was_taken_back_are_left_out() -> None:
    prime = a_firm()
    gate, card = a_gate(prime), a_worker(prime)
    gate.send(a_touch(1, card, "2026-09-10T08:00:00+09:00"))
    by = worker_as_actor(card.worker_id)
    enter_claim(card.worker_id, ClaimData(day=date(2026, 9, 11), site_id=gate.site_id), by=by, at=NOW)
    taken_back = enter_claim(card.worker_id, ClaimData(day=DAY, site_id=gate.site_id), by=by, at=NOW)
    withdraw_claim(taken_back, by=by, at=NOW)
    facts = load_facts([card.worker_id], months_around(NOVEMBER), on=DAY)
    assert facts.days_of(card.worker_id) == {}
    assert facts.claims == {}


def test_the_day_of_a_touch_is_found_with_all_that_was_touched_on_it() -> None:
    prime = a_firm()
    gate, card = a_gate(prime), a_worker(prime)
    gate.send(*(a_touch(n, card, f"2026-11-{n:02}T08:00:00+09:00") for n in (1, 20)))
    facts = load_facts([card.worker_id], [NOVEMBER], on=DAY)
    (moment,) = facts.days_of(card.worker_id)[gate.site_id][-1].numbers
    found = facts.day_with(card.worker_id, Touched(gate.site_id, None, moment))
    assert found == (DAY.toordinal(), [(gate.site_id, WorkDay(DAY, [moment]))])
    assert facts.day_with(card.worker_id, Touched(gate.site_id, None, moment + (1 << 16))) is None  # a minute later
    assert facts.day_with(card.worker_id, Touched(0, None, moment)) is None
    assert facts.boundaries_of(gate.site_id)[0][1] == DAY_BOUNDARY
    assert facts.boundaries_of(0)[0][1] == DAY_BOUNDARY


def test_months_before_are_read_of_those_alone_who_used_an_old_card() -> None:
    prime = a_firm()
    gate, people = a_gate(prime), [a_worker(prime, f"第{n}") for n in range(4)]
    new = [issue_card(card.worker_id, by=OFFICE, at=NOW) for card in people[:3]]
    gate.send(*(a_touch(n, card, "2026-07-20T08:00:00+09:00") for n, card in enumerate(new, 1)))
    gate.send(a_touch(4, new[0]), a_touch(5, people[1]), a_touch(6, people[3]))
    facts = load_facts([card.worker_id for card in people], months_around(NOVEMBER), on=DAY)
    assert facts.who_used_old_cards() == [people[1].worker_id]
    found = [facts.of(card.worker_id, {}).first_uses for card in people]
    assert [{branch: day_of(first) for branch, first in uses.items()} for uses in found] == [
        {2: DAY}, {1: DAY, 2: date(2026, 7, 20)}, {}, {},
    ]  # fmt: skip
