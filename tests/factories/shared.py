"""What the tests of a module share."""

from collections.abc import Callable, Iterator
from copy import copy, deepcopy
from typing import Any, TypeVar

import pytest
import time_machine
from django.db import transaction

from tests.factories.cast import BROWSERS, NOW

T = TypeVar("T")


_worlds: list[Any] = []


def shared(make: Callable[[], T]) -> Any:
    """A fixture: what is made once, at noon, for all tests of a module, each of which undoes what it does to the tables.

    Not for tests that commit: they would wait for the transaction in which it lies.
    """

    @pytest.fixture(scope="module")
    def made(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[T]:
        marks = [item.get_closest_marker("django_db") for item in request.session.items if item.path == request.path]
        assert not any(mark and mark.kwargs.get("transaction") for mark in marks), "a test of this file commits"
        with django_db_blocker.unblock(), transaction.atomic():
            with time_machine.travel(NOW, tick=False):
                world = make()
            _worlds.append(world)
            yield world
            _worlds.remove(world)
            transaction.set_rollback(True)

    return made


@pytest.fixture(autouse=True)
def as_found() -> Iterator[None]:
    """After a test shared worlds have the same parts as before it, and browsers the same cookies."""
    parts = [
        (world, {name: copy(part) if isinstance(part, dict) else part for name, part in vars(world).items()})
        for world in _worlds
    ]
    cookies = [(browser, deepcopy(browser.cookies)) for browser in BROWSERS]
    yield
    for world, before in parts:
        vars(world).update(before)
    for browser, known in cookies:
        browser.cookies = known
