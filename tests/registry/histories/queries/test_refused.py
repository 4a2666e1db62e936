"""What a prime has refused, a page at a time."""

from datetime import date, timedelta

import pytest

from registry.core.ids import WorkerId
from registry.histories.operations.claims import refuse_claim, take_back_refusal
from registry.histories.operations.edits import decide_days, take_back_decision
from registry.histories.queries import list_refused_of_month, list_refused_of_worker
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
    for worker in (own, theirs):
        take_back_decision(site, worker, DAY, by=by, at=later)
    decide_days(site, [(theirs, DAY)], counts=True, by=by, at=later)
    assert found() == [one for one in every if one[:2] == (own, before)]


def test_a_refusal_whose_day_was_entered_anew_says_so() -> None:
    place = Place()
    site, by, own = place.gate.site_id, owner_of(place.prime), place.own.worker_id
    first = place.enter(own)
    refuse_claim(first, reason="記録なし", by=by, at=NOW)
    decide_days(site, [(own, DAY)], counts=False, reason="作業なし", by=by, at=NOW)

    def anew() -> dict[int | None, bool]:
        return {one.claim_id: one.is_entered_anew for one in list_refused_of_month(site, DAY, size=9)}

    assert anew() == {first: False, None: False}
    second = place.enter(own)
    assert anew() == {first: True, None: False}
    refuse_claim(second, reason="やはりなし", by=by, at=NOW)
    assert anew() == {first: True, second: False, None: False}, "the newer one is to be answered"


def test_who_is_nobody_has_no_refusal_to_take_back() -> None:
    place = Place()
    unknown = WorkerId(place.own.worker_id + 1)
    assert not take_back_decision(place.gate.site_id, unknown, DAY, by=owner_of(place.prime), at=NOW)


def test_a_worker_s_refused_days_of_all_months_are_known_until_they_are_entered_anew() -> None:
    place = Place()
    site, by, own = place.gate.site_id, owner_of(place.prime), place.own.worker_id
    month_ago, months_ago = date(2026, 10, 30), date(2026, 9, 1)
    claims = {day: place.enter(own, day, at=NOW - timedelta(days=20)) for day in (month_ago, months_ago)}
    refuse_claim(claims[month_ago], reason="記録なし", by=by, at=NOW)
    refuse_claim(claims[months_ago], reason="別の現場", by=by, at=NOW)
    decide_days(site, [(own, DAY), (place.theirs.worker_id, DAY)], counts=False, reason="作業なし", by=by, at=NOW)

    found = list_refused_of_worker(own)
    assert [(one.day, one.claim_id, one.of_touches, one.reason, one.site_name) for one in found] == [
        (DAY, None, True, "作業なし", "見本ビル新築工事"),
        (month_ago, claims[month_ago], False, "記録なし", "見本ビル新築工事"),
        (months_ago, claims[months_ago], False, "別の現場", "見本ビル新築工事"),
    ]
    assert [one.may_be_answered(DAY) for one in found] == [True, True, True]
    assert [one.may_be_answered(date(2027, 1, 1)) for one in found] == [False, True, True], "the site is open"
    assert [one.day for one in list_refused_of_worker(own, DAY)] == [DAY]

    place.enter(own, month_ago)
    take_back_decision(site, own, DAY, by=by, at=NOW + timedelta(hours=1))
    assert [one.day for one in list_refused_of_worker(own)] == [months_ago]
