"""Reads of the audit log."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min
from django.db.models.functions import TruncDate

from registry.audit.models import Look, Move
from registry.core.actor import ActorKind
from registry.core.days import JST

SHOWN_AT_MOST = 50


@dataclass(frozen=True)
class LookRow:
    """Looks at a person's data on one day: which firm, by what right, which items as a mask of the read policy; how often."""

    business_id: int | None
    relation: str
    items: int
    first_at: datetime
    last_at: datetime
    number: int


def list_looks(noun: str, subject_id: int, *, from_at: datetime, until_at: datetime, start: int = 0) -> list[LookRow]:
    """Looks at a subject's data in a time, newest first; one more than a page, to know if there is more (ruling 40).

    Looks of one firm on one day, by the same right at the same items, are one row.
    """
    rows = Look.objects.filter(noun=noun, subjects__contains=[subject_id], at__gte=from_at, at__lt=until_at)
    alike = ("business_id", "relation", "items")
    found = rows.values(*alike, day=TruncDate("at", tzinfo=JST)).annotate(
        first_at=Min("at"), last_at=Max("at"), number=Count("pk"), newest=Max("pk")
    )
    ordered = found.order_by("-last_at", "-newest")[start : start + SHOWN_AT_MOST + 1]
    return [LookRow(*row) for row in ordered.values_list(*alike, "first_at", "last_at", "number")]


def reasons_of(act: str, noun: str, subject_ids: Collection[int]) -> list[tuple[int, str]]:
    """Why something was done to each of some things, each time, the last one last."""
    rows = Move.objects.filter(noun=noun, subject_id__in=subject_ids, move=act).order_by("pk")
    return list(rows.values_list("subject_id", "reason"))


def firms_that(act: str, noun: str, subject_ids: Collection[int]) -> dict[int, int]:
    """The firm that did something last with each of some things; those with which no firm did so are left out."""
    rows = Move.objects.filter(noun=noun, subject_id__in=subject_ids, move=act, actor_kind=ActorKind.BUSINESS)
    return {one: firm or 0 for one, firm in rows.order_by("pk").values_list("subject_id", "actor_subject_id")}
