"""A store, a server of our own, and one registered with the other."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import pytest

from reader.lines import take_lines
from reader.records import NewTouch
from reader.register import register
from reader.run import Shared
from reader.store import Store
from reader.texts import JAPANESE, speak
from tests.reader.fake_server import Fake, fake_server

NUMBER = "12345678901821-01"


def a_touch(minute: int = 0, card: str = NUMBER) -> NewTouch:
    """A touch of one minute."""
    return NewTouch("card", card, f"2026-11-20T07:{minute % 60:02}:02.000+09:00", "card", "in", "12345678901824")


@contextmanager
def a_pipe() -> Iterator[tuple[FileIO, FileIO]]:
    """The two ends of a pipe: to read, to write."""
    source, writer = os.pipe()
    with FileIO(source) as reading, FileIO(writer, "w") as writing:
        yield reading, writing


def take(store: Store, text: bytes, *, site: str = "12345678901824") -> int:
    """The lines of a logger that ends; returns how many were none."""
    with a_pipe() as (source, writer):
        writer.write(text)
        writer.close()
        return take_lines(store, source.fileno(), Shared(), site=site, method="card")


@pytest.fixture(autouse=True)
def _japanese_again() -> Iterator[None]:
    """A test that speaks English leaves none of it behind."""
    yield
    speak(JAPANESE)


@pytest.fixture
def server() -> Iterator[Fake]:
    with fake_server() as fake:
        yield fake


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store.db") as made:
        yield made


@pytest.fixture
def registered(store: Store, server: Fake) -> Store:
    register(store, url=server.url, code="ABCD2345", name="test")
    return store
