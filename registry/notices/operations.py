"""Writes of notices."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app

from registry.accounts.operations import check_without_password, make_initial_password, make_security_code
from registry.accounts.queries import accounts_with_mail, find_account
from registry.accounts.states import Permission, Portal
from registry.audit.operations import move, note_act
from registry.core.actor import Actor
from registry.core.errors import MoveRefusedError, NotAllowedError, NotFoundError
from registry.notices.models import Letter, Notice
from registry.notices.states import (
    LETTER_LIFE,
    WITH_CODE,
    WITH_PASSWORD,
    LetterKind,
    LetterMove,
    LetterState,
    NoticeKind,
)

# The task stands above this module; the queue knows it by name.
SEND_MAIL = "registry.notices.tasks.send_mail"


@dataclass(frozen=True)
class Recipient:
    """To whom and where a letter goes."""

    name: str
    postal_code: str
    address: str


@dataclass(frozen=True)
class PrintedLetter:
    """A letter as it is printed, once."""

    kind: LetterKind
    account_id: int
    recipient: Recipient
    portal: Portal
    login_id: str
    secret: str = field(repr=False)  # so that no log of the object can tell it
    data: dict[str, str] = field(default_factory=dict)


# Letters and messages are parts of what somebody does, and are undone with it: within it no savepoint of their own is needed.
_as_a_part = transaction.atomic(savepoint=False)


@_as_a_part
def write_letter(
    kind: LetterKind, *, account_id: int, recipient: Recipient, data: dict[str, str], by: Actor, at: datetime
) -> int:
    """Queue a letter for printing. Returns its number."""
    letter = Letter.objects.create(
        account_id=account_id, kind=kind, recipient_name=recipient.name, postal_code=recipient.postal_code,
        address=recipient.address, data=data, queued_at=at,
    )  # fmt: skip
    note_act("notices_letter", letter.pk, "queue", by=by, at=at)
    return letter.pk


@transaction.atomic
def print_letters(
    letter_ids: list[int], *, present: Mapping[int, Recipient] | None = None, by: Actor, at: datetime
) -> list[PrintedLetter]:
    """Take letters out of the queue and make their secrets. What is returned is shown once and kept nowhere.

    `present` tells, by letter, where its person lives now: a secret must not go to an address that was given up.
    A first password for somebody who has chosen one since is withdrawn instead of printed.
    """
    if not by.has(Permission.OFFICE_PRINT):
        raise NotAllowedError
    letters = Letter.objects.select_for_update().filter(pk__in=letter_ids, state=LetterState.QUEUED).order_by("pk")
    printed = [_print(letter, (present or {}).get(letter.pk), by=by, at=at) for letter in letters]
    return [one for one in printed if one]


def _print(letter: Letter, present: Recipient | None, *, by: Actor, at: datetime) -> PrintedLetter | None:
    kind = LetterKind(letter.kind)
    make = make_initial_password if kind in WITH_PASSWORD else make_security_code
    try:
        secret = make(letter.account_id, by=by, at=at)
    except MoveRefusedError:
        move(letter, LETTER_LIFE, LetterMove.WITHDRAW, by=by, at=at)
        return None
    recipient = present or Recipient(letter.recipient_name, letter.postal_code, letter.address)
    letter.recipient_name, letter.postal_code, letter.address = recipient.name, recipient.postal_code, recipient.address
    letter.save(update_fields=["recipient_name", "postal_code", "address"])
    move(letter, LETTER_LIFE, LetterMove.PRINT, by=by, at=at)
    account = find_account(letter.account_id)
    if account is None:
        raise NotFoundError
    return PrintedLetter(kind, account.id, recipient, Portal(account.portal), account.login_id, secret, letter.data)


@transaction.atomic
def ship_letters(letter_ids: list[int], *, by: Actor, at: datetime) -> int:
    """Note that printed letters have left the house. Returns how many did; others are left as they are."""
    if not by.has(Permission.OFFICE_PRINT):
        raise NotAllowedError
    letters = Letter.objects.select_for_update().filter(pk__in=letter_ids, state=LetterState.PRINTED).order_by("pk")
    for letter in letters:
        move(letter, LETTER_LIFE, LetterMove.SHIP, by=by, at=at)
    return len(letters)


@transaction.atomic
def send_security_code_again(account_id: int, *, by: Actor, at: datetime) -> None:
    """Queue a letter with a new security code to the address of the account's last letter (ruling 2).

    Harmless when repeated: while any letter with a code waits to be printed, no second one is written.
    """
    last = Letter.objects.select_for_update().filter(account_id=account_id).order_by("-id").first()
    waiting = Letter.objects.filter(account_id=account_id, kind__in=WITH_CODE, state=LetterState.QUEUED)
    if last is None or waiting.exists():
        return
    recipient = Recipient(last.recipient_name, last.postal_code, last.address)
    write_letter(LetterKind.NEW_SECURITY_CODE, account_id=account_id, recipient=recipient, data=last.data, by=by, at=at)
    write_notice(NoticeKind.CODE_SENT_AGAIN, account_id=account_id, data={}, at=at)


@transaction.atomic
def send_first_password_again(account_id: int, *, by: Actor, at: datetime) -> bool:
    """Queue a letter with a new first password to somebody who has not chosen one (ruling 2). Returns whether it did.

    Harmless when repeated: while any letter with a password waits to be printed, no second one is written. Until the
    new one is printed, the password of the last letter holds. Raises `MoveRefusedError` when the person has chosen one.
    """
    check_without_password(account_id)
    letters = Letter.objects.filter(account_id=account_id, kind__in=WITH_PASSWORD).order_by("-id")
    last = letters.first()
    if last is None or letters.filter(state=LetterState.QUEUED).exists():
        return False
    recipient = Recipient(last.recipient_name, last.postal_code, last.address)
    write_letter(
        LetterKind.NEW_FIRST_PASSWORD, account_id=account_id, recipient=recipient, data=last.data, by=by, at=at
    )
    return True


def write_notice(kind: NoticeKind, *, account_id: int, data: dict[str, str], at: datetime) -> None:
    """Write a message on somebody's portal, and mail its title where the account has a mail address."""
    write_notices(kind, account_ids=[account_id], data=data, at=at)


@_as_a_part
def write_notices(
    kind: NoticeKind, *, account_ids: Iterable[int], data: Mapping[str, str], at: datetime, about: str = ""
) -> None:
    """Write one message on the portals of several people, and mail its title to those who have a mail address.

    `about` names what it asks for, so that it can be taken back.
    """
    notices = Notice.objects.bulk_create(
        Notice(account_id=one, kind=kind, data=dict(data), written_at=at, about=about) for one in account_ids
    )
    with_mail = accounts_with_mail([one.account_id for one in notices])
    for notice in notices:
        if notice.account_id in with_mail:
            app.configure_task(SEND_MAIL, queue="mail").defer(notice_id=notice.pk)


def settle_notices(
    about: Collection[str], *, asked: Collection[NoticeKind], now: NoticeKind, at: datetime,
    data: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Let the messages that asked for something say what became of it, as news of that moment. Harmless when repeated.

    `data` are the words of now, where they differ from those that asked.
    """
    words = {} if data is None else {"data": dict(data)}
    Notice.objects.filter(about__in=about, kind__in=asked).update(kind=now, written_at=at, read_at=None, **words)
