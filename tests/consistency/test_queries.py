"""A page asks the database as often for three rows as for one. Walks every page of every portal that can be opened."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.cast import (
    NOW,
)
from tests.factories.committed import committed
from tests.factories.world import MANY, PAGES, World, mark

# Pages with a list: the last row must stand on them, else nothing was measured.
LISTS = {
    "worker:home", "worker:own", "worker:sites", "worker:days", "worker:days_of_month", "worker:links", "business:home",
    "business:organisation", "business:users", "business:workers", "business:sites", "business:site", "business:devices", "business:structure", "business:roster",
    "business:add_to_roster", "business:invitations", "business:links", "worker:unregistered", "business:unregistered", "office:search", "office:letters",
    "business:papers", "business:own_today", "business:site_days", "business:refused", "business:person_on_site", "below:structure", "below:roster", "below:add_to_roster", "below:invitations",
}  # fmt: skip


def measure(world: World, page: str) -> tuple[int, str]:
    """How many queries a page makes, and what stands on it."""
    world.open(page)  # what is read once a process is read now
    with CaptureQueriesContext(connection) as queries:
        answer = world.open(page)
    assert answer.status_code == 200, (page, answer.status_code)
    return len(queries), answer.content.decode(errors="replace")


Measured = dict[str, tuple[int, str]]


@pytest.fixture(scope="module")
def measured(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Measured, Measured]]:
    """All pages at one row and at three rows."""
    with committed(django_db_blocker), time_machine.travel(NOW, tick=False):
        world = World()
        world.grow()
        few = {page: measure(world, page) for page in PAGES}
        while world.count < MANY:
            world.grow()
        yield few, {page: measure(world, page) for page in PAGES}


@pytest.mark.parametrize("page", PAGES)
def test_queries_do_not_grow_with_rows(measured: tuple[Measured, Measured], page: str) -> None:
    few, many = measured[0][page], measured[1][page]
    assert few[0] == many[0]
    if page in LISTS:
        assert (mark(1) in few[1], mark(MANY) in few[1], mark(MANY) in many[1]) == (True, False, True)


def test_every_list_is_a_page() -> None:
    assert set(PAGES) >= LISTS
