from typing import Any

import pytest
from django.db import connection
from django.test import Client

from config.health import healthz, readyz

pytestmark = pytest.mark.django_db


def test_the_process_answers_without_the_database(rf: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert healthz(rf.get("/healthz")).content == b'{"status": "ok"}'


def test_all_is_there() -> None:
    checks = {"database": True, "migrations": True, "queue": True}
    assert Client().get("/readyz").json() == {"status": "ok", "checks": checks}


def test_a_missing_migration_is_named(rf: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE django_migrations (LIKE django_migrations)")
        answer = readyz(rf.get("/readyz"))
        cursor.execute("DROP TABLE pg_temp.django_migrations")
    assert answer.status_code == 503
    assert b'"migrations": false' in answer.content


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_other_methods_are_refused_as_such(address: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert {strict.generic(method, address).status_code for method in ("PUT", "POST", "DELETE")} == {405}
    assert strict.head(address).status_code == 200
