"""The running reader without a card reader: numbers from the keys, what the screen says, a thread that stumbles."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

from reader.pcsc import ReaderError
from reader.people import refresh_people
from reader.run import Habits, Shared, run, typed_credential
from reader.screen import Tone, View
from reader.store import Store
from tests.reader.conftest import NUMBER
from tests.reader.fake_server import Fake

PHONE = f"{NUMBER}.1c9b3a0.{'0' * 20}"


@pytest.fixture(autouse=True)
def _no_card_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside this a test of another worker may put a card on a reader, which this one would take."""

    def no_service() -> NoReturn:
        message = "no card reader"
        raise ReaderError(message)

    monkeypatch.setattr("reader.run.Pcsc", no_service)


class Seen:
    """A face that remembers what it was shown."""

    def __init__(self) -> None:
        self.views: list[View] = []

    def show(self, view: View) -> None:
        self.views.append(view)

    def until(self, fits: Callable[[View], bool]) -> View:
        """The first view that fits, waited for."""
        limit = time.monotonic() + 20
        while time.monotonic() < limit:
            found = next((view for view in self.views if fits(view)), None)
            if found:
                return found
            time.sleep(0.02)
        raise AssertionError(self.views)


@contextmanager
def running(store: Store) -> Iterator[tuple[Shared, Seen]]:
    """The reader at work in a thread of its own."""
    shared, seen = Shared(), Seen()

    def work() -> None:
        with Store(store.path) as mine:
            run(mine, [seen], Habits("", ""), shared)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield shared, seen
    finally:
        shared.stop.set()
        thread.join()


def test_what_was_typed_shows_the_name_and_is_sent(registered: Store, server: Fake) -> None:
    server.people = {NUMBER: "見本 太郎"}
    refresh_people(registered)
    with running(registered) as (shared, seen):
        shared.typed.put(NUMBER)
        assert seen.until(lambda view: view.tone is Tone.TAKEN).big == "見本 太郎"
        shared.typed.put("123")
        assert "桁数" in seen.until(lambda view: view.tone is Tone.FAILED).lines[0]
    assert [(one["card"], one["method"], one["site"]) for one in server.log.values()] == [
        (NUMBER, "typed", "12345678901824")
    ]


def test_the_code_of_a_phone_travels_as_it_is(registered: Store, server: Fake) -> None:
    with running(registered) as (shared, seen):
        shared.typed.put(PHONE)
        seen.until(lambda view: view.tone is Tone.TAKEN)
    assert [(one["qr"], one["method"]) for one in server.log.values()] == [(PHONE, "qr")]
    assert typed_credential(PHONE)[1] == "qr"


def test_a_server_without_names_is_asked_once_and_touches_go_on(
    registered: Store, server: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.run.POLL_S", 0.05)
    server.without_people = True
    with running(registered) as (shared, seen):
        time.sleep(1)
        shared.typed.put(NUMBER)
        seen.until(lambda view: view.tone is Tone.TAKEN)
    assert (server.asked_for_people, len(server.log)) == (1, 1)


def test_a_full_disk_closes_the_screen_before_anybody_touches(
    registered: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.store.LEAST_FREE_BYTES", 2**62)
    with running(registered) as (shared, seen):
        assert "ディスクがいっぱい" in seen.until(lambda view: view.tone is Tone.CLOSED).lines[0]
        shared.typed.put(NUMBER)
        seen.until(lambda view: view.tone is Tone.FAILED)
    assert registered.summary().unsent == 0


def test_a_fault_while_sending_is_said_and_tried_again(
    registered: Store, server: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.run.POLL_S", 0.2)
    registered._link.execute("INSERT OR REPLACE INTO meta VALUES ('lost', 'no list')")
    with running(registered) as (shared, seen):
        shared.typed.put(NUMBER)
        note = seen.until(lambda view: any("つまずき" in one.text for one in view.notes))
        assert note.notes
        registered._link.execute("DELETE FROM meta WHERE key = 'lost'")
        seen.until(lambda view: view.tone is Tone.READY and view.unsent == "未送信: 0" and view is not seen.views[0])
    assert len(server.log) == 1
