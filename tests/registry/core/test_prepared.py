from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from registry.core.prepared import Statement, text_list

pytestmark = pytest.mark.django_db

_ADD_UP = Statement(
    "SELECT json_build_array(sum(n), %(name)s::text, %(day)s::date, %(none)s::int, 7 %% 4)"
    " FROM unnest(%(numbers)s::bigint[]) n",
    tuple[int, str, date, int | None, int],
)
_COUNT = Statement("SELECT to_json(count(*)) FROM only_here", int)
_FIND = Statement("SELECT to_json(1) WHERE %(there)s::boolean", int)
_INSERT = Statement("INSERT INTO only_here VALUES (1) RETURNING to_json(number)", int)
_WRONG = Statement("SELECT nothing_here", int)


@pytest.fixture
def _table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE only_here (number int) ON COMMIT DROP")


def test_values_go_and_answers_come_in_their_types() -> None:
    values = {"numbers": [12345678901821, 1], "name": "見本", "day": date(2026, 11, 20), "none": None}
    for _ in range(2):  # planned now, and planned before
        assert _ADD_UP.ask(values) == (12345678901822, "見本", date(2026, 11, 20), None, 3)


def test_no_row_is_no_answer() -> None:
    assert _FIND.ask({"there": True}) == 1
    assert _FIND.ask({"there": False}) is None
    with pytest.raises(RuntimeError):
        _FIND.ask_one({"there": False})


@pytest.mark.usefixtures("_table")
def test_it_works_in_the_transaction_that_is_open() -> None:
    with transaction.atomic():
        assert _INSERT.ask({}) == 1
        assert _COUNT.ask({}) == 1
        transaction.set_rollback(True)
    assert _COUNT.ask({}) == 0


@pytest.mark.django_db(transaction=True)
def test_the_first_statement_of_a_transaction_belongs_to_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE only_here (number int)")
    with transaction.atomic():
        _INSERT.ask({})
        transaction.set_rollback(True)
    assert _COUNT.ask({}) == 0
    connection.close()


def test_errors_are_those_of_the_framework() -> None:
    with pytest.raises(DatabaseError, match="nothing_here"), transaction.atomic():
        _WRONG.ask({})


def test_texts_travel_in_one_parameter() -> None:
    split = Statement("SELECT to_json(string_to_array(%(texts)s, chr(31)))", list[str])
    assert split.ask({"texts": text_list(["一", "", "二,{}"])}) == ["一", "", "二,{}"]


def test_an_error_while_it_runs_is_no_missing_answer() -> None:
    divide = Statement("SELECT to_json(1 / %(by)s::int) WHERE %(by)s::int IS NOT NULL", int)
    assert divide.ask({"by": None}) is None
    with pytest.raises(DatabaseError, match="zero"), transaction.atomic():
        divide.ask({"by": 0})
