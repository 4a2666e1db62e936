"""A made-up world: the same from the same seed, bound like real touches, with everything that can go wrong in it."""

from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from rich.progress import Progress

from commands.management.commands.demo import WORLD
from commands.management.commands.demo_world import load_world
from registry.histories.operations.binder import bind_months
from registry.histories.states import Reason

pytestmark = pytest.mark.django_db
END = date(2026, 11, 20)
SMALL = {"workers": 40, "firms": 12, "sites": 4, "months": 2, "seed": 5}


def load(**size: int) -> None:
    with Progress(disable=True) as progress:
        load_world(progress, end=END, **size)


def rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return sorted(cursor.fetchall())


MONTHS = "SELECT worker_id, month, site_id, business_id, trade, formal, waiting, uncounted, times, reasons FROM histories_month"


def test_the_same_seed_makes_the_same_world() -> None:
    worlds = []
    for _ in range(2):
        with transaction.atomic():
            load(**SMALL)
            worlds.append([rows(MONTHS), rows("SELECT worker_id, month, site_id, moments FROM touches_presence")])
            transaction.set_rollback(True)
    assert worlds[0] == worlds[1]
    assert worlds[0][0]


def test_another_seed_makes_another_world() -> None:
    load(**SMALL)
    before = rows(MONTHS)
    load(**{**SMALL, "seed": 6})
    assert len(rows(MONTHS)) > len(before)


def test_what_was_loaded_is_bound_like_real_touches() -> None:
    load(**SMALL)
    before = rows(MONTHS)
    assert bind_months({(worker_id, month) for worker_id, month, *_ in before}) == 0
    assert rows(MONTHS) == before


def test_every_reason_occurs_in_the_demo() -> None:
    load(**WORLD)
    found = {number for (reasons,) in rows("SELECT reasons FROM histories_month") for number in reasons[::2]}
    orphans = {code for (code,) in rows("SELECT DISTINCT code FROM touches_orphan")}
    assert {reason for n, reason in enumerate(Reason) if n in found} | orphans == set(Reason)
    ((first,),) = rows("SELECT min(received_at) FROM touches_touch")
    assert (END - first.date()).days < 100, "what a wrong clock says is not when it arrived"


def test_production_settings_refuse_a_demo(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("demo_world", verbosity=0)
