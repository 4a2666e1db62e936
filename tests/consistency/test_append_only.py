"""The role that the server runs as can add to the logs and nothing else."""

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from registry.audit.operations import note_act
from registry.core.actor import Actor
from tests.factories.cast import NOW

pytestmark = pytest.mark.django_db
TABLES = {"audit_move": "noun", "audit_look": "noun", "changes_change": "kind", "touches_touch": "method"}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_rows_can_only_be_added(table: str, act: str) -> None:
    column = TABLES[table]
    statement = act.format(table, *([column, column] if "UPDATE" in act else []))
    with pytest.raises(ProgrammingError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_an_act_can_be_added() -> None:
    note_act("thing", 1, "done", by=Actor.system(), at=NOW)


@pytest.mark.parametrize("table", ["accounts_account", "notices_letter", "cards_card", "touches_device"])
def test_a_state_is_guarded_by_the_database(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname = %s", [f"{table}_state_guard"])
        assert cursor.fetchone() == (1,)
