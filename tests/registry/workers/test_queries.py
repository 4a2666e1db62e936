"""Finding workers and reading what hangs on them."""

from datetime import date, timedelta

import pytest

from registry.core.ids import WorkerId
from registry.workers.models import Affiliation, Worker
from registry.workers.operations.links import ask_for_link
from registry.workers.operations.registration import InsuranceData, change_trades
from registry.workers.policy import BLOCKS, OWN_BLOCKS, WORKER_POLICY
from registry.workers.queries import (
    exists_worker,
    fields_of_workers,
    find_registered,
    linked_businesses,
    linked_workers,
    list_ended_links,
    list_link_requests,
    registered_trades,
    search_workers,
    worker_of_account,
)
from registry.workers.states import InsuranceItem, LinkSide
from tests.factories.cast import NOW, OFFICE, REGISTERED, a_firm, a_worker, owner_of
from tests.factories.links import link
from tests.factories.visitors import account_of_worker, worker_as_actor

pytestmark = pytest.mark.django_db
TODAY, BEGUN = date(2026, 11, 20), REGISTERED.date()
DAY = timedelta(days=1)


def test_the_worker_of_an_account() -> None:
    card = a_worker(None)
    assert worker_of_account(account_of_worker(card.worker_id)) == card.worker_id
    assert worker_of_account(0) is None


def test_whether_there_is_such_a_worker() -> None:
    assert exists_worker(a_worker(None).worker_id)
    assert not exists_worker(12345678901821)


def test_a_form_finds_what_it_registered() -> None:
    worker_id = a_worker(None).worker_id
    Worker.objects.filter(pk=worker_id).update(form_key="k")
    assert (find_registered("k"), find_registered("x"), find_registered("")) == (worker_id, None, None)


def test_all_trades_that_a_worker_ever_registered_those_of_now_first() -> None:
    worker_id = a_worker(None, trades=("06-01", "01-01")).worker_id
    change_trades(worker_id, ("02-01", "01-01"), from_on=TODAY, by=OFFICE, at=NOW)
    assert registered_trades([worker_id, 0]) == {worker_id: ["02-01", "01-01", "06-01"]}


@pytest.mark.parametrize(("day", "linked"), [(BEGUN - DAY, False), (BEGUN, True), (TODAY - DAY, True), (TODAY, False)])
def test_a_link_holds_from_its_first_day_to_the_day_before_its_end(day: date, linked: bool) -> None:
    firm = a_firm()
    worker_id = a_worker(firm).worker_id
    Affiliation.objects.update(until_on=TODAY)
    assert linked_workers(firm, on=day) == ([worker_id] if linked else [])
    assert linked_businesses([worker_id], on=day) == ({worker_id: {firm}} if linked else {})
    assert search_workers("見本", among=firm, on=day) == ([worker_id] if linked else [])


def test_a_firm_by_name_is_no_registered_firm() -> None:
    worker_id = a_worker(None, employer_name="名前だけの会社").worker_id
    assert linked_businesses([worker_id], on=TODAY) == {}


def test_an_ended_link_begins_on_its_own_day_whatever_went_before() -> None:
    firm, worker_id = a_firm(), a_worker(None).worker_id
    days = (
        (date(2024, 1, 1), date(2024, 6, 1), True),
        (date(2024, 6, 1), date(2025, 1, 1), False),  # ended before the days that are asked for
        (date(2026, 3, 1), date(2026, 10, 1), False),
    )
    Affiliation.objects.bulk_create(
        Affiliation(worker_id=worker_id, business_id=firm, from_on=from_on, until_on=until_on, goes_on=goes_on)
        for from_on, until_on, goes_on in days
    )
    (row,) = list_ended_links(since=date(2026, 1, 1), worker_id=worker_id)
    assert (row.from_on, row.until_on) == (date(2026, 3, 1), date(2026, 10, 1))
    assert [row.from_on for row in list_ended_links(since=date(2024, 1, 1), worker_id=worker_id)] == [
        date(2026, 3, 1), date(2024, 1, 1),
    ]  # fmt: skip


def test_a_worker_of_two_firms() -> None:
    one, other = a_firm(), a_firm("別の会社")
    worker_id = a_worker(one).worker_id
    link(worker_id, other, from_on=TODAY, principal=False)
    assert linked_businesses([worker_id], on=TODAY) == {worker_id: {one, other}}


@pytest.mark.parametrize("words", ["高橋", "髙橋", "たかはし", "ﾀｶﾊｼ", "よしろう", "高橋 吉郎", "タカ　ハシ"])
def test_a_search_forgives_how_a_name_is_typed(words: str) -> None:
    worker_id = a_worker(None, "髙橋", given_name="𠮷郎", family_kana="タカハシ", given_kana="ヨシロウ").worker_id
    assert search_workers(words, among=None, on=TODAY) == [worker_id]


@pytest.mark.parametrize("words", ["", " ", "・", ".", "  ・ ", "%", "_", "鈴木"])
def test_nothing_signs_and_others_find_nobody(words: str) -> None:
    a_worker(None)
    assert search_workers(words, among=None, on=TODAY) == []


def test_a_search_among_a_firms_people_finds_no_others() -> None:
    firm = a_firm()
    own = a_worker(firm).worker_id
    a_worker(None)
    assert search_workers("見本", among=firm, on=TODAY) == [own]


def test_people_stand_in_the_order_of_their_reading() -> None:
    firm = a_firm()
    last = a_worker(firm, family_kana="ワ").worker_id
    first = a_worker(firm, family_kana="ア").worker_id
    assert linked_workers(firm, on=TODAY) == search_workers("見本", among=None, on=TODAY) == [first, last]
    assert linked_workers(firm, on=TODAY, start=1) == [last]


def test_columns_alone_or_with_what_hangs_on_them() -> None:
    insurance = InsuranceData(item=InsuranceItem.HEALTH, joined=True)
    worker_id = a_worker(a_firm(), insurances=(insurance,), trades=("06-01", "01-01")).worker_id
    columns, whole = (
        fields_of_workers([worker_id])[worker_id],
        fields_of_workers([worker_id], blocks_on=TODAY)[worker_id],
    )
    assert set(columns) == {one.name for one in WORKER_POLICY.fields} - BLOCKS
    assert set(whole) == set(columns) | OWN_BLOCKS
    assert whole["trades"] == ["06-01", "01-01"]
    assert [one.item for one in whole["insurances"]] == ["health"]
    assert [(one.business_name, one.principal) for one in whole["affiliations"]] == [("見本建設株式会社", True)]
    assert whole["credentials"] == []


def test_an_employer_without_an_id_stands_by_name() -> None:
    worker_id = a_worker(None, employer_name="名前だけの会社").worker_id
    (row,) = fields_of_workers([worker_id], blocks_on=TODAY)[worker_id]["affiliations"]
    assert (row.business_id, row.business_name) == (None, "名前だけの会社")


def test_questions_for_links_that_wait_from_both_sides() -> None:
    firm, worker_id = a_firm(), a_worker(None).worker_id
    asked = ask_for_link(worker_id, firm, from_on=TODAY, principal=True, by=worker_as_actor(worker_id), at=NOW)
    (row,) = list_link_requests(worker_id=worker_id)
    assert list_link_requests(business_id=firm) == [row]
    assert (row.id, row.asked_by, row.business_name, row.principal) == (
        asked,
        LinkSide.WORKER,
        "見本建設株式会社",
        True,
    )
    ask_for_link(worker_id, firm, from_on=TODAY, principal=True, by=owner_of(firm), at=NOW)  # answers it
    assert list_link_requests(worker_id=worker_id) == list_link_requests(business_id=firm) == []
    assert list_link_requests(worker_id=WorkerId(12345678901821)) == []
