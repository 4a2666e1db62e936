"""A worker's own phone at a poster: read, press, receipt; and what is said where that is not possible."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

from registry.cards.models import Card
from registry.cards.queries import CardRow
from registry.core.ids import BusinessId
from registry.sites.operations.sites import withdraw_poster
from registry.sites.queries import TerminalRow, list_terminals
from tests.factories.cast import NOW, PASSWORD, Gate, a_firm, a_worker, logged_in, owner_of
from tests.factories.days import days_of
from tests.factories.visitors import account_of_worker, activate_account, as_firm

pytestmark = pytest.mark.django_db


@pytest.fixture
def terminal(gate: Gate) -> TerminalRow:
    return list_terminals(gate.site_id)[0]


@pytest.fixture
def card() -> CardRow:
    card = a_worker(None)
    activate_account(account_of_worker(card.worker_id))
    return card


@pytest.fixture
def worker(card: CardRow) -> Client:
    return logged_in(str(card.worker_id))


def link_of(terminal: TerminalRow, shown_at: datetime | None = None) -> str:
    return f"/worker/scan/{terminal.poster_code(shown_at)}/"


def reading_on(page: str) -> str:
    found = re.search(r'name="reading" value="([^"]+)"', page)
    assert found, page
    return found[1]


def press(client: Client, direction: str, reading: str = "") -> str:
    answer = client.post("/worker/poster/", {"direction": direction, "reading": reading}, follow=True)
    return answer.content.decode()


def touches() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, touched_at, direction FROM touches_touch ORDER BY seq")
        return list(cursor.fetchall())


def test_from_the_poster_to_the_receipt(worker: Client, terminal: TerminalRow, card: CardRow, gate: Gate) -> None:
    page = worker.get(link_of(terminal), follow=True).content.decode()
    for text in ("見本ビル新築工事", "正面ゲート", "入場", "退場", "まだありません", "元請が承認すると"):
        assert text in page
    receipt = press(worker, "in")
    for text in ("入場を受け付けました", "12:00", "印刷したポスターからの打刻", "元請が承認してください"):
        assert text in receipt
    (day,) = days_of(card.worker_id)
    assert (day.day, day.site_id) == (NOW.date(), gate.site_id)
    own_day = worker.get(f"/worker/days/{NOW.year}-{NOW.month}-{NOW.day}/").content.decode()
    assert "正面ゲート ポスターを自分のスマートフォンで読み取り" in own_day
    assert "<strong>12:00</strong> 入場" in worker.get(link_of(terminal), follow=True).content.decode()


def test_a_code_on_a_screen_needs_no_approval(worker: Client, terminal: TerminalRow) -> None:
    page = worker.get(link_of(terminal, NOW - timedelta(seconds=60)), follow=True).content.decode()
    assert "元請が承認すると" not in page
    receipt = press(worker, "in")
    assert "入場を受け付けました" in receipt
    assert "印刷したポスターからの打刻" not in receipt


def test_pressing_again_and_going_back_stores_nothing_more(worker: Client, terminal: TerminalRow) -> None:
    reading = reading_on(worker.get(link_of(terminal), follow=True).content.decode())
    for _ in range(2):
        assert "入場を受け付けました" in press(worker, "in", reading)
        assert "入場を受け付けました" in worker.get("/worker/poster/receipt/").content.decode()
    assert len(touches()) == 1
    assert "退場を受け付けました" in press(worker, "out", reading)
    assert [row[2] for row in touches()] == ["in", "out"]


def test_the_touch_is_made_when_the_code_was_read_however_long_the_log_in_takes(
    terminal: TerminalRow, card: CardRow
) -> None:
    phone = Client()
    with time_machine.travel(NOW, tick=False):
        login = phone.get(link_of(terminal, NOW), follow=True)
    assert "ログインすると、続けて" in login.content.decode()
    later = NOW + timedelta(minutes=9)
    with time_machine.travel(later, tick=False):
        page = phone.post(
            login.redirect_chain[-1][0], {"login_id": str(card.worker_id), "password": PASSWORD}, follow=True
        ).content.decode()
        assert "正面ゲート" in page
        receipt = press(phone, "in", reading_on(page))
    assert "印刷したポスターからの打刻" not in receipt
    assert touches() == [(1, NOW, "in")]


def test_two_pages_each_press_their_own_reading(worker: Client, gate: Gate, terminal: TerminalRow) -> None:
    first = reading_on(worker.get(link_of(terminal), follow=True).content.decode())
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        worker.get(link_of(terminal), follow=True)
        press(worker, "in", first)
    assert [row[1] for row in touches()] == [NOW]


def refusal(client: Client, link: str) -> str:
    answer = client.get(link, follow=True)
    assert answer.status_code == 422
    return answer.content.decode()


def test_a_code_that_a_screen_showed_too_long_ago_is_refused_with_a_way_on(
    worker: Client, terminal: TerminalRow, gate: Gate
) -> None:
    page = refusal(worker, link_of(terminal, NOW - timedelta(seconds=61)))
    for text in ("もう古くなっています", "打刻は記録されていません", "もう一度読み取って", "POSTER_STALE"):
        assert text in page
    assert f'href="/worker/days/new/at/{gate.site_id}/"' in page
    claim = worker.get(f"/worker/days/new/at/{gate.site_id}/").content.decode()
    digits = str(gate.site_id)
    assert f'value="{digits[:4]} {digits[4:8]} {digits[8:12]} {digits[12:]}"' in claim


def test_a_withdrawn_poster_is_refused_also_when_it_was_read_before(
    worker: Client, terminal: TerminalRow, gate: Gate, prime: BusinessId
) -> None:
    reading = reading_on(worker.get(link_of(terminal), follow=True).content.decode())
    withdraw_poster(gate.site_id, terminal.id, 1, by=owner_of(prime), at=NOW)
    assert "POSTER_WITHDRAWN" in refusal(worker, link_of(terminal))
    assert "POSTER_WITHDRAWN" in press(worker, "in", reading)
    assert touches() == []


def test_a_code_that_is_not_ours_is_refused(worker: Client) -> None:
    assert 'href="/worker/days/new/"' in refusal(worker, "/worker/scan/1.1.p1.0123456789/")


def test_a_page_that_was_left_open_asks_to_read_again(worker: Client, terminal: TerminalRow) -> None:
    reading = reading_on(worker.get(link_of(terminal), follow=True).content.decode())
    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        assert "10分を過ぎています" in press(worker, "in", reading)
    assert touches() == []


def test_without_a_reading_or_with_a_forged_one_the_page_says_how_to_begin(worker: Client) -> None:
    assert "カメラで読み取る" in worker.get("/worker/poster/").content.decode()
    assert "カメラで読み取る" in press(worker, "in", "forged:reading")
    assert "カメラで読み取る" in worker.get("/worker/poster/receipt/", follow=True).content.decode()


def test_without_a_card_the_day_is_entered_by_hand(worker: Client, terminal: TerminalRow, gate: Gate) -> None:
    Card.objects.all().delete()
    worker.get(link_of(terminal))
    page = press(worker, "in")
    assert "カードがまだ発行されていません" in page
    assert f"/worker/days/new/at/{gate.site_id}/" in page


def test_the_prime_who_tries_the_poster_is_told_who_uses_it(terminal: TerminalRow) -> None:
    with time_machine.travel(NOW, tick=False):
        answer = as_firm(a_firm("別の会社")).get(link_of(terminal))
    assert answer.status_code == 403
    assert "技能者としてログイン" in answer.content.decode()


def test_a_night_shift_goes_on_from_yesterday(worker: Client, terminal: TerminalRow) -> None:
    for hours, direction, seen in ((9, "in", "まだありません"), (17, "out", "<strong>21:00</strong> 入場")):
        with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
            assert seen in worker.get(link_of(terminal), follow=True).content.decode()
            press(worker, direction)
    assert len(touches()) == 2


def test_after_midnight_what_was_just_touched_stands_on_the_day_that_still_runs(
    worker: Client, terminal: TerminalRow
) -> None:
    """Somebody who worked by day comes back at one: the touch belongs to the day that ends at four (ruling 27)."""
    for hours, direction in ((-4, "in"), (5, "out"), (13, "in")):
        with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
            worker.get(link_of(terminal), follow=True)
            press(worker, direction)
    with time_machine.travel(NOW + timedelta(hours=13, minutes=5), tick=False):
        assert "<strong>1:00</strong> 入場" in worker.get(link_of(terminal), follow=True).content.decode()
