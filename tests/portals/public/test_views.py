"""The log-in in the pages: its steps, its lock, its sessions."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from registry.accounts.models import Account, WrongTries
from registry.accounts.operations import make_initial_password, make_security_code, open_account, use_allowance
from registry.accounts.states import LIMITS, AccountState, Limited, Portal, Role
from registry.cards.queries import CardRow
from registry.notices.models import Letter
from registry.notices.states import LetterKind
from tests.factories.accounts import first_login, wrong_code
from tests.factories.cast import NOW, OFFICE, PASSWORD, a_firm, a_worker, logged_in, office_login, secrets_of_letters
from tests.factories.visitors import account_of_worker

pytestmark = pytest.mark.django_db
CLOSED_UNTIL = "12:30"  # half an hour after NOW, in Japan


@pytest.fixture
def worker() -> CardRow:
    return a_worker(None)


@pytest.fixture
def letters(worker: CardRow) -> dict[str, str]:
    return secrets_of_letters()[str(worker.worker_id)]


def log_in(client: Client, login_id: object, password: str, **more: Any) -> Any:
    return client.post("/login/", {"login_id": login_id, "password": password}, **more)


def new_password(client: Client, present: str, new: str, again: str | None = None) -> Any:
    typed = {"present_password": present, "new_password": new, "new_password_again": new if again is None else again}
    return step(client, "/login/password/", typed)


def send_code(client: Client, code: str) -> Any:
    return step(client, "/login/code/", {"security_code": code})


def step(client: Client, path: str, typed: dict[str, str]) -> Any:
    """Send a step of the first log-in; what was wrong with it stands on the page that one is led to."""
    answer = client.post(path, typed)
    refused = answer.status_code == 302 and answer["Location"] == path
    return client.get(path) if refused else answer


def test_what_was_wrong_with_a_step_is_shown_once(client: Client, worker: CardRow, letters: dict[str, str]) -> None:
    log_in(client, worker.worker_id, letters["initial"])
    refused = new_password(client, letters["initial"], "mijikai").content.decode()
    assert "data-error-summary" in refused
    assert 'href="#id_new_password"' in refused
    assert ("入力した内容は残っています" in refused, "入力し直してください" in refused) == (False, True)
    page = client.get("/login/password/")
    assert (page.status_code, "data-error-summary" in page.content.decode()) == (200, False)


def test_home_has_three_doors_to_the_login(client: Client) -> None:
    page = client.get("/").content.decode()
    assert page.count('class="ds-tile"') == 3
    assert all(door in page for door in ("技能者の方", "事業者の方", "元請の方"))
    assert 'href="/login/"' in page


def test_first_login_of_a_worker_step_by_step(client: Client, worker: CardRow, letters: dict[str, str]) -> None:
    step = log_in(client, worker.worker_id, letters["initial"])
    assert step.url == "/login/password/"
    assert all(
        label in client.get(step.url).content.decode() for label in ("現在のパスワード", "新しいパスワード", "確認")
    )
    step = new_password(client, letters["initial"], PASSWORD)
    assert step.url == "/login/code/"
    assert "パスワードの変更に成功しました。" in client.get(step.url).content.decode()
    step = send_code(client, letters["code"])
    assert step.url == "/login/done/"
    assert "はい" in client.get(step.url).content.decode()
    assert client.get("/worker/").status_code == 302  # not yet logged in: the new password is wanted once more
    assert log_in(client, worker.worker_id, PASSWORD).url == "/worker/"
    assert client.get("/worker/").status_code == 200


def test_first_login_of_a_firm_leads_to_its_portal(client: Client) -> None:
    firm = a_firm()
    letters = secrets_of_letters()[str(firm)]
    log_in(client, firm, letters["initial"])
    new_password(client, letters["initial"], PASSWORD)
    send_code(client, letters["code"])
    assert log_in(client, firm, PASSWORD).url == "/business/"


def test_office_logs_in_with_a_word(client: Client) -> None:
    login_id = office_login(Role.DESK)
    assert log_in(client, f" {login_id.upper()} ", PASSWORD).url == "/office/"


@pytest.mark.parametrize("write", ["{0}", " {0} ", "{0:_}", "full width"])
def test_an_id_is_taken_as_people_type_it(client: Client, worker: CardRow, letters: dict[str, str], write: str) -> None:
    wide = "".join(chr(ord(one) + 0xFEE0) for one in str(worker.worker_id))
    typed = wide if write == "full width" else write.format(worker.worker_id).replace("_", " ")
    assert log_in(client, typed, letters["initial"]).url == "/login/password/"


@pytest.mark.parametrize("typed", ["⑳" * 60, "x" * 60, "\u2003" * 5, "ﷺ" * 60])
def test_a_strange_id_is_only_wrong(client: Client, typed: str) -> None:
    assert log_in(client, typed, "whatever").status_code == 422


@pytest.mark.parametrize("address", ["/login/password/", "/login/code/"])
def test_steps_are_closed_to_strangers(client: Client, address: str) -> None:
    assert client.get(address)["Location"] == "/login/"
    assert client.post(address)["Location"] == "/login/"


def test_nobody_is_logged_in_before_the_last_step(client: Client, worker: CardRow, letters: dict[str, str]) -> None:
    log_in(client, worker.worker_id, letters["initial"])
    assert client.get("/worker/").status_code == 302
    new_password(client, letters["initial"], PASSWORD)
    assert client.get("/worker/").status_code == 302


def test_the_steps_cannot_be_left_out_or_repeated(client: Client, worker: CardRow, letters: dict[str, str]) -> None:
    log_in(client, worker.worker_id, letters["initial"])
    assert client.get("/login/code/")["Location"] == "/login/password/"
    for _ in range(6):
        assert send_code(client, "wrong").url == "/login/password/"
    new_password(client, letters["initial"], PASSWORD)
    assert client.get("/login/password/")["Location"] == "/login/code/"
    assert new_password(client, letters["initial"], "tsugi-no-aikotoba").url == "/login/code/"
    assert send_code(client, letters["code"]).url == "/login/done/"  # the early tries have cost the code nothing


def test_the_steps_end_after_half_an_hour(client: Client, worker: CardRow, letters: dict[str, str]) -> None:
    log_in(client, worker.worker_id, letters["initial"])
    with time_machine.travel(NOW + timedelta(minutes=30, seconds=1), tick=False):
        assert client.get("/login/password/")["Location"] == "/login/"


def test_a_first_login_can_be_taken_up_at_the_code(client: Client, worker: CardRow, letters: dict[str, str]) -> None:
    log_in(client, worker.worker_id, letters["initial"])
    new_password(client, letters["initial"], PASSWORD)
    another = Client()
    assert log_in(another, worker.worker_id, PASSWORD).url == "/login/code/"
    assert send_code(another, letters["code"]).url == "/login/done/"


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("mijikai", "10文字より短い"), ("password2026", "だれでも思いつく"), ("ngocanh-19800505", "ご自身"),
        ("yama-800505-kawa", "ご自身"), ("見本太郎のひみつの言葉", "ご自身"),
    ],
)  # fmt: skip
def test_a_bad_password_is_refused_with_its_reason(
    client: Client, worker: CardRow, letters: dict[str, str], new: str, reason: str
) -> None:
    log_in(client, worker.worker_id, letters["initial"])
    answer = new_password(client, letters["initial"], new)
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert new not in answer.content.decode()


def test_two_new_passwords_must_be_the_same(client: Client, worker: CardRow, letters: dict[str, str]) -> None:
    log_in(client, worker.worker_id, letters["initial"])
    answer = new_password(client, letters["initial"], PASSWORD, PASSWORD + "x")
    assert answer.status_code == 422
    assert log_in(Client(), worker.worker_id, letters["initial"]).url == "/login/password/"


@pytest.mark.parametrize("new", ["          ", "kumo to yama "])
def test_blanks_in_a_password_are_kept(client: Client, worker: CardRow, letters: dict[str, str], new: str) -> None:
    log_in(client, worker.worker_id, letters["initial"])
    answer = new_password(client, letters["initial"], new)
    assert answer.status_code == (302 if new.strip() else 422)
    if new.strip():
        assert log_in(Client(), worker.worker_id, new.strip()).status_code == 422


def test_five_wrong_codes_bring_a_new_one_by_letter(client: Client, worker: CardRow, letters: dict[str, str]) -> None:
    log_in(client, worker.worker_id, letters["initial"])
    new_password(client, letters["initial"], PASSWORD)
    for left in (4, 3, 2, 1):
        assert f"あと{left}回" in send_code(client, wrong_code(letters["code"])).content.decode()
    assert "新しいコードを郵送します" in send_code(client, wrong_code(letters["code"])).content.decode()
    assert send_code(client, letters["code"]).status_code == 422  # void, though right
    letter = Letter.objects.get(kind=LetterKind.NEW_SECURITY_CODE)
    assert letter.address == "東京都例町9-9"
    code = secrets_of_letters()[str(worker.worker_id)]["code"]
    assert send_code(client, code).url == "/login/done/"


def test_a_repeated_click_on_the_code_is_harmless(client: Client, worker: CardRow, letters: dict[str, str]) -> None:
    log_in(client, worker.worker_id, letters["initial"])
    new_password(client, letters["initial"], PASSWORD)
    twin = Client()
    log_in(twin, worker.worker_id, PASSWORD)
    assert send_code(client, letters["code"]).url == "/login/done/"
    assert send_code(twin, letters["code"]).url in {"/login/", "/login/done/"}
    assert not Letter.objects.filter(kind=LetterKind.NEW_SECURITY_CODE).exists()


def test_an_initial_password_lapses(client: Client, worker: CardRow, letters: dict[str, str]) -> None:
    with time_machine.travel(NOW + timedelta(days=90, seconds=1), tick=False):
        answer = log_in(client, worker.worker_id, letters["initial"])
    assert "90日" in answer.content.decode()
    assert client.get("/login/password/").status_code == 302


def test_lock_and_until_when(client: Client, worker: CardRow, letters: dict[str, str]) -> None:
    first_login(worker.worker_id, letters)
    for _ in range(4):
        assert CLOSED_UNTIL not in log_in(client, worker.worker_id, "wrong").content.decode()
    assert CLOSED_UNTIL in log_in(client, worker.worker_id, "wrong").content.decode()
    with time_machine.travel(NOW + timedelta(minutes=29, seconds=59), tick=False):
        assert CLOSED_UNTIL in log_in(client, worker.worker_id, PASSWORD).content.decode()
    with time_machine.travel(NOW + timedelta(minutes=30), tick=False):
        assert log_in(client, worker.worker_id, PASSWORD).url == "/worker/"


def test_an_unknown_id_gets_the_same_words(client: Client, worker: CardRow, letters: dict[str, str]) -> None:
    first_login(worker.worker_id, letters)
    known, unknown = str(worker.worker_id), "99999999999921"
    for _ in range(6):
        pages = [log_in(Client(), one, "wrong").content.decode().replace(one, "ID") for one in (known, unknown)]
        answers = [page[page.index("<main") : page.index("</main>")] for page in pages]
        tokens = [answer.split('csrfmiddlewaretoken" value="')[1].split('"')[0] for answer in answers]
        assert answers[0].replace(tokens[0], "") == answers[1].replace(tokens[1], "")


@pytest.mark.parametrize("spaced", [False, True])
def test_a_device_that_logged_in_before_has_its_own_count(
    client: Client, worker: CardRow, letters: dict[str, str], *, spaced: bool
) -> None:
    first_login(worker.worker_id, letters)
    log_in(client, worker.worker_id, PASSWORD)
    client.post("/logout/")
    for _ in range(5):
        log_in(Client(), worker.worker_id, "wrong")
    assert CLOSED_UNTIL in log_in(Client(), worker.worker_id, PASSWORD).content.decode()
    typed = " ".join(str(worker.worker_id)) if spaced else worker.worker_id
    assert log_in(client, typed, PASSWORD).url == "/worker/"


def test_a_device_knows_no_other_account(client: Client, worker: CardRow, letters: dict[str, str]) -> None:
    other = a_worker(None, "別人")
    first_login(worker.worker_id, letters)
    first_login(other.worker_id, secrets_of_letters()[str(other.worker_id)])
    log_in(client, worker.worker_id, PASSWORD)
    for _ in range(5):
        log_in(Client(), other.worker_id, "wrong")
    assert CLOSED_UNTIL in log_in(client, other.worker_id, PASSWORD).content.decode()


def test_the_device_cookie_tells_nothing_and_cannot_be_forged(
    client: Client, worker: CardRow, letters: dict[str, str]
) -> None:
    first_login(worker.worker_id, letters)
    log_in(client, worker.worker_id, PASSWORD)
    cookie = client.cookies["device"]
    assert cookie["httponly"]
    assert str(worker.worker_id) not in _decoded(cookie.value)
    forger = Client()
    forger.cookies["device"] = cookie.value[:-3] + "xxx"
    for _ in range(5):
        log_in(forger, worker.worker_id, "wrong")
    assert CLOSED_UNTIL in log_in(Client(), worker.worker_id, PASSWORD).content.decode()  # counted as elsewhere


def _decoded(signed: str) -> str:
    from base64 import urlsafe_b64decode

    body = signed.split(":", maxsplit=1)[0]
    return urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode(errors="replace")


def test_the_session_number_changes_at_log_in(client: Client, worker: CardRow, letters: dict[str, str]) -> None:
    log_in(client, worker.worker_id, letters["initial"])
    before = client.cookies["sessionid"].value
    csrf = client.cookies["csrftoken"].value if "csrftoken" in client.cookies else ""
    first_login(worker.worker_id, letters)
    log_in(client, worker.worker_id, PASSWORD)
    assert client.cookies["sessionid"].value != before
    old = Client()
    old.cookies["sessionid"] = before
    assert old.get("/worker/").status_code == 302
    assert client.cookies["csrftoken"].value != csrf


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [
        ("/worker/days/", "/worker/days/"), ("//evil.example/", "/worker/"), ("https://evil.example/", "/worker/"),
        ("/\\evil.example", "/worker/"), ("javascript:alert(1)", "/worker/"), ("/\t/evil.example", "/worker/"),
        ("worker/days/", "/worker/"), ("", "/worker/"),
    ],
)  # fmt: skip
def test_next_leads_only_to_own_paths(
    client: Client, worker: CardRow, letters: dict[str, str], target: str, goes_to: str
) -> None:
    first_login(worker.worker_id, letters)
    assert log_in(client, worker.worker_id, PASSWORD, query_params={"next": target}).url == goes_to


def test_log_out_by_post_only(worker: CardRow, letters: dict[str, str]) -> None:
    first_login(worker.worker_id, letters)
    client = logged_in(str(worker.worker_id))
    assert client.get("/logout/").status_code == 405
    assert client.get("/worker/").status_code == 200
    assert client.post("/logout/")["Location"] == "/"
    assert client.get("/worker/").status_code == 302


def test_workers_stay_logged_in_for_fourteen_days(worker: CardRow, letters: dict[str, str]) -> None:
    first_login(worker.worker_id, letters)
    client = logged_in(str(worker.worker_id))
    with time_machine.travel(NOW + timedelta(days=13, hours=23), tick=False):
        assert client.get("/worker/").status_code == 200
    with time_machine.travel(NOW + timedelta(days=14, seconds=1), tick=False):
        assert client.get("/worker/").status_code == 302


def test_an_account_that_is_closed_is_logged_out(worker: CardRow, letters: dict[str, str]) -> None:
    first_login(worker.worker_id, letters)
    client = logged_in(str(worker.worker_id))
    Account.objects.filter(login_id=worker.worker_id).update(state=AccountState.CLOSED)
    assert client.get("/worker/").status_code == 302
    assert log_in(Client(), worker.worker_id, PASSWORD).status_code == 422


def test_no_password_or_code_in_any_log(
    client: Client, worker: CardRow, letters: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        log_in(client, worker.worker_id, "wrong-secret-word")
        log_in(client, worker.worker_id, letters["initial"])
        new_password(client, letters["initial"], "short")
        new_password(client, letters["initial"], PASSWORD)
        send_code(client, letters["code"])
    secrets = ("wrong-secret-word", letters["initial"], PASSWORD, letters["code"])
    # Django's own log of SQL, off unless DEBUG, is what holds hashes; plain text must not be in it either.
    assert [one for one in secrets if one in caplog.text] == []


def test_a_code_can_come_before_its_letter_was_printed(client: Client) -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    account = open_account(
        login_id="office-new", portal=Portal.OFFICE, role=Role.DESK, display_name="新人", by=OFFICE, at=at
    )
    initial, code = make_initial_password(account, by=OFFICE, at=at), make_security_code(account, by=OFFICE, at=at)
    log_in(client, "office-new", initial)
    new_password(client, initial, PASSWORD)
    assert send_code(client, " ".join(code)).url == "/login/done/"


def test_a_wrong_digit_of_the_id_is_told_at_once_and_costs_no_try(client: Client) -> None:
    for _ in range(6):
        answer = log_in(client, "12345678911821", PASSWORD)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "1桁" in page
    assert 'value="12345678911821"' in page
    assert not WrongTries.objects.exists()


def test_too_many_wrong_logins_wait_and_keep_the_id(client: Client) -> None:
    for _ in range(LIMITS[Limited.LOGIN_NETWORK].times):
        use_allowance(Limited.LOGIN_NETWORK, "127.0.0.0/24", at=NOW)

    answer = log_in(client, "12345678901821", "not-the-password")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")
    assert 'value="12345678901821"' in answer.content.decode()


def test_too_many_codes_wait(client: Client, worker: CardRow, letters: dict[str, str]) -> None:
    log_in(client, worker.worker_id, letters["initial"])
    new_password(client, letters["initial"], PASSWORD)
    for _ in range(LIMITS[Limited.CODE].times):
        use_allowance(Limited.CODE, str(account_of_worker(worker.worker_id)), at=NOW)
    answer = send_code(client, letters["code"])
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "180")


def test_too_many_wrong_first_passwords_wait(client: Client, worker: CardRow, letters: dict[str, str]) -> None:
    log_in(client, worker.worker_id, letters["initial"])
    for _ in range(LIMITS[Limited.PASSWORD].times):
        use_allowance(Limited.PASSWORD, str(account_of_worker(worker.worker_id)), at=NOW)
    answer = new_password(client, letters["initial"], PASSWORD)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "180")
