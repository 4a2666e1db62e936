"""Reads of the audit log."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from registry.audit.models import Look, Move
from registry.core.actor import ActorKind

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


def firms_that(act: str, noun: str, subject_ids: Collection[int]) -> dict[int, int]:
    """The firm that did something last with each of some things; those with which no firm did so are left out."""
    rows = Move.objects.filter(noun=noun, subject_id__in=subject_ids, move=act, actor_kind=ActorKind.BUSINESS)
    return {one: firm or 0 for one, firm in rows.order_by("pk").values_list("subject_id", "actor_subject_id")}
