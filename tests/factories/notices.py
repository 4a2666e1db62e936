"""Letters, made by the real operations."""

from datetime import datetime

from registry.notices.operations import Recipient, write_letter
from registry.notices.states import LetterKind
from tests.factories.cast import NOW, OFFICE

RECIPIENT = Recipient("見本 太郎", "100-0000", "東京都例町9-9")


def a_letter(account_id: int, kind: LetterKind = LetterKind.WORKER_FIRST_PASSWORD, *, at: datetime = NOW) -> int:
    """A letter that waits to be printed."""
    return write_letter(kind, account_id=account_id, recipient=RECIPIENT, data={}, by=OFFICE, at=at)
