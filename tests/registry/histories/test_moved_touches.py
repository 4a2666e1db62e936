"""Days follow what is corrected of a site: where it lies, and which one touches were meant for."""

from datetime import date, time

import pytest

from registry.core.ids import BusinessId, IdKind, SiteId, WorkerId, make_id
from registry.histories.operations.unregistered import join_unregistered_site
from registry.histories.queries import list_days_of_worker
from registry.histories.states import Reason
from registry.sites.operations.sites import SiteData, SiteNames, correct_site, open_site
from registry.sites.operations.unregistered import BoardData, open_unregistered_site
from registry.touches.operations.orphans import name_site
from tests.factories.cast import NOW, OFFICE, STARTED, a_firm, a_gate, a_touch, a_worker, owner_of
from tests.registry.histories.operations.test_unregistered import phone_on
from tests.registry.histories.test_order import follow_all

pytestmark = pytest.mark.django_db(transaction=True)
NIGHT = "2026-10-15T02:00:00+09:00"  # of the 14th where days begin at four


def a_site_whose_days_begin_at_midnight(prime: BusinessId) -> SiteId:
    data = SiteData(
        name="駅前", prefecture="13", address="東京都", public_works=False, from_on=STARTED, terminal_name="門",
        day_begins_at=time(0),
    )  # fmt: skip
    return open_site(prime, data, by=owner_of(prime), at=NOW)


def days(worker_id: WorkerId) -> list[tuple[int | None, date]]:
    follow_all()
    return [(row.bound.site_id, row.bound.day) for row in list_days_of_worker(worker_id, date(2026, 10, 1))]


def test_a_site_s_prefecture_decides_how_far_it_is() -> None:
    prime = a_firm()
    here, there, card = a_gate(prime), a_gate(prime, name="となり"), a_worker(prime)
    for gate, at in ((here, "07:58"), (there, "08:10")):
        gate.send(a_touch(1, card, f"2026-10-20T{at}:00+09:00"))
    for prefecture, far in (("13", False), ("27", True), ("13", False)):
        names = SiteNames(name="となり", prefecture=prefecture, address="見本町")
        correct_site(there.site_id, names, by=owner_of(prime), at=NOW)
        assert len(days(card.worker_id)) == 2
        rows = list_days_of_worker(card.worker_id, date(2026, 10, 1))
        assert {Reason.TWO_PLACES in row.bound.reasons for row in rows} == {far}


def test_a_touch_that_was_meant_for_another_site_has_one_day() -> None:
    prime, wrong = a_firm(), make_id(IdKind.SITE)
    site, card = a_site_whose_days_begin_at_midnight(prime), a_worker(prime)
    a_gate(prime).send({**a_touch(1, card, NIGHT), "site": str(wrong)})
    assert days(card.worker_id) == [(wrong, date(2026, 10, 14))]
    name_site(wrong, site, by=OFFICE, at=NOW)
    assert days(card.worker_id) == [(site, date(2026, 10, 15))]


def test_a_touch_from_before_an_unregistered_site_was_opened_has_one_day_when_it_is_joined() -> None:
    prime = a_firm()
    site, card, by = a_site_whose_days_begin_at_midnight(prime), a_worker(prime), owner_of(prime)
    board = open_unregistered_site(BoardData(name="掲示の現場"), by=by, at=NOW)
    phone_on(board, by).send(a_touch(1, card, NIGHT))
    assert days(card.worker_id) == [(board, date(2026, 10, 14))]
    join_unregistered_site(board, site, by=by, at=NOW)
    assert days(card.worker_id) == [(site, date(2026, 10, 15))]
