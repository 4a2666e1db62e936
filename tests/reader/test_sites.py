"""A device that is moved: each touch belongs to the place of its moment, which of an earlier one the server knows."""

import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reader.__main__ import main
from reader.records import Terminal
from reader.store import Store
from tests.reader.conftest import NUMBER, take
from tests.reader.fake_server import SECRET, SITE, Fake

THERE = "22222222222224"


def move(store: Store, *sites: str) -> None:
    """Where the device is after a further code."""
    places = [Terminal(one, "門") for one in sites]
    store.register(store.identity().store, url=store.identity().url, device="7", secret=SECRET, terminals=places)


@contextmanager
def started(store: Store, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A command of the reader at work, ended at last."""
    reader = subprocess.Popen(
        [sys.executable, "-m", "reader", "--store", str(store.path), *words], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield reader
    finally:
        reader.terminate()
        reader.communicate(timeout=20)


def until(true: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.05)


def sites_of(server: Fake) -> list[str]:
    return [one["site"] for one in server.log.values()]


@pytest.mark.slow
def test_the_window_sends_the_new_site(registered: Store, server: Fake) -> None:
    with started(registered, "run", "--window", "--headless") as reader:
        assert reader.stdout
        address = reader.stdout.readline().split()[-1]

        def touch() -> None:
            form = urllib.parse.urlencode({"text": NUMBER}).encode()
            urllib.request.urlopen(f"{address}typed", form, timeout=10).close()

        touch()
        until(lambda: sites_of(server) == [SITE])
        move(registered, THERE)
        touch()
        until(lambda: sites_of(server) == [SITE, THERE])
        move(registered, SITE, THERE)
        until(lambda: "--site" in shown(address))
        touch()
        time.sleep(1)
        assert registered.summary().unsent == 0
    assert sites_of(server) == [SITE, THERE]


def shown(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return str(answer.read().decode())


@pytest.mark.slow
def test_lines_send_the_new_site_and_are_kept_aside_where_there_are_two(registered: Store, server: Fake) -> None:
    said = []
    with started(registered, "lines") as reader:
        assert reader.stdin
        assert reader.stdout
        for places in ((SITE,), (THERE,), (SITE, THERE)):
            move(registered, *places)
            reader.stdin.write(f"{NUMBER}\n")
            reader.stdin.flush()
            said.append(reader.stdout.readline()[:2])
        until(lambda: sites_of(server) == [SITE, THERE])
    assert said == ["OK", "OK", "NG"]
    assert [(one.line, "--site" in one.cause) for one in registered.unread()] == [(NUMBER, True)]


@pytest.mark.parametrize(("words", "sites"), [([], ["", THERE]), (["--site", SITE], [SITE, SITE])])
def test_what_brings_its_own_time_is_left_to_the_server_unless_a_site_is_named(
    registered: Store, tmp_path: Path, words: list[str], sites: list[str]
) -> None:
    """The device stands at another place now than at the time that a line tells."""
    move(registered, THERE)
    earlier = f"{NUMBER},2026-11-19T08:00:00+09:00"
    file = tmp_path / "touches.csv"
    file.write_text(f"card,touched_at\n{earlier}\n")
    assert main(["--store", str(registered.path), "csv", str(file), *words]) == 0
    assert take(registered, f"{earlier}\n{NUMBER}\n".encode(), site="".join(words[1:])) == 0
    assert [one.site for one in registered.outgoing(9).touches] == [sites[0], *sites]


def test_what_brings_its_own_time_wants_a_site_as_well_where_there_are_several(
    registered: Store, tmp_path: Path
) -> None:
    """The server would refuse it."""
    move(registered, SITE, THERE)
    file = tmp_path / "touches.csv"
    file.write_text(f"card,touched_at\n{NUMBER},2026-11-19T08:00:00+09:00\n")
    assert main(["--store", str(registered.path), "csv", str(file)]) == 2
    assert registered.outgoing(9).touches == ()


@pytest.mark.parametrize("words", [["run", "--headless"], ["lines"]])
def test_with_two_places_from_the_start_nothing_is_started(registered: Store, words: list[str]) -> None:
    move(registered, SITE, THERE)
    with started(registered, *words) as reader:
        assert reader.stdout
        assert "--site" in reader.stdout.readline()
        assert reader.wait(20) == 2
