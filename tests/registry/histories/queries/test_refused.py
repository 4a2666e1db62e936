"""What a prime has refused, a page at a time."""

from datetime import date, timedelta

import pytest

from registry.core.ids import WorkerId
from registry.histories.operations.claims import refuse_claim, take_back_refusal
from registry.histories.operations.edits import decide_days, take_back_decision
from registry.histories.queries import list_refused_of_month
from tests.factories.cast import NOW, owner_of
from tests.factories.site_days import DAY, Place

pytestmark = pytest.mark.django_db


def test_entered_and_touched_days_stand_in_order_and_only_while_they_are_refused() -> None:
    place = Place()
    site, by, own, theirs = place.gate.site_id, owner_of(place.prime), place.own.worker_id, place.theirs.worker_id
    before, later = DAY - timedelta(days=1), NOW + timedelta(hours=1)
    claims = [place.enter(worker, before) for worker in (own, theirs)]
    for claim in claims:
        refuse_claim(claim, reason="記録なし", by=by, at=NOW)
    decide_days(site, [(own, before), (own, DAY), (theirs, DAY)], counts=False, reason="作業なし", by=by, at=NOW)

    def found(**page: int) -> list[tuple[int, date, int | None, str]]:
        rows = list_refused_of_month(site, DAY, **({"size": 9} | page))
        return [(one.worker_id, one.day, one.claim_id, one.reason) for one in rows]

    every = sorted(
        [
            (own, before, claims[0], "記録なし"), (own, before, None, "作業なし"), (theirs, before, claims[1], "記録なし"),
            (own, DAY, None, "作業なし"), (theirs, DAY, None, "作業なし"),
        ],
        key=lambda one: (one[1], one[0], one[2] is None),
    )  # fmt: skip
    assert found() == every
    assert [found(start=start, size=2) for start in (0, 2, 4, 6)] == [every[:2], every[2:4], every[4:], []]
    assert list_refused_of_month(site, date(2026, 10, 1), size=9) == []
    take_back_refusal(claims[1], by=by, at=later)
    take_back_decision(site, own, DAY, by=by, at=later)
    decide_days(site, [(theirs, DAY)], counts=True, by=by, at=later)
    assert found() == [one for one in every if one[:2] == (own, before)]


def test_who_is_nobody_has_no_refusal_to_take_back() -> None:
    place = Place()
    unknown = WorkerId(place.own.worker_id + 1)
    assert not take_back_decision(place.gate.site_id, unknown, DAY, by=owner_of(place.prime), at=NOW)
