"""The posters of a terminal: what is printed, the screen whose code changes, and withdrawing."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from portals.base.qr import qr_picture
from registry.core.ids import BusinessId
from registry.sites.derive import SCREEN_CODE_LIFE
from registry.sites.queries import TerminalRow, list_terminals
from tests.factories.cast import NOW, Gate, a_firm, a_gate
from tests.factories.visitors import as_firm

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(prime: BusinessId, gate: Gate) -> Client:
    return as_firm(prime)


def terminal_of(gate: Gate) -> TerminalRow:
    return list_terminals(gate.site_id)[0]


def address(gate: Gate, page: str) -> str:
    return f"/business/sites/{gate.site_id}/terminals/{terminal_of(gate).id}/{page}/"


def picture(code: str) -> str:
    return qr_picture(f"{settings.PUBLIC_URL}/worker/scan/{code}/", "入退場を打刻するQRコード")


def test_the_printed_poster_carries_the_terminals_code(client: Client, gate: Gate) -> None:
    page = client.get(address(gate, "poster"), headers={"Host": "localhost"}).content.decode()
    assert picture(terminal_of(gate).poster_code()) in page
    for text in ("見本ビル新築工事", "正面ゲート", "第1版", "カメラで、QRコードを読み取ります"):
        assert text in page


def test_the_poster_leads_to_the_host_of_the_workers_pages(client: Client, gate: Gate, settings: Any) -> None:
    settings.PORTAL_HOSTS = {"worker": "my.sample.example"}
    link = f"https://my.sample.example/worker/scan/{terminal_of(gate).poster_code()}/"
    assert qr_picture(link, "入退場を打刻するQRコード") in client.get(address(gate, "poster")).content.decode()


def test_a_screen_shows_a_code_of_now_and_brings_the_next_one_in_time(client: Client, gate: Gate) -> None:
    first = client.get(address(gate, "screen"))
    assert picture(terminal_of(gate).poster_code(NOW)) in first.content.decode()
    assert '<noscript><meta http-equiv="refresh" content="20"></noscript>' in first.content.decode()
    assert "12:01:00 まで" in first.content.decode()
    assert "no-store" in first.headers["Cache-Control"]
    with time_machine.travel(NOW + SCREEN_CODE_LIFE / 2, tick=False):
        later = terminal_of(gate).poster_code(NOW + timedelta(seconds=30))
        assert picture(later) in client.get(address(gate, "screen")).content.decode()


def test_a_withdrawn_poster_makes_room_for_the_next_edition(client: Client, gate: Gate) -> None:
    before = terminal_of(gate).poster_code()
    assert "打刻できなくなります" in client.get(address(gate, "poster/withdraw")).content.decode()
    for _ in range(2):  # a second click
        page = client.post(address(gate, "poster/withdraw"), {"edition": "1"}, follow=True).content.decode()
    assert "第2版" in page
    assert picture(before) not in page


def test_the_pages_of_devices_and_of_the_site_lead_to_the_poster(client: Client, gate: Gate) -> None:
    for page in (f"/business/sites/{gate.site_id}/", f"/business/sites/{gate.site_id}/terminals/"):
        assert f'href="{address(gate, "poster")}"' in client.get(page).content.decode()


@pytest.mark.parametrize("page", ["poster", "poster/withdraw", "screen"])
def test_another_firm_finds_nothing(gate: Gate, page: str) -> None:
    other = as_firm(a_firm("別の会社"))
    assert other.get(address(gate, page)).status_code == 404
    other.post(address(gate, page), {"edition": "1"})
    assert terminal_of(gate).poster_generation == 1


def test_a_terminal_of_another_site_is_not_found(client: Client, gate: Gate, prime: BusinessId) -> None:
    elsewhere = a_gate(prime, name="第二工区", store="d" * 32)
    wrong = f"/business/sites/{gate.site_id}/terminals/{terminal_of(elsewhere).id}/poster/"
    assert client.get(wrong).status_code == 404
