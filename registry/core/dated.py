"""Rows of days `[from_on, until_on)`: closed when they end, never overwritten."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db.models import CheckConstraint, F, Func, Q
from django.db.models.expressions import Combinable


class Days(Func):
    """The days of a row as PostgreSQL's range."""

    function = "daterange"


def has_days(name: str) -> CheckConstraint:
    """A row has at least one day."""
    return CheckConstraint(condition=Q(until_on=None) | Q(until_on__gt=F("from_on")), name=name)


def once_at_a_time(*same: str | Combinable, name: str, condition: Q | None = None) -> ExclusionConstraint:
    """No two rows with the same values on the same day."""
    equal = [(one, RangeOperators.EQUAL) for one in same]
    return ExclusionConstraint(
        name=name, condition=condition, expressions=[*equal, (Days("from_on", "until_on"), RangeOperators.OVERLAPS)]
    )


def on_day(day: date) -> Q:
    """Rows that hold on a day."""
    return Q(from_on__lte=day) & (Q(until_on=None) | Q(until_on__gt=day))
