"""The worker's sites: first and last day, days that count and days beside."""

from datetime import date

import pytest
from django.test import Client

from registry.histories.operations.claims import ClaimData, enter_claim
from tests.factories.cast import NOW, a_firm, a_gate, a_touch, a_worker
from tests.factories.days import bind_all
from tests.factories.visitors import as_worker, worker_as_actor

pytestmark = pytest.mark.django_db


def test_each_site_stands_once_with_its_days_the_last_one_first() -> None:
    firm = a_firm()
    card, gate, further = a_worker(firm), a_gate(firm), a_gate(firm, name="もう一つの現場", store="f" * 32)
    gate.send(
        a_touch(1, card), a_touch(2, card, "2026-10-05T08:00:00+09:00"), a_touch(3, card, "2026-10-06T08:00:00+09:00")
    )
    further.send(a_touch(1, card, "2026-11-19T08:00:00+09:00"))
    gate.send(a_touch(4, a_worker(firm, "別の人"), "2026-09-01T08:00:00+09:00"))
    by = worker_as_actor(card.worker_id)
    enter_claim(card.worker_id, ClaimData(day=date(2026, 11, 10), site_id=gate.site_id), by=by, at=NOW)
    for day in (date(2026, 10, 20), date(2026, 11, 2)):
        enter_claim(card.worker_id, ClaimData(day=day, site_name="近所の家"), by=by, at=NOW)
    bind_all()

    browser = as_worker(card.worker_id)
    page = browser.get("/worker/sites/").content.decode()
    rows = page.partition("<tbody>")[2].split("</tr>")
    assert [
        word for word in ("見本ビル新築工事", "2026年10月5日", "2026年11月20日", "3日", "1日") if word not in rows[0]
    ] == []
    assert [word for word in ("近所の家", "現場IDのない現場", "0日", "2日") if word not in rows[2]] == []
    assert 'href="/worker/sites/"' in browser.get("/worker/").content.decode()


def test_without_days_the_page_says_so() -> None:
    browser: Client = as_worker(a_worker(None).worker_id)
    assert "働いた現場の記録はまだありません" in browser.get("/worker/sites/").content.decode()
