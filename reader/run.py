"""The running reader: one thread reads cards and keeps touches, another sends."""

import queue
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from reader.numbers import NumberError, card_number, is_phone_code
from reader.pcsc import CardError, Credential, Pcsc, ReaderError
from reader.people import name_of, refresh_people
from reader.records import NewTouch
from reader.screen import Face, Note, View, closed, ready, receipt, trouble
from reader.send import Sender, State, drain, now, rfc3339
from reader.sites import SiteError, site_for
from reader.store import Store, StoreError
from reader.texts import phrase

SLICE_S, RECEIPT_S, RETRY_READER_S, POLL_S = 0.5, 3.0, 3.0, 5.0
PEOPLE_PAUSE_S = 600.0  # a name on the receipt is not worth a second try at once


@dataclass
class Shared:
    """What the threads tell each other."""

    stop: threading.Event = field(default_factory=threading.Event)
    wake: threading.Event = field(default_factory=threading.Event)
    typed: "queue.SimpleQueue[str]" = field(default_factory=queue.SimpleQueue)
    note: Note | None = None


@dataclass(frozen=True)
class Habits:
    """How this run behaves: `site` only where one was named, `count` is after how many touches it ends, 0 never."""

    site: str
    direction: str
    count: int = 0


def run(store: Store, faces: Sequence[Face], habits: Habits, shared: Shared) -> None:
    """Read cards until told to stop, then try once more to send."""
    with sending(store.path, shared):
        if sys.stdin and sys.stdin.isatty():
            threading.Thread(target=_read_typed, args=(shared,), daemon=True).start()
        _Loop(store, faces, habits, shared).work()


@contextmanager
def sending(path: Path, shared: Shared) -> Iterator[None]:
    """Send beside what is done here; at the end try once more. Ctrl-C and SIGTERM set `stop`."""
    with _stopped_by_signals(shared):
        sender = threading.Thread(target=_send, args=(path, shared), name="sender")
        sender.start()
        try:
            yield
        finally:
            shared.stop.set()
            shared.wake.set()
            sender.join()
    with Store(path) as store:
        drain(Sender(store, timeout_s=5.0))


@contextmanager
def _stopped_by_signals(shared: Shared) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the run after the touch that is being kept."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(kind, lambda *_: shared.stop.set()) for kind in kinds]
    try:
        yield
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)


def _send(path: Path, shared: Shared) -> None:
    """Send until told to stop. A fault of our own must not end it: touches would be kept and never leave."""
    while not shared.stop.is_set():
        try:
            with Store(path) as store:
                _send_from(store, shared)
        except Exception as error:  # noqa: BLE001 -- said on the screen, then tried again
            shared.note = Note(phrase("reader.send.stumbled", cause=error), act=True)
            shared.stop.wait(POLL_S)


def _send_from(store: Store, shared: Shared) -> None:
    sender, next_people = Sender(store), 0.0
    while not shared.stop.is_set():
        shared.wake.clear()
        outcome = sender.step()
        stands = outcome.state in {State.WAIT, State.ACT}
        shared.note = Note(outcome.message, act=outcome.state is State.ACT) if stands else None
        if outcome.state is State.EMPTY:
            if time.monotonic() >= next_people and not refresh_people(store):
                next_people = time.monotonic() + PEOPLE_PAUSE_S
            shared.wake.wait(POLL_S)
        elif outcome.state is not State.SENT:
            shared.stop.wait(outcome.pause_s)


def typed_credential(text: str) -> tuple[Credential, str]:
    """A number from the keys, or the code of a phone from a scanner that acts as a keyboard, with the method."""
    if is_phone_code(text):
        return Credential("qr", text), "qr"
    return Credential("card", card_number(text)), "typed"


def _read_typed(shared: Shared) -> None:
    """Numbers typed, or written by a reader that acts as a keyboard."""
    for line in sys.stdin:
        if line.strip():
            shared.typed.put(line.strip())


class _Loop:
    """The thread that keeps touches."""

    def __init__(self, store: Store, faces: Sequence[Face], habits: Habits, shared: Shared) -> None:
        self._store, self._faces, self._habits, self._shared = store, faces, habits, shared
        self._pcsc: Pcsc | None = None
        self._kept = 0
        self._reader_note: Note | None = None
        self._shown: View | None = None
        self._busy_until = self._next_try = 0.0

    def work(self) -> None:
        try:
            while not self._shared.stop.is_set() and not 0 < self._habits.count <= self._kept:
                self._look_for_typed()
                self._look_for_card()
                self._show_idle()
        finally:
            self._drop_reader()

    def _look_for_typed(self) -> None:
        while not self._shared.typed.empty():
            text = self._shared.typed.get()
            try:
                self._keep(*typed_credential(text))
            except NumberError as error:
                self._trouble(str(error))

    def _look_for_card(self) -> None:
        if self._pcsc is None and time.monotonic() < self._next_try:
            self._shared.stop.wait(SLICE_S)
            return
        try:
            self._pcsc = self._pcsc or Pcsc()
            name = self._pcsc.wait(SLICE_S)
            there = name or self._pcsc.readers()
            self._reader_note = None if there else Note(phrase("reader.pcsc.none"), act=True)
            if name:
                with self._pcsc.connected(name) as card:
                    credential = card.read_token()
                self._keep(credential, "card")
        except CardError as error:
            self._trouble(str(error))
        except ReaderError as error:
            self._reader_note = Note(str(error), act=True)
            self._next_try = time.monotonic() + RETRY_READER_S
            self._drop_reader()

    def _keep(self, credential: Credential, method: str) -> None:
        """The receipt comes after the disk has it."""
        at = rfc3339(now())
        try:
            site = site_for(self._store, self._habits.site)
            touch = NewTouch(credential.kind, credential.value, at, method, self._habits.direction, site)
            self._store.keep([touch])
        except (SiteError, StoreError) as error:
            self._trouble(str(error))
            return
        self._kept += 1
        self._shared.wake.set()
        self._show(receipt(touch, name_of(self._store, touch.credential), self._store.summary()))

    def _trouble(self, message: str) -> None:
        self._show(trouble(message, self._store.summary()))

    def _show(self, view: View) -> None:
        """Let it stand for a while."""
        for face in self._faces:
            face.show(view)
        self._busy_until, self._shown = time.monotonic() + RECEIPT_S, view

    def _show_idle(self) -> None:
        if time.monotonic() < self._busy_until:
            return
        summary = self._store.summary()
        try:
            self._store.check_room()
            site_for(self._store, self._habits.site)
        except (SiteError, StoreError) as error:
            view = closed(str(error), summary)
        else:
            view = ready(summary, [note for note in (self._reader_note, self._shared.note) if note])
        if view != self._shown:
            for face in self._faces:
                face.show(view)
            self._shown = view

    def _drop_reader(self) -> None:
        if self._pcsc is not None:
            self._pcsc.close()
            self._pcsc = None
