"""The feed and its cursor: no mark is lost, none is read twice, whoever commits late."""

import os
import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import connection, connections, transaction

from config.settings.base import database
from registry.changes.models import Change
from registry.changes.operations import ChangeMark, follow_changes, note_change
from registry.changes.queries import is_behind
from registry.changes.states import ChangeKind
from tests.factories.changes import until_free

DAY = date(2026, 11, 20)
_INSERT = "INSERT INTO changes_change (kind, site_id, from_on) VALUES ('site', %s, '2026-11-20')"


@pytest.fixture
def other(transactional_db: None) -> Iterator[psycopg.Connection[Any]]:
    """A second connection, as another process of the server has it."""
    role = database(os.environ["DATABASE_URL"])
    with psycopg.connect(
        dbname=connection.settings_dict["NAME"], user=role["USER"], password=role["PASSWORD"], host=role["HOST"],
        port=role["PORT"] or None,
    ) as link:  # fmt: skip
        yield link


def sites_read(follower: str = "f", **more: Any) -> list[int | None]:
    """The sites of the next marks, once no transaction of anybody holds them back."""
    until_free()
    return sites_free(follower, **more)


def sites_free(follower: str = "f", **more: Any) -> list[int | None]:
    """The sites of the next marks, now."""
    with follow_changes(follower, **more) as marks:
        return [mark.site_id for mark in marks]


def test_a_mark_carries_its_fact(transactional_db: None) -> None:
    until = date(2026, 12, 1)
    note_change(ChangeKind.CARD, worker_id=1, from_on=DAY, until_on=until)
    Change.objects.create(kind=ChangeKind.TOUCH, worker_ids=[2], site_id=9, from_on=DAY)
    note_change(ChangeKind.AFFILIATION, worker_id=3, business_id=8, from_on=DAY)
    until_free()
    with follow_changes("f") as marks:
        assert marks == [
            ChangeMark(ChangeKind.CARD, (1,), None, None, DAY, until),
            ChangeMark(ChangeKind.TOUCH, (2,), 9, None, DAY, None),
            ChangeMark(ChangeKind.AFFILIATION, (3,), None, 8, DAY, None),
        ]


def test_each_mark_is_read_once_by_each_follower(transactional_db: None) -> None:
    note_change(ChangeKind.SITE, site_id=1, from_on=DAY)
    assert (sites_read(), sites_read()) == ([1], [])
    note_change(ChangeKind.SITE, site_id=2, from_on=DAY)
    assert (sites_read(), sites_read("another")) == ([2], [1, 2])


def test_marks_come_in_portions(transactional_db: None) -> None:
    for site_id in (1, 2, 3):
        note_change(ChangeKind.SITE, site_id=site_id, from_on=DAY)
    assert [sites_read(limit=2), sites_read(limit=2), sites_read(limit=2)] == [[1, 2], [3], []]


def test_a_transaction_that_commits_late_loses_nothing(other: psycopg.Connection[Any]) -> None:
    other.execute(_INSERT, [1])  # has the lower number, and is not committed yet
    note_change(ChangeKind.SITE, site_id=2, from_on=DAY)
    assert sites_free() == []  # 2 waits for 1: a plain id cursor would pass over 1 here
    other.commit()
    assert sites_read() == [1, 2]
    assert sites_read() == []


def test_a_late_transaction_that_fails_holds_nobody_up(other: psycopg.Connection[Any]) -> None:
    other.execute(_INSERT, [1])
    note_change(ChangeKind.SITE, site_id=2, from_on=DAY)
    other.rollback()
    assert sites_read() == [2]


def test_a_mark_written_late_in_an_old_transaction_is_read(other: psycopg.Connection[Any]) -> None:
    other.execute("SELECT pg_current_xact_id()")
    note_change(ChangeKind.SITE, site_id=2, from_on=DAY)
    other.execute(_INSERT, [1])  # a higher id in an older transaction
    other.commit()
    assert sites_read() == [1, 2]


def test_a_follower_that_fails_reads_the_same_again(transactional_db: None) -> None:
    note_change(ChangeKind.SITE, site_id=1, from_on=DAY)

    until_free()

    def fail() -> None:
        with follow_changes("f"):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert sites_read() == [1]


def test_two_of_one_name_never_read_the_same(transactional_db: None) -> None:
    for site_id in range(20):
        note_change(ChangeKind.SITE, site_id=site_id, from_on=DAY)
    until_free()
    found: list[int | None] = []
    together = threading.Barrier(2)

    def read() -> None:
        together.wait(timeout=10)
        try:
            while sites := sites_free(limit=3):
                found.extend(sites)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(filter(None, found)) == list(range(1, 20))
    assert len(found) == 20


def test_a_mark_of_a_taken_back_fact_does_not_exist(transactional_db: None) -> None:
    with transaction.atomic():
        note_change(ChangeKind.SITE, site_id=1, from_on=DAY)
        transaction.set_rollback(True)
    assert not Change.objects.exists()
    assert not is_behind("f")
