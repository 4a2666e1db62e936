from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from registry.workers.models import Worker
from registry.workers.operations import health
from tests.factories.cast import a_worker

pytestmark = pytest.mark.django_db


def stored() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT blood_type, health_checked_on, blood_pressure FROM workers_worker ORDER BY id")
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def read() -> list[tuple[Any, ...]]:
    return list(Worker.objects.order_by("pk").values_list("blood_type", "health_checked_on", "blood_pressure"))


def test_what_was_written_by_an_old_key_is_written_by_the_new_one_and_needs_the_old_no_more(
    settings: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    people = sorted(a_worker(None).worker_id for _ in range(4))
    Worker.objects.filter(pk=people[0]).update(blood_type="O")
    Worker.objects.filter(pk=people[1]).update(health_checked_on=date(2026, 4, 1), blood_pressure="118-76")
    Worker.objects.filter(pk=people[3]).update(blood_type="AB-")
    before, known = stored(), read()
    settings.ENCRYPTION_KEYS = ["the new key", *settings.ENCRYPTION_KEYS]
    monkeypatch.setattr(health, "_AT_ONCE", 2)

    call_command("encrypt_anew")

    assert capsys.readouterr().out == "3 workers, 0 drafts\n"
    settings.ENCRYPTION_KEYS = ["the new key"]
    assert read() == known
    assert [[one is None for one in row] for row in stored()] == [[one is None for one in row] for row in before]
