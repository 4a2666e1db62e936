"""Reads of the audit log."""

from dataclasses import dataclass
from datetime import datetime

from registry.audit.models import Look


@dataclass(frozen=True)
class LookRow:
    """One look at a person's data, as that person may see it."""

    at: datetime
    business_id: int | None
    noun: str
    relation: str
    purpose: str
    items: int


def list_looks(subject_id: int, *, limit: int = 50) -> list[LookRow]:
    """The latest looks at a subject's data, newest first (ruling 40)."""
    rows = Look.objects.filter(subjects__contains=[subject_id]).order_by("-at", "-id")[:limit]
    return [LookRow(r.at, r.business_id, r.noun, r.relation, r.purpose, r.items) for r in rows]
