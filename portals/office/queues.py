"""What waits at the office: how many, and since when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from registry.core.days import jst_day
from registry.touches.queries import Unknown, count_unknown_cards, count_unknown_sites


@dataclass(frozen=True)
class Age:
    """Since when the first of several things waits, and how many days that is."""

    day: date
    days: int


def age_of(moments: Iterable[datetime], *, at: datetime) -> Age | None:
    """The age of the first of some moments; None where there is none."""
    first = min(moments, default=None)
    return Age(jst_day(first), (jst_day(at) - jst_day(first)).days) if first else None


@dataclass(frozen=True)
class Queue:
    """One kind of what waits: its name, where it is worked off, how many there are, and the age of the oldest."""

    title: str
    url: str
    number: int
    age: Age | None


def queues_of_touches(*, at: datetime) -> list[Queue]:
    """Cards that are nobody's and site IDs that nobody has registered: their touches count once the office has said whose."""
    return [
        _queue("office.menu.unknown_cards", "office:unknown_cards", count_unknown_cards(), at=at),
        _queue("office.menu.unknown_sites", "office:unknown_sites", count_unknown_sites(), at=at),
    ]


def _queue(title: str, page: str, found: Unknown, *, at: datetime) -> Queue:
    return Queue(title, reverse(page), found.number, age_of([found.first_at] if found.first_at else [], at=at))
