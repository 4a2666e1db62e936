"""The record as worker, employer, upper firm and prime see it: a forgotten card, a refusal, edits, decisions, lists."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from registry.businesses.queries import list_users
from registry.cards.queries import CardRow
from registry.core.actor import Actor, ActorKind
from registry.core.days import JST, end_of_next_month, jst_day
from registry.core.ids import BusinessId
from registry.histories.operations.claims import ClaimData, enter_claim
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.workers.models import Worker
from tests.factories.cast import (
    Gate,
    a_firm,
    a_gate,
    a_tenure,
    a_touch,
    a_worker,
    activate,
    logged_in,
    owner_of,
    secrets_of_letters,
)
from tests.journeys.conftest import Visitor
from tests.journeys.test_structure import wait_until

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Make = Callable[[str], Visitor]
# What only a worker and his employer may read.
PRIVATE = ("東京都例町9-9", "090-0000-1111")


@dataclass
class Site:
    """A site over two tiers: 二葉 on the second firm's roster, 三葉 at the first firm, 四葉 on the roster and not there."""

    prime: BusinessId
    first: BusinessId
    second: BusinessId
    gate: Gate
    card: CardRow
    beside: CardRow
    absent: CardRow
    today: date

    def on(self, days_ago: int) -> date:
        return self.today - timedelta(days=days_ago)

    def touch(self, seq: int, card: CardRow, days_ago: int, clock: str = "07:58") -> dict[str, Any]:
        return a_touch(seq, card, f"{self.on(days_ago):%Y-%m-%d}T{clock}:00+09:00")


def a_site() -> Site:
    """The site opened three days ago; its people were linked long before."""
    now = datetime.now(UTC)
    before = now - timedelta(days=30)
    prime, first, second = (a_firm(name, at=before) for name in ("見本建設株式会社", "例一工業株式会社", "例二組"))
    cards = (
        a_worker(second, "二葉", at=before, trades=("06-01", "01-01")),
        a_worker(first, "三葉", at=before),
        a_worker(second, "四葉", at=before),
    )
    gate = a_gate(prime, at=now - timedelta(days=3))
    opened = jst_day(now - timedelta(days=3))
    above = a_tenure(gate.site_id, prime, first, from_on=opened - timedelta(days=9), at=now)
    below = a_tenure(gate.site_id, prime, second, below=above.node_id, from_on=opened - timedelta(days=9), at=now)
    listed = [(card.worker_id, RosterData(trade="06-01", work="配筋")) for card in (cards[0], cards[2])]
    add_to_roster(gate.site_id, below.id, listed, from_on=opened - timedelta(days=9), by=owner_of(second), at=now)
    return Site(prime, first, second, gate, *cards, jst_day(now))


def let_in(site: Site, make: Make, tale: str) -> tuple[Visitor, Visitor, Visitor, Visitor]:
    """Worker, employer, upper firm and prime, each logged in; `tale` names the pictures."""
    now = datetime.now(UTC)
    letters = secrets_of_letters(at=now)
    found = []
    account = Worker.objects.get(pk=site.card.worker_id).account_id
    logins = [("worker", str(site.card.worker_id), account)]
    for name, firm in (("employer", site.second), ("upper", site.first), ("prime", site.prime)):
        logins.append((name, str(firm), list_users(firm)[0].account.id))
    for name, login, account_id in logins:
        activate(login, account_id, letters, at=now)
        found.append(make(f"{tale}-{name}"))
        found[-1].enter(logged_in(login))
    return found[0], found[1], found[2], found[3]


def month_of(day: date) -> str:
    return f"{day.year}-{day.month}"


def is_marked(who: Visitor, day: date, word: str) -> bool:
    """Whether the calendar of the open page marks a day so."""
    cell = who.page.locator(f".ds-calendar a[href$='/{day.year}-{day.month}-{day.day}/']")
    return cell.count() == 1 and word in cell.inner_text()


def fill_too_long(who: Visitor, name: str, length: int) -> None:
    """More than a field takes. The browser cuts it off; this one does not."""
    who.page.eval_on_selector(f"[name={name}]", "field => field.removeAttribute('maxlength')")
    who.fill(**{name: "長" * length})


def rows_of(who: Visitor, path: str) -> list[dict[str, str]]:
    """The CSV that the open page offers, row by row."""
    link = who.page.locator("main a[href*='list.csv']")
    assert link.get_attribute("href") == path
    answer = who.page.request.get(who.address + path)
    assert answer.status == 200
    return list(csv.DictReader(io.StringIO(answer.body().decode("utf-8-sig"))))


def enter_a_forgotten_day(worker: Visitor, site: Site, day: date) -> None:
    """One slip after the other; what was typed stays."""
    digits = str(site.gate.site_id)
    worker.open("/worker/days/")
    worker.press("働いた日を入力する")
    worker.fill(day=f"{site.on(-1):%Y/%m/%d}", note="カードを忘れた", work="配筋の手直し", site_name="見本ビル")
    worker.press("入力する")
    worker.sees("今日より後", "今日までの日付")
    worker.fill(day=f"{day:%Y/%m/%d}", site_name="")
    worker.press("入力する")
    worker.sees("現場が選ばれていない")
    assert worker.page.input_value("[name=day]") == f"{day:%Y/%m/%d}"
    worker.fill(site_id=digits[:5] + str((int(digits[5]) + 1) % 10) + digits[6:])
    worker.press("入力する")
    worker.sees("1桁")
    worker.fill(site_id=f"{digits[:4]} {digits[4:8]} {digits[8:]}", begins_at="あさ八時")
    worker.press("入力する")
    assert worker.page.input_value("[name=begins_at]") == "あさ八時"
    worker.sees("時刻")
    worker.fill(begins_at="7:58", ends_at="17:05")
    assert worker.page.input_value("[name=note]") == "カードを忘れた"
    assert worker.page.input_value("[name=work]") == "配筋の手直し"
    worker.press("入力する")
    worker.sees("入力しました")


def test_a_forgotten_card_from_entry_to_approval_and_refusal(visitor: Make) -> None:
    site = a_site()
    worker, employer, upper, prime = let_in(site, visitor, "claims")
    good, doubted = site.on(1), site.on(2)
    enter_a_forgotten_day(worker, site, good)
    wait_until(worker, f"/worker/days/{month_of(good)}/", lambda: is_marked(worker, good, "申請中"))
    worker.open("/worker/days/new/")
    worker.fill(day=f"{good:%Y/%m/%d}", site_id=str(site.gate.site_id))
    worker.press("入力する")
    worker.sees("すでに入力されています")
    worker.fill(day=f"{doubted:%Y/%m/%d}")
    worker.press("入力する")
    worker.sees("入力しました")
    colleague = Actor(ActorKind.WORKER, subject_id=site.beside.worker_id)
    entry = ClaimData(day=good, site_id=site.gate.site_id, note="端末の電池が切れた")
    enter_claim(site.beside.worker_id, entry, by=colleague, at=datetime.now(UTC))

    employer_confirms(employer, site)
    first_tier_confirms(upper, site)
    days = f"/business/sites/{site.gate.site_id}/days/"
    prime.open("/business/sites/")
    prime.page.click("main table a")
    prime.press("現場の就業履歴")
    left = (end_of_next_month(good) - site.today).days
    wait_until(prime, days, lambda: f"あと{left}日" in prime.page.inner_text("main"))
    prime.sees("二葉 太郎", "三葉 太郎", "カードを忘れた", "所属会社が確認済", "一次下請が確認済")
    prime_refuses(prime, doubted)
    prime.press("選んだものを承認する")
    prime.sees("2件を承認しました")

    month = f"/worker/days/{month_of(good)}/"
    wait_until(worker, month, lambda: is_marked(worker, good, "正式"))
    worker_answers(worker, doubted)
    prime.open("/business/")
    prime.sees("技能者が否認に答えました")
    prime.open(days)
    prime.sees("職長といっしょに入場しました", "前に否認した理由", "入場の記録が見当たりません")
    prime.page.check("[name=claim]")  # what was refused before is not chosen to begin with
    prime.press("選んだものを承認する")
    prime.sees("1件を承認しました")
    month = f"/worker/days/{month_of(doubted)}/"
    wait_until(worker, month, lambda: is_marked(worker, doubted, "正式"))
    worker.open(f"/worker/days/{month_of(good)}-{good.day}/")
    worker.sees("承認済", "配筋の手直し", "打刻なし")
    rows = rows_of_month(worker, good)
    assert {row["就業日"]: row["状態"] for row in rows}[good.isoformat()] == "正式"


def rows_of_month(worker: Visitor, day: date) -> list[dict[str, str]]:
    """The worker's CSV of a month; it holds what the page shows."""
    worker.open(f"/worker/days/{month_of(day)}/")
    rows = rows_of(worker, f"/worker/days/{month_of(day)}/list.csv")
    assert len(rows) == worker.page.locator("main .ds-days > li").count()
    return rows


def employer_confirms(employer: Visitor, site: Site) -> None:
    month = f"/business/days/{month_of(site.on(1))}/"
    wait_until(employer, month, lambda: employer.page.locator("button:has-text('確認する')").count() == 2)
    employer.sees("直接入力の確認", "二葉 太郎", "カードを忘れた")
    assert "三葉" not in employer.page.inner_text("main"), "the upper firm's people are none of the employer's business"
    employer.press("確認する")
    employer.sees("確認しました", "自社は確認済")


def first_tier_confirms(upper: Visitor, site: Site) -> None:
    upper.open(f"/business/days/{month_of(site.on(1))}/")
    upper.sees("直接入力の確認", "二葉 太郎", "三葉 太郎")
    while upper.page.locator("button:has-text('確認する')").count():
        upper.press("確認する")
    upper.sees("自社は確認済")


def prime_refuses(prime: Visitor, doubted: date) -> None:
    card = prime.page.locator("main li.ds-card", has_text=f"{doubted.month}月{doubted.day}日")
    card.locator("a:has-text('否認する')").click()
    prime.look()
    prime.press("否認する")
    prime.sees("入力されていません")
    fill_too_long(prime, "reason", 301)
    prime.press("否認する")
    prime.sees("300文字以内")
    prime.fill(reason="入場の記録が見当たりません")
    prime.press("否認する")
    prime.sees("否認しました")


def worker_answers(worker: Visitor, doubted: date) -> None:
    worker.open(f"/worker/days/{month_of(doubted)}-{doubted.day}/")
    worker.sees("否認", "入場の記録が見当たりません")
    worker.press("否認に答える")
    worker.press("答えを送る")
    worker.sees("入力されていません")
    worker.fill(note="職長といっしょに入場しました")
    worker.press("答えを送る")
    worker.sees("承認待ち")


def test_days_at_the_gate_as_each_side_sees_them(visitor: Make) -> None:
    site = a_site()
    worker, employer, upper, prime = let_in(site, visitor, "gate")
    site.gate.send(
        site.touch(1, site.card, 1), site.touch(2, site.card, 1, "17:03"), site.touch(3, site.card, 5),
        site.touch(4, site.beside, 1),
    )  # fmt: skip
    worked, outside = site.on(1), site.on(5)
    wait_until(worker, f"/worker/days/{month_of(worked)}/", lambda: is_marked(worker, worked, "正式"))
    edit_the_trade(worker, site, worked)
    decide_a_day(worker, prime, site, outside)
    here_and_expected(prime, site)

    employer.open(f"/business/days/{month_of(worked)}/")
    employer.sees("二葉 太郎")
    rows = rows_of(employer, f"/business/days/{month_of(worked)}/list.csv")
    assert {row["氏名"] for row in rows} == {"二葉 太郎"}
    month = f"/business/sites/{site.gate.site_id}/days/{month_of(worked)}/"
    for who, people in ((upper, {"二葉 太郎", "三葉 太郎"}), (prime, {"二葉 太郎", "三葉 太郎"})):
        who.open(month)
        who.sees(*people)
        assert [text for text in PRIVATE if text in who.page.content()] == []
        assert {row["氏名"] for row in rows_of(who, f"{month}list.csv")} == people
        who.page.click("main table a:has-text('二葉 太郎')")
        who.look()
        who.sees("見本ビル新築工事", "7:58", "17:03", "打刻の時刻は労働時間ではありません")
        assert [text for text in PRIVATE if text in who.page.content()] == []
    employer.open(month)
    assert "三葉" not in employer.page.content(), "firms below do not see those above"
    assert {row["氏名"] for row in rows_of(employer, f"{month}list.csv")} == {"二葉 太郎"}

    worker.open("/worker/looks/")
    worker.sees("見本建設株式会社", "例一工業株式会社", "例二組", "所属事業者", "元請")
    told = worker.page.locator("main").text_content() or ""
    assert [one for one in ("働いた日と現場", "その日の職種・立場・作業内容", "打刻の時刻") if one not in told] == []
    assert [one for one in ("生年月日", "電話番号", "保険") if one in told] == [], "lists of days read names and days"
    other_month(employer, worker)


def other_month(employer: Visitor, worker: Visitor) -> None:
    """Empty months and what is no month."""
    for who, path in ((employer, "/business/days/2019-5/"), (worker, "/worker/days/2019-5/")):
        who.open(path)
        who.sees("ありません")
    worker.open("/worker/days/2019-5-7/")
    worker.sees("この日の記録はありません")
    worker.open("/worker/days/2019-13/")
    worker.sees("ページが見つかりません")


def edit_the_trade(worker: Visitor, site: Site, day: date) -> None:
    worker.page.locator(f".ds-calendar a[href$='/{day.year}-{day.month}-{day.day}/']").click()
    worker.look()
    worker.sees("見本ビル新築工事", "7:58", "17:03", "打刻の時刻は労働時間ではありません", "配筋")
    worker.press("職種・作業内容を直す")
    worker.press("この内容で直す")
    worker.sees("どれかを入力")
    worker.page.select_option("[name=trade]", "01-01")
    worker.press("この内容で直す")
    worker.sees("直しました")
    name = worker.page.inner_text("main")
    wait_until(worker, f"/worker/days/{month_of(day)}-{day.day}/", lambda: worker.page.inner_text("main") != name)


def decide_a_day(worker: Visitor, prime: Visitor, site: Site, day: date) -> None:
    wait_until(worker, f"/worker/days/{month_of(day)}/", lambda: is_marked(worker, day, "待ち"))
    month = f"/business/sites/{site.gate.site_id}/days/{month_of(day)}/"
    prime.open(month)
    prime.sees("元請の確認を待っている日", "二葉 太郎", "蓄積期間")
    prime.press("選んだ日を数える")
    prime.sees("1件を就業日数に数えます")
    wait_until(worker, f"/worker/days/{month_of(day)}/", lambda: is_marked(worker, day, "正式"))


def here_and_expected(prime: Visitor, site: Site) -> None:
    """Who is here, who is expected, who is not on the roster."""
    seconds = datetime.now(JST).strftime("%H:%M")
    site.gate.send(site.touch(5, site.card, 0, seconds), site.touch(6, site.beside, 0, seconds))
    address = f"/business/sites/{site.gate.site_id}/"
    wait_until(prime, address, lambda: "今日の入場者 2人" in prime.page.inner_text("main"))
    for group, name in (("まだ来ていない人", "四葉 太郎"), ("名簿にない人", "三葉 太郎")):
        prime.press(group)
        prime.sees(name)
        assert "二葉" not in prime.page.inner_text("main")
