"""What an employer knows of days for other firms; what a page shows of them is in test_visible.py (ruling 38)."""

from datetime import date

import pytest

from registry.core.ids import BusinessId, WorkerId
from registry.histories.operations.edits import edit_day
from registry.histories.queries import ElsewhereDay, list_days_elsewhere
from registry.sites.operations.sites import close_site
from registry.structures.operations.rosters import RosterData, add_to_roster
from tests.factories.cast import NOW, OFFICE, Gate, a_firm, a_gate, a_touch, a_worker, owner_of
from tests.factories.days import bind_all
from tests.factories.links import link, unlink
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 1)


def lend(gate: Gate, prime: BusinessId, worker: WorkerId) -> None:
    """Put somebody on the roster of the prime itself, as another firm's man."""
    people = [(worker, RosterData(trade="02-01", position="X001"))]
    link(worker, prime, from_on=NOVEMBER, principal=False)
    add_to_roster(gate.site_id, None, people, from_on=NOVEMBER, by=owner_of(prime), at=NOW)


def test_day_trade_and_position_of_days_for_others_while_linked() -> None:
    own, other = a_firm("自社"), a_firm("よそ")
    gate, card = a_gate(other), a_worker(own, trades=("06-01", "02-01"))
    lend(gate, other, card.worker_id)
    mine = a_gate(own)
    gate.send(*(a_touch(n, card, f"2026-11-{n:02}T08:00:00+09:00") for n in (5, 10, 15)))
    mine.send(a_touch(1, card, "2026-11-16T08:00:00+09:00"))
    unlink(card.worker_id, own, until_on=date(2026, 11, 10), by=OFFICE, at=NOW)
    bind_all()
    found = list_days_elsewhere([card.worker_id], own, NOVEMBER)
    assert found == {card.worker_id: [ElsewhereDay(date(2026, 11, 5), "02-01", "X001")]}
    assert list_days_elsewhere([card.worker_id], own, date(2026, 10, 1)) == {}
    assert list_days_elsewhere([card.worker_id], a_firm("第三者"), NOVEMBER) == {}


def test_only_formal_days_and_two_sites_alike_are_one_line() -> None:
    own, other = a_firm("自社"), a_firm("よそ")
    card = a_worker(own, trades=("06-01", "01-01", "02-01"))
    gates = [a_gate(other) for n in (1, 2)]
    lend(gates[0], other, card.worker_id)
    people = [(card.worker_id, RosterData(trade="02-01", position="X001"))]
    add_to_roster(gates[1].site_id, None, people, from_on=NOVEMBER, by=owner_of(other), at=NOW)
    sites = [gate.site_id for gate in gates]
    for gate in gates:
        gate.send(a_touch(1, card, "2026-11-05T08:00:00+09:00"))
    bind_all()
    once = {card.worker_id: [ElsewhereDay(date(2026, 11, 5), "02-01", "X001")]}
    assert list_days_elsewhere([card.worker_id], own, NOVEMBER) == once
    edit_day(card.worker_id, sites[1], date(2026, 11, 5), trade="01-01", by=worker_as_actor(card.worker_id), at=NOW)
    bind_all()
    assert [one.trade for one in list_days_elsewhere([card.worker_id], own, NOVEMBER)[card.worker_id]] == [
        "01-01",
        "02-01",
    ]
    edit_day(
        card.worker_id, sites[1], date(2026, 11, 5), second_trade="06-01", by=worker_as_actor(card.worker_id), at=NOW
    )
    bind_all()
    assert len(list_days_elsewhere([card.worker_id], own, NOVEMBER)[card.worker_id]) == 3, (
        "a second trade is a line too"
    )
    for site in sites:
        close_site(site, from_on=date(2026, 11, 5), by=owner_of(other), at=NOW)
    bind_all()
    assert list_days_elsewhere([card.worker_id], own, NOVEMBER) == {}
