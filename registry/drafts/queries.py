"""Reads of drafts."""

from dataclasses import dataclass
from datetime import datetime

from registry.drafts.derive import KEPT_FOR, Typed
from registry.drafts.models import Draft


@dataclass(frozen=True)
class DraftRow:
    """What was typed, by field, when it was saved and until when it is kept."""

    typed: dict[str, Typed]
    saved_at: datetime
    until: datetime


def find_draft(account_id: int, form: str, *, at: datetime) -> DraftRow | None:
    """The draft of a login for a form, or None."""
    row = Draft.objects.filter(account_id=account_id, form=form, saved_at__gt=at - KEPT_FOR).first()
    return DraftRow(row.typed, row.saved_at, row.saved_at + KEPT_FOR) if row else None
