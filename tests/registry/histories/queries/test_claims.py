"""Days entered by hand as they are listed, and whose mark they wait for."""

from datetime import date
from typing import Any

import pytest

from registry.histories.operations.binder import bind_months
from registry.histories.operations.claims import ClaimData, confirm_claim, enter_claim, withdraw_claim
from registry.histories.queries import (
    get_claim,
    list_claims_of_worker,
    list_claims_to_confirm,
    list_open_claims,
    path_of_day,
)
from tests.factories.cast import NOW, Gate, a_firm, a_gate, a_tenure, a_touch, a_worker, owner_of
from tests.factories.shared import shared
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db
DAY, NOVEMBER = NOW.date(), date(2026, 11, 1)


class Place:
    """A site over two tiers with a worker at the bottom and a claim of his."""

    def __init__(self) -> None:
        self.prime, self.first, self.second = a_firm("元請"), a_firm("一次"), a_firm("二次")
        self.gate: Gate = a_gate(self.prime)
        above = a_tenure(self.gate.site_id, self.prime, self.first)
        a_tenure(self.gate.site_id, self.prime, self.second, below=above.node_id)
        self.card = a_worker(self.second)
        self.worker, self.self = self.card.worker_id, worker_as_actor(self.card.worker_id)
        self.claim = self.enter(site_id=self.gate.site_id)

    def enter(self, **more: Any) -> int:
        """Enter a day, and let it be bound."""
        claim = enter_claim(self.worker, ClaimData(**{"day": DAY, **more}), by=self.self, at=NOW)
        bind_months([(self.worker, NOVEMBER)])
        return claim


place = shared(Place)


def test_each_firm_s_part_in_a_claim(place: Place) -> None:
    parts = {
        firm: [(one.as_employer, one.as_first_tier, one.is_done) for one in list_claims_to_confirm(firm, on=DAY)]
        for firm in (place.second, place.first, place.prime, a_firm("別"))
    }
    assert list(parts.values()) == [[(True, False, False)], [(False, True, False)], [], []]
    confirm_claim(place.claim, by=owner_of(place.first), at=NOW)
    assert [one.is_done for one in list_claims_to_confirm(place.first, on=DAY)] == [True]
    assert [one.is_done for one in list_claims_to_confirm(place.second, on=DAY)] == [False]


def test_an_employer_that_is_the_first_tier_has_both_parts() -> None:
    prime, firm = a_firm("元請"), a_firm("一次")
    gate = a_gate(prime)
    a_tenure(gate.site_id, prime, firm)
    worker = a_worker(firm).worker_id
    claim = enter_claim(worker, ClaimData(day=DAY, site_id=gate.site_id), by=worker_as_actor(worker), at=NOW)
    bind_months([(worker, NOVEMBER)])
    (one,) = list_claims_to_confirm(firm, on=DAY)
    assert (one.as_employer, one.as_first_tier, one.is_done) == (True, True, False)
    confirm_claim(claim, by=owner_of(firm), at=NOW)
    assert list_claims_to_confirm(firm, on=DAY)[0].is_done


def test_a_claim_stands_once_beside_touches_of_the_month(place: Place) -> None:
    place.gate.send(a_touch(1, place.card), a_touch(2, place.card, "2026-11-18T08:00:00+09:00"))
    bind_months([(place.worker, NOVEMBER)])
    assert [one.row.id for one in list_claims_to_confirm(place.second, on=DAY)] == [place.claim]


def test_what_is_taken_back_is_in_no_list_and_can_still_be_read(place: Place) -> None:
    assert [one.id for one in list_open_claims([place.gate.site_id])] == [place.claim]
    withdraw_claim(place.claim, by=place.self, at=NOW)
    assert list_open_claims([place.gate.site_id]) == []
    assert list_claims_of_worker(place.worker, NOVEMBER) == []
    assert list_claims_to_confirm(place.second, on=DAY) == []
    assert get_claim(place.claim)
    assert get_claim(0) is None


def test_a_site_without_id_is_named(place: Place) -> None:
    named = place.enter(site_name="無番の現場", day=date(2026, 11, 2))
    found = list_claims_of_worker(place.worker, NOVEMBER)
    assert [(one.id, one.site_name) for one in found] == [(named, "無番の現場"), (place.claim, "見本ビル新築工事")]
    assert list_claims_of_worker(place.worker, date(2026, 10, 1)) == []


def test_the_path_of_a_day_comes_from_claims_and_touches_alike(place: Place) -> None:
    path = (place.second, place.first, place.prime)
    assert path_of_day(place.worker, place.gate.site_id, DAY) == path
    place.gate.send(a_touch(1, place.card, "2026-11-18T08:00:00+09:00"))
    assert path_of_day(place.worker, place.gate.site_id, date(2026, 11, 18)) == path
    assert path_of_day(place.worker, place.gate.site_id, date(2026, 11, 17)) == ()
