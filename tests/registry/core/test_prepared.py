import pytest
from django.db import DatabaseError, connection, transaction

from registry.core.prepared import prepared

pytestmark = pytest.mark.django_db


def test_a_statement_answers_rows_in_their_types() -> None:
    with prepared() as cursor:
        assert cursor.run("SELECT %s::bigint, %s::text", (12345678901821, "見本")).one() == (12345678901821, "見本")
        assert cursor.run("SELECT generate_series(1, %s::int)", (3,)).all() == [(1,), (2,), (3,)]


def test_a_statement_that_must_answer_and_does_not_is_an_error() -> None:
    with prepared() as cursor, pytest.raises(RuntimeError):
        cursor.run("SELECT 1 WHERE false", ()).one()


def test_it_works_in_the_transaction_that_is_open() -> None:
    with transaction.atomic():
        with connection.cursor() as plain:
            plain.execute("CREATE TEMP TABLE only_here (number int)")
        with prepared() as cursor:
            cursor.run("INSERT INTO only_here VALUES (%s)", (7,))
            assert cursor.run("SELECT number FROM only_here", ()).one() == (7,)
        transaction.set_rollback(True)


def test_errors_are_those_of_the_framework() -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), prepared() as cursor:
        cursor.run("SELECT nothing_here", ())
