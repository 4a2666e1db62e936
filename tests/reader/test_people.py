from datetime import timedelta

import pytest
import time_machine

from reader.people import MOST_DAYS, REFRESH, card_hash, name_of, read_people, refresh_people
from reader.send import now
from reader.store import Store
from tests.reader.conftest import NUMBER
from tests.reader.fake_server import SALT, SECRET, Failure, Fake, masked

NAME = "見本 太郎"


@pytest.fixture
def knowing(registered: Store, server: Fake) -> Store:
    server.people = {NUMBER: NAME}
    refresh_people(registered)
    return registered


def test_a_name_is_known_offline_for_fourteen_days_and_no_longer(knowing: Store, server: Fake) -> None:
    server.failures = [Failure(503)] * 9
    began = now()
    assert (name_of(knowing, NUMBER), name_of(knowing, "12345678901821-02")) == (NAME, "")
    with time_machine.travel(began + timedelta(days=MOST_DAYS, minutes=-5)):
        refresh_people(knowing)
        assert name_of(knowing, NUMBER) == NAME
    with time_machine.travel(began + timedelta(days=MOST_DAYS, minutes=5)):
        assert name_of(knowing, NUMBER) == ""
        refresh_people(knowing)
        assert knowing._link.execute("SELECT count(*) FROM people").fetchone() == (0,)


def test_the_store_holds_no_card_number(knowing: Store) -> None:
    assert knowing._link.execute("SELECT card, name FROM people").fetchall() == [(card_hash(SECRET, NUMBER), NAME)]
    assert NUMBER[:14].encode() not in b"".join(path.read_bytes() for path in knowing.path.parent.glob("store.db*"))


def test_names_are_asked_for_every_few_hours_only(knowing: Store, server: Fake) -> None:
    refresh_people(knowing)
    assert server.asked_for_people == 1
    with time_machine.travel(now() + REFRESH + timedelta(minutes=1)):
        refresh_people(knowing)
    assert server.asked_for_people == 2


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"people": 3}', b'{"people": [{"card": "x"}]}', b"<html>"])
def test_a_strange_answer_changes_nothing(registered: Store, server: Fake, body: bytes) -> None:
    server.failures = [Failure(200, body), Failure(404)]
    assert [refresh_people(registered), refresh_people(registered)] == [False, False]
    assert registered.people_known_at() is None


def test_a_device_that_is_not_registered_asks_nobody(store: Store) -> None:
    refresh_people(store)
    assert name_of(store, NUMBER) == ""


def test_a_fork_forgets_everybody(knowing: Store) -> None:
    knowing.fork(knowing.identity().store)
    assert knowing._link.execute("SELECT count(*) FROM people").fetchone() == (0,)


def test_a_name_cannot_move_the_cursor() -> None:
    assert read_people({"salt": SALT, "people": [masked("a", "見本\x1b[2J")]}, SECRET) == {"a": "見本[2J"}
