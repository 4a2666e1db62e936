"""Whose word an entry waits for."""

import re
from datetime import timedelta

import pytest

from registry.histories.operations.binder import bind_months
from registry.histories.operations.claims import ClaimData, answer_refusal, approve_claims, enter_claim, refuse_claim
from tests.factories.cast import NOW, a_firm, a_gate, a_tenure, a_worker, owner_of
from tests.factories.site_days import Place
from tests.factories.visitors import as_worker, worker_as_actor

pytestmark = pytest.mark.django_db
DAY = NOW.date()
TODAY = f"/worker/days/{DAY.year}-{DAY.month}-{DAY.day}/"


@pytest.mark.parametrize(
    ("firms", "steps"),
    [
        (0, ["元請の承認"]),
        (1, ["所属会社（一次下請）の確認", "元請の承認"]),
        (2, ["所属会社の確認", "一次下請の確認", "元請の承認"]),
    ],
)
def test_a_claim_has_a_step_for_each_firm_that_gives_its_word(firms: int, steps: list[str]) -> None:
    """Ruling 28: where one firm is all three its approval is the only mark."""
    prime = a_firm()
    gate, employer, node = a_gate(prime), prime, None
    for number in range(firms):
        employer = a_firm(f"第{number}下請")
        node = a_tenure(gate.site_id, prime, employer, below=node).node_id
    worker = a_worker(employer, "人").worker_id
    enter_claim(worker, ClaimData(day=DAY, site_id=gate.site_id), by=worker_as_actor(worker), at=NOW)
    bind_months([(worker, DAY.replace(day=1))])
    page = as_worker(worker).get(TODAY).content.decode()
    shown = re.findall(r"<li[^>]*>([^<]*)</li>", page.partition('<ol class="ds-timeline">')[2].partition("</ol>")[0])
    assert shown == ["入力", *steps]


def test_an_employer_without_a_place_on_the_site_is_not_called_the_first_tier() -> None:
    gate, employer = a_gate(a_firm()), a_firm("招待前の会社")
    worker = a_worker(employer, "人").worker_id
    enter_claim(worker, ClaimData(day=DAY, site_id=gate.site_id), by=worker_as_actor(worker), at=NOW)
    bind_months([(worker, DAY.replace(day=1))])
    page = as_worker(worker).get(TODAY).content.decode()
    assert "所属会社の確認<" in page
    assert "一次下請" not in page.partition('<ol class="ds-timeline">')[2].partition("</ol>")[0]


def test_a_refused_claim_has_no_steps_before_it_is_answered() -> None:
    place = Place()
    claim, by = place.enter(place.own.worker_id, DAY), worker_as_actor(place.own.worker_id)
    browser = as_worker(place.own.worker_id)

    def card() -> str:
        return browser.get(TODAY).content.decode().partition(">直接入力</h2>")[2]

    assert "元請の承認" in card()
    refuse_claim(claim, reason="記録がありません", by=owner_of(place.prime), at=NOW)
    assert "元請の承認" not in card()
    answer_refusal(claim, note="職長と入場しました", by=by, at=NOW)
    said = ("元請の承認", "否認の理由：記録がありません", "あなたの答え：職長と入場しました")
    assert [text for text in said if text not in card()] == []


def test_a_word_without_which_the_prime_approved_is_not_said_to_wait() -> None:
    place = Place()
    claim, browser = place.enter(place.theirs.worker_id, DAY - timedelta(days=1)), as_worker(place.theirs.worker_id)

    def page() -> str:
        return browser.get(f"/worker/days/{DAY.year}-{DAY.month}-{DAY.day - 1}/").content.decode()

    assert "所属会社（一次下請）の確認<" in page()
    approve_claims([claim], by=owner_of(place.prime), at=NOW)
    bind_months([(place.theirs.worker_id, DAY.replace(day=1))])
    assert '<li class="">所属会社（一次下請）の確認（確認なしで承認）</li>' in page()
