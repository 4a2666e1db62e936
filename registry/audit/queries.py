"""Reads of the audit log."""

from dataclasses import dataclass
from datetime import datetime

from registry.audit.models import Look

SHOWN_AT_MOST = 50


@dataclass(frozen=True)
class LookRow:
    """One look at a person's data: who, when, by what right, which items as a mask of the read policy."""

    at: datetime
    account_id: int | None
    business_id: int | None
    relation: str
    items: int


def list_looks(noun: str, subject_id: int, *, from_at: datetime, until_at: datetime, start: int = 0) -> list[LookRow]:
    """Looks at a subject's data in a time, newest first; one more than a page, to know if there is more (ruling 40)."""
    rows = Look.objects.filter(noun=noun, subjects__contains=[subject_id], at__gte=from_at, at__lt=until_at)
    return [
        LookRow(*row)
        for row in rows.order_by("-at", "-id").values_list("at", "account_id", "business_id", "relation", "items")[
            start : start + SHOWN_AT_MOST + 1
        ]
    ]
