"""The triggers of the database: each guards what the code says, also against the owner, whom no missing right stops."""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from config.settings.base import database
from tests.consistency.test_workflows import workflows

pytestmark = pytest.mark.django_db
# Tables whose rows are only ever added, and a row for each.
APPEND_ONLY = {
    "audit_look": "(at, items, subjects, noun, relation, purpose) VALUES (now(), 1, '{1}', 'worker', 'office', 'desk')",
    "audit_move": "(at, noun, subject_id, move, from_state, to_state, actor_kind, reason)"
    " VALUES (now(), 'thing', 1, 'go', '', '', 'office', '')",
    "changes_change": "(kind, from_on) VALUES ('site', '2026-11-20')",
    "histories_day_decision": "(worker_id, site_id, day, counts, reason, recorded_at, self_approved)"
    " VALUES (1, 1, '2026-11-20', true, '', now(), false)",
    "histories_day_edit": "(worker_id, site_id, day, trade, second_trade, position, work, side, recorded_at, late)"
    " VALUES (1, 1, '2026-11-20', '', '', '', 'work', 'worker', now(), false)",
    "histories_edit_answer": "(edit_id, answer, reason, recorded_at, self_approved) VALUES (1, 'withdrawn', '', now(), false)",
    "touches_touch": "VALUES (1, 1, now(), now(), 1, NULL, 'card', '', '', 'card', '')",
}
ACTS = {"UPDATE {} SET {} = {}": "UPDATE", "DELETE FROM {}": "DELETE", "TRUNCATE {} CASCADE": "TRUNCATE"}
COLUMNS = {
    "audit_look": "noun", "audit_move": "noun", "changes_change": "kind", "histories_day_decision": "reason",
    "histories_day_edit": "work", "histories_edit_answer": "reason", "touches_touch": "method",
}  # fmt: skip


@pytest.fixture
def owner() -> Iterator[psycopg.Connection[Any]]:
    """The owner of the tables, in a transaction that is taken back."""
    role = database(os.environ["MIGRATE_DATABASE_URL"])
    with psycopg.connect(
        dbname=connection.settings_dict["NAME"], user=role["USER"], password=role["PASSWORD"], host=role["HOST"],
        port=role["PORT"] or None, options="-c lock_timeout=5000",
    ) as link:  # fmt: skip
        yield link
        link.rollback()


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_not_even_the_owner_changes_a_log(owner: psycopg.Connection[Any], table: str, act: str) -> None:
    if ACTS[act] != "TRUNCATE":  # which needs no row, and none whose keys are not checked yet
        owner.execute(f"INSERT INTO {table} {APPEND_ONLY[table]}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=f"is append-only: {ACTS[act]} refused"):
        owner.execute(act.format(table, COLUMNS[table], COLUMNS[table]))


PARTITIONED = ["audit_look", "touches_touch"]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("table", PARTITIONED)
def test_not_even_the_owner_changes_a_month_of_a_log(owner: psycopg.Connection[Any], table: str, act: str) -> None:
    owner.execute(
        f"SELECT {table.partition('_')[0]}_make_partitions((now() + interval '9 years')::date)"
    )  # made by no migration
    row = APPEND_ONLY[table].replace("now()", "now() + interval '8 years'")
    owner.execute(f"INSERT INTO {table} {row}")
    ((month,),) = owner.execute(f"SELECT tableoid::regclass::text FROM {table}").fetchall()
    assert not month.endswith("default")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=f"{month} is append-only: {ACTS[act]} refused"):
        owner.execute(act.format(month, COLUMNS[table], COLUMNS[table]))


def test_every_partition_of_a_log_is_guarded_as_the_log_is(owner: psycopg.Connection[Any]) -> None:
    found = owner.execute(
        "SELECT i.inhparent::regclass::text, count(DISTINCT i.inhrelid) > 24, count(*) = 2 * count(DISTINCT i.inhrelid)"
        " FROM pg_inherits i JOIN pg_class r ON r.oid = i.inhparent AND r.relkind = 'p'"
        " LEFT JOIN pg_trigger t ON t.tgrelid = i.inhrelid AND t.tgfoid = 'refuse_change'::regproc"
        " GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert found == [(table, True, True) for table in PARTITIONED]


def test_the_triggers_are_those_that_the_tests_know() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.relname, p.proname FROM pg_trigger t JOIN pg_class r ON r.oid = t.tgrelid"
            " JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND NOT r.relispartition"
            " AND r.relname NOT LIKE 'procrastinate%'"
        )
        found = set(cursor.fetchall())
    guards = {(life.name, f"{life.name}_state_guard") for life in workflows()}
    assert found == guards | {(table, "refuse_change") for table in APPEND_ONLY}
