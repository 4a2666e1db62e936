"""就業履歴一覧 as CSV."""

import csv
import io
from datetime import date, time

import pytest
from django.conf import settings

from registry.histories.operations.claims import ClaimData, approve_claims, enter_claim
from tests.factories.cast import NOW, a_touch, owner_of
from tests.factories.days import bind_all
from tests.factories.papers import Days
from tests.factories.visitors import as_firm, as_worker, worker_as_actor

pytestmark = pytest.mark.django_db


def test_a_cell_is_never_a_formula_and_excel_knows_the_characters() -> None:
    days = Days()
    answer = as_worker(days.worker).get("/worker/days/2026-11/list.csv")
    assert answer.content.startswith("\ufeff就業日,技能者ID,氏名".encode())
    assert ",'=片付け," in answer.content.decode()
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_firm_reads_the_name_of_an_unregistered_site() -> None:
    days = Days()
    text = as_firm(days.prime).get("/business/days/2026-11/list.csv").content.decode()
    assert "2026-11-06" in text
    assert "近所の家" in text


def test_a_firm_below_the_prime_gets_its_own_part_of_a_site() -> None:
    days = Days()
    text = as_firm(days.below).get(f"/business/sites/{days.site}/days/2026-11/list.csv").content.decode()
    assert str(days.other.worker_id) in text
    assert str(days.worker) not in text


def test_the_end_of_a_night_shift_is_said_to_be_on_the_next_morning() -> None:
    days = Days()
    days.gate.send(
        a_touch(6, days.card, "2026-11-17T21:30:00+09:00"), a_touch(7, days.card, "2026-11-18T05:10:00+09:00")
    )
    bind_all()
    browser, path = as_worker(days.worker), "/worker/days/2026-11/list.csv"
    assert ",21:30,翌05:10," in browser.get(path).content.decode()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert ",21:30,05:10 next day," in browser.get(path).content.decode()


def test_said_times_are_no_touches_and_an_approval_says_its_way_and_moment() -> None:
    days = Days()
    data = ClaimData(day=date(2026, 11, 4), site_id=days.site, begins_at=time(8, 30), ends_at=time(17, 10))
    claim = enter_claim(days.worker, data, by=worker_as_actor(days.worker), at=NOW)
    approve_claims([claim], by=owner_of(days.prime), at=NOW.replace(hour=1, minute=18))
    bind_all()
    text = as_worker(days.worker).get("/worker/days/2026-11/list.csv").content.decode("utf-8-sig")
    rows = {row["就業日"]: row for row in csv.DictReader(io.StringIO(text))}
    columns = (
        "最初の打刻（労働時間ではありません）", "最後の打刻", "申告した開始時刻（労働時間ではありません）", "申告した終了時刻", "承認のしかた", "承認した日時",
    )  # fmt: skip
    entered, touched, waits = ([rows[f"2026-11-{day}"][column] for column in columns] for day in ("04", "19", "05"))
    assert entered == ["", "", "08:30", "17:10", "元請の承認", f"{NOW:%Y-%m-%d} 10:18"]
    assert touched == ["07:58", "17:05", "", "", "", ""]
    assert waits == [""] * 6
