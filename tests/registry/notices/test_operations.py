import json
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from registry.accounts.models import Account, SecurityCode
from registry.accounts.operations import confirm_code, set_first_password
from registry.audit.models import Move
from registry.core.actor import Actor
from registry.core.errors import MoveRefusedError
from registry.notices.models import Letter, Notice
from registry.notices.operations import (
    PrintedLetter,
    print_letters,
    send_first_password_again,
    send_security_code_again,
    settle_notices,
    ship_letters,
    write_notice,
    write_notices,
)
from registry.notices.queries import list_letters_to_print, list_notices
from registry.notices.states import WITH_PASSWORD, LetterKind, LetterState, NoticeKind
from tests.factories.accounts import an_account
from tests.factories.cast import NOW, OFFICE, PASSWORD
from tests.factories.notices import RECIPIENT, a_letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> int:
    return an_account()


def printed(*letters: int) -> list[PrintedLetter]:
    return print_letters(list(letters), by=OFFICE, at=NOW)


def mail_jobs() -> list[dict[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args FROM procrastinate_jobs WHERE task_name = 'registry.notices.tasks.send_mail' ORDER BY id"
        )
        return [json.loads(row[0]) for row in cursor.fetchall()]


@pytest.mark.parametrize("kind", sorted(WITH_PASSWORD))
def test_a_letter_with_a_password_makes_it_at_printing(account: int, kind: LetterKind) -> None:
    letter = a_letter(account, kind)
    assert not Account.objects.get(pk=account).has_usable_password()
    (paper,) = printed(letter)
    assert (paper.kind, paper.login_id, paper.recipient) == (kind, "12345678901821", RECIPIENT)
    assert check_password(paper.secret, Account.objects.get(pk=account).password)


@pytest.mark.parametrize("kind", sorted(set(LetterKind) - WITH_PASSWORD))
def test_a_letter_with_a_code_makes_it_at_printing(account: int, kind: LetterKind) -> None:
    letter = a_letter(account, kind)
    assert not SecurityCode.objects.exists()
    (paper,) = printed(letter)
    assert len(paper.secret) == 6
    assert check_password(paper.secret, SecurityCode.objects.get(ended_at=None).code_hash)


def test_a_secret_is_nowhere_in_clear(account: int) -> None:
    (paper,) = printed(a_letter(account))
    assert paper.secret not in str([*Letter.objects.values(), *Account.objects.values()])
    assert paper.secret not in repr(paper)


def test_a_letter_is_printed_once(account: int) -> None:
    letter = a_letter(account)
    assert [row.id for row in list_letters_to_print()] == [letter]
    assert len(printed(letter)) == 1
    assert list_letters_to_print() == []
    assert printed(letter) == []


def test_only_printed_letters_are_shipped(account: int) -> None:
    first, second = a_letter(account), a_letter(account, LetterKind.WORKER_SECURITY_CODE)
    printed(first)
    assert ship_letters([first, second], by=OFFICE, at=NOW) == 1
    assert ship_letters([first, second], by=OFFICE, at=NOW) == 0
    states = list(Letter.objects.order_by("pk").values_list("state", flat=True))
    assert states == [LetterState.SHIPPED, LetterState.QUEUED]


@pytest.mark.parametrize("state", [LetterState.SHIPPED, "burnt"])
def test_the_database_refuses_to_ship_what_was_not_printed(account: int, state: str) -> None:
    letter = a_letter(account)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letter).update(state=state)


def again(account: int) -> None:
    send_security_code_again(account, by=Actor.system(), at=NOW)


def test_a_new_code_goes_to_the_registered_address(account: int) -> None:
    printed(a_letter(account))
    again(account)
    letter = Letter.objects.get(kind=LetterKind.NEW_SECURITY_CODE)
    assert (letter.recipient_name, letter.address) == (RECIPIENT.name, RECIPIENT.address)
    assert [one.kind for one in list_notices(account)] == [NoticeKind.CODE_SENT_AGAIN]


def test_a_new_code_is_not_sent_twice_while_one_waits(account: int) -> None:
    printed(a_letter(account))
    again(account)
    again(account)
    assert Letter.objects.filter(kind=LetterKind.NEW_SECURITY_CODE).count() == 1


def test_the_first_code_letter_that_still_waits_is_enough(account: int) -> None:
    a_letter(account, LetterKind.WORKER_SECURITY_CODE)
    again(account)
    assert not Letter.objects.filter(kind=LetterKind.NEW_SECURITY_CODE).exists()


def test_the_new_code_ends_the_first_login(account: int) -> None:
    (paper,) = printed(a_letter(account))
    set_first_password(account, present=paper.secret, new=PASSWORD, at=NOW)
    again(account)
    (paper,) = printed(*[row.id for row in list_letters_to_print()])
    confirm_code(account, paper.secret, at=NOW)


def password_again(account: int) -> bool:
    return send_first_password_again(account, by=OFFICE, at=NOW)


def test_a_new_first_password_goes_to_the_same_address_and_ends_the_older_one(account: int) -> None:
    (older,) = printed(a_letter(account))
    assert password_again(account)
    check = Account.objects.get(pk=account)
    assert check_password(older.secret, check.password)  # it may still arrive before the new one is printed

    (newer,) = printed(*[row.id for row in list_letters_to_print()])
    check.refresh_from_db()
    assert (newer.kind, newer.recipient) == (LetterKind.NEW_FIRST_PASSWORD, RECIPIENT)
    assert check_password(newer.secret, check.password)
    assert not check_password(older.secret, check.password)


def test_one_letter_with_a_password_waits_at_a_time(account: int) -> None:
    first = a_letter(account)
    assert not password_again(account)
    printed(first)
    assert [password_again(account) for _ in range(2)] == [True, False]
    assert [row.kind for row in list_letters_to_print()] == [LetterKind.NEW_FIRST_PASSWORD]
    assert Move.objects.filter(noun="notices_letter", move="queue", actor_kind=OFFICE.kind).count() == 2


def test_a_letter_with_a_code_does_not_stand_in_for_the_password(account: int) -> None:
    printed(a_letter(account))
    a_letter(account, LetterKind.WORKER_SECURITY_CODE)
    assert password_again(account)


def test_who_has_chosen_a_password_gets_no_first_one(account: int) -> None:
    (paper,) = printed(a_letter(account))
    set_first_password(account, present=paper.secret, new=PASSWORD, at=NOW)
    with pytest.raises(MoveRefusedError):
        password_again(account)
    assert list_letters_to_print() == []


def test_a_late_letter_is_withdrawn_and_keeps_no_other_from_being_printed(account: int) -> None:
    (paper,) = printed(a_letter(account))
    password_again(account)
    set_first_password(account, present=paper.secret, new=PASSWORD, at=NOW)  # the first letter was found again
    other = a_letter(an_account("office-other"))

    papers = printed(*[row.id for row in list_letters_to_print()])
    assert [one.login_id for one in papers] == ["office-other"]
    assert Letter.objects.exclude(pk=other).get(kind=LetterKind.NEW_FIRST_PASSWORD).state == LetterState.WITHDRAWN
    assert check_password(PASSWORD, Account.objects.get(pk=account).password)


def test_who_never_had_a_letter_gets_none_again(account: int) -> None:
    assert not password_again(account)
    assert not Letter.objects.exists()


def test_a_message_without_mail_address_brings_no_job(account: int) -> None:
    write_notice(NoticeKind.REGISTERED, account_id=account, data={}, at=NOW)
    assert mail_jobs() == []


def test_a_message_and_its_mail_are_written_together() -> None:
    account = an_account("office-mail", mail="mihon@sample.example")
    write_notice(NoticeKind.REGISTERED, account_id=account, data={}, at=NOW)
    assert mail_jobs() == [{"notice_id": Notice.objects.get().pk}]


def test_a_message_to_several_reaches_each_and_costs_the_same() -> None:
    accounts = [an_account(f"office-{n}", mail="mihon@sample.example" if n else "") for n in range(3)]
    with CaptureQueriesContext(connection) as of_two:
        write_notices(NoticeKind.REGISTERED, account_ids=accounts[:2], data={}, at=NOW)
    with CaptureQueriesContext(connection) as of_one:
        write_notices(NoticeKind.LINKED, account_ids=accounts[1:2], data={}, at=NOW)
    assert [len(list_notices(one)) for one in accounts] == [1, 2, 0]
    assert [job["notice_id"] for job in mail_jobs()] == list(
        Notice.objects.filter(account_id=accounts[1]).order_by("pk").values_list("pk", flat=True)
    )
    assert len(of_one) == len(of_two)


def test_a_message_taken_back_takes_its_mail_with_it() -> None:
    account = an_account("office-mail", mail="mihon@sample.example")
    with transaction.atomic():
        write_notice(NoticeKind.REGISTERED, account_id=account, data={}, at=NOW)
        transaction.set_rollback(True)
    assert mail_jobs() == []
    assert not Notice.objects.exists()


def test_what_was_asked_says_that_it_was_taken_back_and_nothing_else_does(account: int) -> None:
    asked, now = NoticeKind.EDIT_ASKED, NoticeKind.EDIT_TAKEN_BACK
    for kind, about in ((asked, "edit 1"), (asked, "edit 12"), (NoticeKind.EDIT_APPROVED, "edit 1"), (asked, "")):
        write_notices(kind, account_ids=[account], data={}, at=NOW, about=about)
    for _ in range(2):
        settle_notices(["edit 1"], asked=[asked], now=now, at=NOW)
    assert [row.kind for row in reversed(list_notices(account))] == [now, asked, NoticeKind.EDIT_APPROVED, asked]


def test_what_became_of_a_question_is_news_of_its_own_moment(account: int) -> None:
    asked, now, later = NoticeKind.EDIT_ASKED, NoticeKind.EDIT_ASKED_APPROVED, NOW + timedelta(minutes=14)
    for about in ("edit 1", "edit 1", "edit 2"):
        write_notices(asked, account_ids=[account], data={}, at=NOW, about=about)
    Notice.objects.update(read_at=NOW)
    settle_notices(["edit 1"], asked=[asked], now=now, at=later)
    assert [(row.kind, row.written_at) for row in list_notices(account)] == [(now, later), (asked, NOW)], "said once"
    assert set(Notice.objects.filter(read_at=None).values_list("kind", flat=True)) == {now}
