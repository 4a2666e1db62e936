"""Reads of notices."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from registry.notices.models import Letter, Notice
from registry.notices.states import LetterKind, LetterState, NoticeKind

LETTERS_AT_MOST = 100


@dataclass(frozen=True)
class NoticeRow:
    """One message on a portal."""

    id: int
    kind: NoticeKind
    data: dict[str, str]
    written_at: datetime
    about: str


@dataclass(frozen=True)
class LetterRow:
    """One letter that waits to be printed or shipped."""

    id: int
    account_id: int
    kind: LetterKind
    recipient_name: str
    queued_at: datetime


def list_notices(account_id: int, *, start: int = 0, limit: int = 10) -> list[NoticeRow]:
    """The latest messages to an account, newest first, from the `start`-th on. Several that ended in the same news about one thing are one."""
    same = Notice.objects.filter(
        account=OuterRef("account"), about=OuterRef("about"), kind=OuterRef("kind"),
        written_at=OuterRef("written_at"), pk__gt=OuterRef("pk"),
    ).exclude(about="")  # fmt: skip
    rows = Notice.objects.filter(~Exists(same), account_id=account_id).order_by("-written_at", "-id")[
        start : start + limit
    ]
    return [NoticeRow(row.pk, NoticeKind(row.kind), row.data, row.written_at, row.about) for row in rows]


def list_letters_to_print(*, limit: int = LETTERS_AT_MOST) -> list[LetterRow]:
    """The letters that wait to be printed, oldest first."""
    return _letters(LetterState.QUEUED, limit)


def kinds_of_letters(letter_ids: Collection[int]) -> list[tuple[int, int, LetterKind]]:
    """Letters by number, each with its account and kind."""
    rows = Letter.objects.filter(pk__in=letter_ids).order_by("pk").values_list("pk", "account_id", "kind")
    return [(pk, account_id, LetterKind(kind)) for pk, account_id, kind in rows]


def list_letters_to_ship() -> list[LetterRow]:
    """The letters that are printed and have not left the house, oldest first."""
    return _letters(LetterState.PRINTED, LETTERS_AT_MOST)


def _letters(state: LetterState, limit: int) -> list[LetterRow]:
    rows = Letter.objects.filter(state=state).order_by("id")[:limit]
    return [LetterRow(row.pk, row.account_id, LetterKind(row.kind), row.recipient_name, row.queued_at) for row in rows]
