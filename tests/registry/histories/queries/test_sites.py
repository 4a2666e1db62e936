"""On which sites somebody has worked."""

from datetime import date

import pytest

from registry.histories.queries import list_sites_of_worker
from tests.factories.site_days import days_on_three_sites

pytestmark = pytest.mark.django_db


def test_each_site_stands_once_with_its_days_the_last_one_first() -> None:
    worker_id = days_on_three_sites()
    found = [(one.name, one.first_on, one.last_on, one.formal, one.beside) for one in list_sites_of_worker(worker_id)]
    assert found == [
        ("見本ビル新築工事", date(2026, 10, 5), date(2026, 11, 20), 3, 1),
        ("もう一つの現場", date(2026, 11, 19), date(2026, 11, 19), 1, 0),
        ("近所の家", date(2026, 10, 20), date(2026, 11, 2), 0, 2),
    ]
