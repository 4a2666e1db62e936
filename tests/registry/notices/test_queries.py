import pytest

from registry.notices.operations import write_notice
from registry.notices.queries import list_letters_to_print, list_notices
from registry.notices.states import LetterKind, NoticeKind
from tests.factories.accounts import an_account
from tests.factories.cast import NOW
from tests.factories.notices import RECIPIENT, a_letter

pytestmark = pytest.mark.django_db


def test_messages_are_newest_first_and_only_the_own() -> None:
    account, other = an_account(), an_account("12345678902621")
    for kind in (NoticeKind.REGISTERED, NoticeKind.CARD_STOPPED):
        write_notice(kind, account_id=account, data={}, at=NOW)
    write_notice(NoticeKind.LINKED, account_id=other, data={}, at=NOW)
    assert [one.kind for one in list_notices(account)] == [NoticeKind.CARD_STOPPED, NoticeKind.REGISTERED]
    assert [one.kind for one in list_notices(account, limit=1)] == [NoticeKind.CARD_STOPPED]
    assert [one.kind for one in list_notices(account, start=1)] == [NoticeKind.REGISTERED]


def test_letters_are_oldest_first() -> None:
    account = an_account()
    kinds = [LetterKind.WORKER_FIRST_PASSWORD, LetterKind.WORKER_SECURITY_CODE]
    for kind in kinds:
        a_letter(account, kind)
    rows = list_letters_to_print()
    assert [row.kind for row in rows] == kinds
    assert {row.recipient_name for row in rows} == {RECIPIENT.name}
