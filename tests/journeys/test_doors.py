"""The page of who knocks at a door that is not open here."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_closed_door_is_calm_and_has_a_way_on(visitor: Callable[[str], Visitor], settings: Any) -> None:
    settings.OFFICE_NETWORKS, settings.PORTAL_HOSTS = [], {"worker": "my.sample.example"}
    somebody = visitor("doors")
    somebody.open("/office/letters/")
    somebody.sees("決められたアドレスとネットワークから")
    somebody.open("/worker/")
    somebody.sees("https://my.sample.example/login/")
    somebody.press("最初の画面へ戻る")
