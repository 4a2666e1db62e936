from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from config.health import healthz, readyz
from tests.factories.queue import a_job_worker

pytestmark = pytest.mark.django_db


def test_the_process_answers_without_the_database(rf: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert healthz(rf.get("/healthz")).content == b'{"status": "ok"}'


def test_all_is_there() -> None:
    a_job_worker()
    checks = {"database": True, "migrations": True, "queue": True}
    assert Client().get("/readyz").json() == {"status": "ok", "checks": checks}


def test_a_missing_migration_is_named(rf: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE django_migrations (LIKE django_migrations)")
        answer = readyz(rf.get("/readyz"))
        cursor.execute("DROP TABLE pg_temp.django_migrations")
    assert answer.status_code == 503
    assert b'"migrations": false' in answer.content


def test_a_database_that_does_not_answer_is_named(rf: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread, because this one has its connection already."""
    monkeypatch.setitem(connections.settings["default"], "HOST", "/no/such/folder")
    with ThreadPoolExecutor(1) as another:
        answer = another.submit(readyz, rf.get("/readyz")).result()
    assert answer.status_code == 503
    assert b'{"database": false, "migrations": false, "queue": false}' in answer.content


def test_a_queue_that_nobody_works_off_is_named() -> None:
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": True, "migrations": True, "queue": False}


@pytest.mark.parametrize(("seconds", "lives"), [(29, True), (31, False)])
def test_a_job_worker_that_was_silent_for_too_long_does_not_count(seconds: int, lives: bool) -> None:
    a_job_worker(silent_seconds=seconds)
    assert Client().get("/readyz").json()["checks"]["queue"] is lives


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_other_methods_are_refused_as_such(address: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert {strict.generic(method, address).status_code for method in ("PUT", "POST", "DELETE")} == {405}
    a_job_worker()
    assert strict.head(address).status_code == 200
