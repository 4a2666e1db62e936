"""The months of the log of looks."""

import importlib
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection

from registry.audit.models import Look
from registry.audit.operations import see_many
from registry.audit.tasks import make_look_partitions_daily
from registry.core.read_policy import Purpose, ReadPolicy, Relation, field
from registry.core.viewer import Viewer

pytestmark = pytest.mark.django_db
POLICY = ReadPolicy("thing", (field("name", Relation.EMPLOYER),))
FIRM = Viewer(account_id=3, business_id=22, purpose=Purpose.EMPLOYMENT)
LATER = datetime(2031, 2, 10, 3, 0, tzinfo=UTC)
MONTH_AFTER = datetime(2031, 2, 28, 15, 0, tzinfo=UTC)  # midnight in Japan: the first of March
FAR = datetime(2050, 1, 1, tzinfo=UTC)


def look(at: datetime) -> None:
    """A firm looks."""
    see_many(FIRM, POLICY, {1: {"name": "n"}}, {1: frozenset({Relation.EMPLOYER})}, at=at)


def asked(statement: str) -> list[tuple[Any, ...]]:
    """What the database answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def partitions() -> list[str]:
    """Where the looks lie, in the order they were made."""
    return [name for (name,) in asked("SELECT tableoid::regclass::text FROM audit_look ORDER BY id")]


def test_a_look_of_this_and_of_next_month_stands_in_its_own_partition() -> None:
    """As the migration leaves the log: no task has run."""
    ((this, following, now, then),) = asked(
        "SELECT 'audit_look_' || to_char(d, 'YYYYMM'), 'audit_look_' || to_char(d + interval '1 month', 'YYYYMM'), now(),"
        " (d + interval '1 month') AT TIME ZONE 'Asia/Tokyo'"
        " FROM (SELECT date_trunc('month', now() AT TIME ZONE 'Asia/Tokyo')) x (d)"
    )
    look(now)
    look(then)
    assert partitions() == [this, following]


def test_looks_of_the_default_partition_move_into_their_months_as_they_are() -> None:
    for at in (LATER, MONTH_AFTER, FAR):
        look(at)
    before = list(Look.objects.order_by("id").values())
    assert partitions() == ["audit_look_default"] * 3
    with time_machine.travel(LATER, tick=False):
        make_look_partitions_daily(0)
    assert partitions() == ["audit_look_203102", "audit_look_203103", "audit_look_default"]
    assert list(Look.objects.order_by("id").values()) == before
    look(LATER)
    assert Look.objects.latest("id").id > before[-1]["id"]
    assert asked("SELECT to_regclass('audit_look_before')") == [(None,)]


def test_the_migration_moves_what_was_seen_before_it() -> None:
    """It asks for the months as it was made to; here the present ones stand, so a later day stands for its own."""
    make = importlib.import_module("registry.audit.migrations.0002_months_of_looks").MAKE
    look(LATER)
    asked(make.replace("now()", "timestamptz '2029-03-01'"))
    assert partitions() == ["audit_look_203102"]


def test_the_months_of_the_next_two_years_stand_ready_however_often_they_are_made() -> None:
    made = []
    for _ in range(2):
        with time_machine.travel(LATER, tick=False):
            make_look_partitions_daily(0)
        made.append(asked("SELECT inhrelid FROM pg_inherits WHERE inhparent = 'audit_look'::regclass ORDER BY 1"))
    assert made[0] == made[1]
    assert asked("SELECT to_regclass('audit_look_203302')::text, to_regclass('audit_look_203304')") == [
        ("audit_look_203302", None)
    ]
