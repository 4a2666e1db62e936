import pytest
from django.core import mail

from config.texts import read_texts
from registry.accounts.models import Account
from registry.notices.models import Notice
from registry.notices.operations import write_notice
from registry.notices.states import LetterKind, NoticeKind
from registry.notices.tasks import send_mail
from tests.factories.accounts import an_account
from tests.factories.cast import NOW

pytestmark = pytest.mark.django_db


def a_notice(**data: str) -> int:
    account = an_account(mail="mihon@sample.example")
    write_notice(NoticeKind.LINKED, account_id=account, data=data, at=NOW)
    return Notice.objects.get().pk


def test_a_mail_says_where_to_read_and_nothing_personal() -> None:
    send_mail(a_notice(firm="見本建設株式会社", day="2026-11-20"))
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["mihon@sample.example"], "会社との関連付けが登録されました")
    assert "http://localhost:8000" in sent.body
    assert not any(word in sent.body for word in ("見本", "12345678901821"))


def test_a_mail_to_nobody_is_not_sent() -> None:
    notice = a_notice()
    Account.objects.update(mail="")
    send_mail(notice)
    assert mail.outbox == []


def test_every_kind_has_its_texts() -> None:
    wanted = [f"notice.{kind}.{part}" for kind in NoticeKind for part in ("title", "body")]
    wanted += [f"letter.{kind}.{part}" for kind in LetterKind for part in ("title", "text")]
    assert [key for key in wanted if key not in read_texts()] == []
