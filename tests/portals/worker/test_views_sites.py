"""The worker's sites: first and last day, days that count and days beside."""

import pytest
from django.test import Client

from tests.factories.cast import a_worker
from tests.factories.site_days import days_on_three_sites
from tests.factories.visitors import as_worker

pytestmark = pytest.mark.django_db


def test_each_site_stands_once_with_its_days_the_last_one_first() -> None:
    worker_id = days_on_three_sites()
    browser = as_worker(worker_id)
    page = browser.get("/worker/sites/").content.decode()
    rows = page.partition("<tbody>")[2].split("</tr>")
    assert [
        word for word in ("見本ビル新築工事", "2026年10月5日", "2026年11月20日", "3日", "1日") if word not in rows[0]
    ] == []
    assert all(row.count('<th scope="row"><div>') == 1 for row in rows[:-1]), "on a phone one piece beside nothing"
    assert [word for word in ("近所の家", "現場IDのない現場", "0日", "2日") if word not in rows[2]] == []
    assert 'href="/worker/sites/"' in browser.get("/worker/").content.decode()


def test_without_days_the_page_says_so() -> None:
    browser: Client = as_worker(a_worker(None).worker_id)
    assert "働いた現場の記録はまだありません" in browser.get("/worker/sites/").content.decode()
