"""From an empty register to a day on the worker's page, as people do it."""

import io
import logging
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from commands.world.faces import draw_face
from config.logs import QuietFormatter
from reader.__main__ import main as reader
from registry.accounts.states import Role
from registry.businesses.models import Business
from registry.workers.models import Worker
from tests.factories.cast import PASSWORD, a_firm, activate, office_login, secrets_of_letters
from tests.journeys.conftest import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Make = Callable[[str], Visitor]


def log_in(who: Visitor, login_id: str, password: str = PASSWORD) -> None:
    who.open("/login/")
    who.fill(login_id=login_id, password=password)
    who.press("ログインする")


def register_firm(office: Visitor) -> int:
    office.open("/office/businesses/new/")
    office.fill(
        name="見本建設株式会社", kana="見本", representative="見本 代表", corporate_number="7000012050001", capital_yen="10000000",
        postal_code="100-0000", prefecture="13", address="東京都見本区1-2-3", phone="00-0000-0000", officer_name="見本 担当",
    )  # fmt: skip
    office.press("確認へ進む")
    office.sees("カタカナではない文字")
    assert office.page.input_value("[name=name]") == "見本建設株式会社"
    office.fill(kana="ミホンケンセツ")
    office.press("確認へ進む")
    office.sees("法人番号のどこかが違っています")
    office.fill(corporate_number="7000012050002")
    office.press("確認へ進む")
    office.sees("次の内容で登録します")
    office.press("この内容で登録する")
    office.sees("見本建設株式会社", "7000012050002")
    return Business.objects.get().pk


def register_worker(office: Visitor, employer: int) -> int:
    office.open("/office/workers/new/")
    office.fill(
        family_name="見本", given_name="太郎", family_kana="ミホン", given_kana="タロウ", birth_on="昭和55年5月5日", sex="1",
        postal_code="1000000", prefecture="13", address="東京都例町9-9", phone="090-0000-1111", mail="taro@sample.example",
        employer_id="", trade="06-01",
    )  # fmt: skip
    office.page.set_input_files(
        "[name=photo]", {"name": "face.png", "mimeType": "image/png", "buffer": draw_face(1).read()}
    )
    office.fill(family_kana="見本")
    office.press("確認へ進む")
    office.sees("カタカナではない文字", "お預かりしている写真")
    office.fill(family_kana="ミホン", employer_id=str(employer))
    office.press("確認へ進む")
    office.press("この内容で登録する")
    assert office.page.evaluate("document.querySelector('img.ds-photo').naturalWidth") == 294
    office.sees("見本", "太郎", "1980年5月5日", "090-0000-1111", "taro@sample.example")
    return Worker.objects.get().pk


def print_letters(office: Visitor) -> dict[str, dict[str, str]]:
    office.open("/office/letters/")
    office.press("選んだものを印刷する")
    found: dict[str, dict[str, str]] = {}
    for letter in office.page.locator("article.ds-letter").all():
        login_id = re.sub(r"\s", "", letter.locator("dd.ds-id").inner_text())
        secret = letter.locator("dd.ds-code").inner_text()
        found.setdefault(login_id, {})["code" if secret.isdigit() else "initial"] = secret
    office.open("/office/letters/")
    office.sees("印刷を待つ郵送物はありません")
    return found


def first_login(who: Visitor, login_id: str, letters: dict[str, str]) -> None:
    log_in(who, login_id, letters["initial"])
    who.fill(present_password=letters["initial"], new_password="short", new_password_again="short")
    who.press("パスワードを変更する")
    who.sees("10文字より短い")
    who.fill(present_password=letters["initial"], new_password=PASSWORD, new_password_again=PASSWORD)
    who.press("パスワードを変更する")
    who.sees("パスワードの変更に成功しました。")
    who.fill(security_code="000000" if letters["code"] != "000000" else "111111")
    who.press("確認する")
    who.sees("あと4回")
    who.fill(security_code=letters["code"])
    who.press("確認する")
    who.press("はい")
    who.fill(login_id=login_id, password=PASSWORD)
    who.press("ログインする")


def open_site(firm: Visitor) -> str:
    firm.open("/business/sites/")
    firm.press("現場を開く")
    firm.fill(
        name="見本ビル新築工事", prefecture="13", address="東京都現場町4-5", public_works="no",
        terminal_name="正面ゲート", from_on="2020/4/1", last_on="2019/4/1",
    )  # fmt: skip
    firm.press("この内容で現場を開く")
    firm.sees("始まりの日より前")
    firm.fill(last_on="")
    firm.press("この内容で現場を開く")
    firm.sees("今日の打刻はまだありません")
    firm.press("端末を登録する")
    firm.press("登録コードを出す")
    return firm.page.inner_text("#pairing-code")


def add_user(firm: Visitor) -> None:
    firm.open("/business/users/")
    firm.press("利用者を追加する")
    firm.fill(name="見本 係", mail="kakari@sample", role="site_viewer")
    firm.press("この人を追加する")
    firm.sees("メールアドレスとして読み取れません")
    firm.fill(mail="kakari@sample.example")
    firm.press("この人を追加する")
    firm.sees("見本 係")


def database_log() -> str:
    """What the database of the tests has logged; one that was handed in keeps its own."""
    path = os.environ.get("DATABASE_LOG")
    return Path(path).read_text() if path else ""


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged from now on, as it is written."""
    written, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(written), root.level
    handler.setFormatter(QuietFormatter())
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.setLevel(level)
    root.removeHandler(handler)


# What of the cast must never be in a log: names, readings, addresses, phones, mail, searched words, files, birth dates.
PERSONAL = (
    "太郎", "タロウ", "ミホン", "みほん", "見本 代表", "見本 担当", "見本 係", "現場 見太", "例町9-9", "見本区1-2-3",
    "00-0000-0000", "090-0000-1111", "kakari@sample.example", "taro@sample.example", "face.png", "1980-05-05", "昭和55年", PASSWORD,
)  # fmt: skip


def test_from_the_office_to_a_day_on_the_workers_page(
    visitor: Make, live_server: Any, tmp_path: Path, log: io.StringIO
) -> None:
    office, firm, worker, other = visitor("office"), visitor("firm"), visitor("worker"), visitor("other-firm")
    log_in(office, office_login(Role.REVIEWER, at=datetime.now(UTC)))
    business_id = register_firm(office)
    worker_id = register_worker(office, business_id)
    letters = print_letters(office)

    first_login(firm, str(business_id), letters[str(business_id)])
    firm.open("/business/workers/")
    firm.fill(words="みほん")
    firm.press("探す")
    firm.sees("太郎")

    stranger_firm = a_firm("別の会社", at=datetime.now(UTC))
    account_id = Business.objects.get(pk=stranger_firm).businessuser_set.get().account_id
    activate(str(stranger_firm), account_id, secrets_of_letters(at=datetime.now(UTC)), at=datetime.now(UTC))
    log_in(other, str(stranger_firm))
    other.open("/business/workers/")
    other.fill(words="みほん")
    other.press("探す")
    other.sees("見つかりませんでした")

    code = open_site(firm)
    store = ["--store", str(tmp_path / "store.db")]
    assert reader([*store, "register", "--url", live_server.url, "--code", code, "--name", "ゲートのPC"]) == 0
    assert reader([*store, "touch", f"{worker_id}-01"]) == 0
    assert reader([*store, "send"]) == 0

    first_login(worker, str(worker_id), letters[str(worker_id)])
    worker.sees("今日の打刻は届いています", "見本ビル新築工事")
    assert worker.page.locator(".ds-chip", has_text="正式").count()
    worker.press("足りないこと")
    worker.sees("番号を入力した打刻", "打刻の時刻は労働時間ではありません")
    worker.open("/worker/own/")
    worker.sees("本人情報", "所属事業者", "登録基幹技能者資格", "表彰などの履歴")
    worker.open("/worker/days/")
    firm.open("/business/sites/")
    firm.page.click("main table a")
    firm.look()
    firm.sees("今日の入場者 1人", "見本 太郎")
    for path in ("/business/", "/business/own/"):
        firm.open(path)
    add_user(firm)
    firm.open("/business/nothing-here/")
    office.open("/office/")

    logs = log.getvalue() + database_log()
    assert "Not Found: /business/nothing-here/" in log.getvalue()
    assert [text for text in PERSONAL if text in logs] == []


def test_five_wrong_tries_close_the_door_and_say_until_when(visitor: Make) -> None:
    somebody = visitor("lock")
    for _ in range(5):
        log_in(somebody, "12345678901821", "not-the-password")
    somebody.sees("まで使えません")
    assert somebody.page.input_value("[name=login_id]") == "12345678901821"


@pytest.mark.parametrize("path", ["/", "/login/", "/components/", "/nothing-here/"])
def test_public_pages(visitor: Make, path: str) -> None:
    visitor("public" + path.strip("/").replace("-", "")).open(path)


def test_the_page_of_all_parts_opens_at_its_top(visitor: Make) -> None:
    somebody = visitor("components-top")
    somebody.page.goto(somebody.address + "/components/")
    somebody.page.wait_for_load_state("load")
    assert somebody.page.evaluate("[scrollY, document.activeElement.tagName]") == [0, "BODY"]
