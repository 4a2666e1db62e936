"""A day corrected after the deadline: asked for by worker and employer, approved and refused by the prime (ruling 29)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from registry.businesses.queries import list_users
from registry.core.days import jst_day
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.workers.models import Worker
from tests.factories.cast import (
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
from tests.journeys.test_record import fill_too_long, month_of
from tests.journeys.test_structure import wait_until

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Make = Callable[[str], Visitor]
AGO = 75  # days: always after the end of the next month


@dataclass
class Late:
    """A site of long ago with 二葉, who touched on a day that can be corrected by asking alone; who has a window."""

    worker: Visitor
    employer: Visitor
    prime: Visitor
    day: date
    days: str  # the prime's page of the site's days
    month: str  # the employer's page of 二葉's month


def let_in(visitor: Make) -> Late:
    """Worker, employer and prime, each logged in."""
    now = datetime.now(UTC)
    before, day = now - timedelta(days=AGO + 20), jst_day(now) - timedelta(days=AGO)
    prime, firm = (a_firm(name, at=before) for name in ("見本建設株式会社", "例二組"))
    card, gate = a_worker(firm, "二葉", at=before), a_gate(prime, at=before)
    tenure = a_tenure(gate.site_id, prime, firm, from_on=jst_day(before), at=before)
    line = [(card.worker_id, RosterData(trade="06-01", work="配筋"))]
    add_to_roster(gate.site_id, tenure.id, line, from_on=jst_day(before), by=owner_of(firm), at=before)
    gate.send(a_touch(1, card, f"{day:%Y-%m-%d}T07:58:00+09:00"))
    letters, visitors = secrets_of_letters(at=now), []
    accounts = [("worker", str(card.worker_id), Worker.objects.get(pk=card.worker_id).account_id)]
    accounts += [
        (name, str(one), list_users(one)[0].account.id) for name, one in (("employer", firm), ("prime", prime))
    ]
    for name, login, account in accounts:
        activate(login, account, letters, at=now)
        visitors.append(visitor(f"late-{name}"))
        visitors[-1].enter(logged_in(login))
    month = f"/business/workers/{card.worker_id}/days/{month_of(day)}/"
    worker, employer, owner = visitors
    return Late(worker, employer, owner, day, f"/business/sites/{gate.site_id}/days/", month)


def test_a_day_is_corrected_after_the_deadline(visitor: Make) -> None:
    late = let_in(visitor)
    worker, employer = late.worker, late.employer
    page = f"/worker/days/{month_of(late.day)}-{late.day.day}/"
    wait_until(worker, page, lambda: "配筋" in worker.page.inner_text("main"))
    worker_asks(worker)
    employer_asks(employer, late.month)
    prime_answers(late.prime, late.days)

    wait_until(worker, page, lambda: "墨出し" in worker.page.inner_text("dl"))
    worker.sees("承認された訂正", "見本建設株式会社（元請）", "取り下げた訂正")
    wait_until(employer, late.month, lambda: "訂正あり" in employer.page.inner_text("main"))
    employer.sees("否認の理由：職長は別の人でした", "見本建設株式会社（元請）")
    for who, told in ((worker, "就業履歴の訂正が承認されました"), (employer, "就業履歴の訂正が否認されました")):
        who.open("/worker/" if who is worker else "/business/")
        who.sees(told)


def worker_asks(worker: Visitor) -> None:
    """One slip after the other; what was asked is taken back and asked rightly."""
    worker.press("職種・作業内容を直す")
    worker.sees("訂正には元請の承認が必要です")
    worker.press("元請に承認を依頼する")
    worker.sees("どれかを入力")
    worker.fill(work="墨だし")
    worker.press("元請に承認を依頼する")
    worker.sees("訂正の承認を元請に依頼しました", "元請の承認待ち", "はじめの内容：", "配筋")
    worker.press("訂正を取り下げる")
    worker.sees("訂正を取り下げました", "取り下げた訂正")
    worker.press("職種・作業内容を直す")
    worker.fill(work="墨出し")
    worker.press("元請に承認を依頼する")


def employer_asks(employer: Visitor, month: str) -> None:
    employer.open(month)
    employer.sees("元請の承認待ち", "墨出し")
    employer.press("職種・立場・作業内容を直す")
    employer.fill(position="X001")
    employer.press("元請に承認を依頼する")
    employer.sees("訂正の承認を元請に依頼しました")


def prime_answers(prime: Visitor, days: str) -> None:
    """The employer's wish is refused, the worker's is approved."""
    prime.open("/business/")
    prime.sees("期限を過ぎた訂正の承認依頼が届きました")
    prime.open(days)
    prime.sees("期限を過ぎた訂正の承認", "墨出し", "いまの内容", "配筋")
    prime.page.locator("main li.ds-card", has_text="職長").locator("a:has-text('否認する')").click()
    prime.look()
    prime.press("否認する")
    prime.sees("入力されていません")
    fill_too_long(prime, "reason", 301)
    prime.press("否認する")
    prime.sees("300文字以内")
    prime.fill(reason="職長は別の人でした")
    prime.press("否認する")
    prime.sees("否認しました")
    assert "職長" not in prime.page.inner_text("main")
    prime.press("選んだものを承認する")
    prime.sees("1件を承認しました")
    assert "期限を過ぎた訂正の承認" not in prime.page.inner_text("main")
