"""The posters of a terminal: what is printed, the screen whose code changes, and withdrawing."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from portals.base.qr import qr_picture
from registry.core.ids import BusinessId
from registry.sites.derive import SCREEN_CODE_LIFE
from registry.sites.models import Terminal
from registry.sites.operations.sites import add_terminal, close_site
from registry.sites.queries import TerminalRow, list_terminals
from tests.factories.cast import NOW, Gate, a_firm, a_gate, owner_of
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


@pytest.mark.parametrize("page", ["poster", "poster/withdraw", "screen", "screen/link", "screen/link/end"])
def test_another_firm_finds_nothing(gate: Gate, page: str) -> None:
    other = as_firm(a_firm("別の会社"))
    assert other.get(address(gate, page)).status_code == (302 if page.endswith("end") else 404)  # a button leads home
    assert other.post(address(gate, page), {"edition": "1", "up": "1"}).status_code == 404
    assert terminal_of(gate).poster_generation == 1


def test_a_terminal_of_another_site_is_not_found(client: Client, gate: Gate, prime: BusinessId) -> None:
    elsewhere = a_gate(prime, name="第二工区")
    wrong = f"/business/sites/{gate.site_id}/terminals/{terminal_of(elsewhere).id}/poster/"
    assert client.get(wrong).status_code == 404


def link_of(page: str) -> str:
    """The secret address that a page shows."""
    found = re.search(r"/screen/[\w-]{40,}/", page)
    assert found
    return found[0]


def test_a_screen_has_an_address_of_its_own_that_shows_the_poster_and_nothing_else(client: Client, gate: Gate) -> None:
    assert "ログインは要りません" in client.get(address(gate, "screen/link")).content.decode()
    link = link_of(client.post(address(gate, "screen/link")).content.decode())
    nobody = Client()
    answer = nobody.get(link)
    page = answer.content.decode()
    assert (answer.status_code, picture(terminal_of(gate).poster_code(NOW)) in page) == (200, True)
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert (nobody.cookies.output(), "/business/" in page) == ("", False)
    assert nobody.get(address(gate, "screen")).status_code == 302  # it opens nothing else


def test_the_secret_is_told_once_and_not_kept(client: Client, gate: Gate) -> None:
    secret = link_of(client.post(address(gate, "screen/link")).content.decode()).split("/")[2]
    assert secret not in client.get(address(gate, "screen/link")).content.decode()
    assert secret not in str(Terminal.objects.values_list())
    assert "リンクを作成済み" in client.get(address(gate, "poster")).content.decode()


def test_a_screen_s_link_ends_when_it_is_ended_or_made_anew_or_the_site_closes(
    client: Client, gate: Gate, prime: BusinessId
) -> None:
    make, end = address(gate, "screen/link"), address(gate, "screen/link/end")
    first = link_of(client.post(make).content.decode())
    second = link_of(client.post(make).content.decode())
    assert [Client().get(link).status_code for link in (first, second)] == [404, 200]
    for _ in range(2):  # a second click
        assert client.post(end).status_code == 302
    assert Client().get(second).status_code == 404
    third = link_of(client.post(make).content.decode())
    close_site(gate.site_id, from_on=NOW.date(), by=owner_of(prime), at=NOW)
    assert Client().get(third).status_code == 404


def test_a_place_with_a_poster_needs_no_device(client: Client, gate: Gate, prime: BusinessId) -> None:
    place = add_terminal(gate.site_id, "裏門", by=owner_of(prime), at=NOW)
    where = f"/business/sites/{gate.site_id}/terminals/{place}/"
    missing = "「裏門」に端末がありません"
    assert missing in client.get("/business/").content.decode()
    for _ in range(2):
        assert "ポスターを掲示中としました" in client.post(f"{where}poster/", {"up": "1"}, follow=True).content.decode()
    assert missing not in client.get("/business/").content.decode()
    client.post(f"{where}poster/", {"down": "1"})
    assert missing in client.get("/business/").content.decode()
    client.post(f"{where}screen/link/")
    assert missing not in client.get("/business/").content.decode()


def test_a_withdrawn_poster_hangs_no_more(client: Client, gate: Gate) -> None:
    client.post(address(gate, "poster"), {"up": "1"})
    client.post(address(gate, "poster/withdraw"), {"edition": "1"})
    assert not terminal_of(gate).poster_up
