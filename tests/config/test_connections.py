"""Connections of threads that end."""

import gc
from collections.abc import Iterator
from threading import Thread
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.backends.signals import connection_created

from config.connections import end_with_thread


@pytest.fixture
def as_on_the_server() -> Iterator[None]:
    """Connections end with their threads, and Python does not look for circles meanwhile."""
    connection_created.connect(end_with_thread)
    gc.disable()
    yield
    gc.enable()
    connection_created.disconnect(end_with_thread)


@pytest.mark.django_db
@pytest.mark.usefixtures("as_on_the_server")
def test_a_connection_is_open_as_long_as_its_thread_lives_and_no_longer() -> None:
    opened: list[psycopg.Connection[Any]] = []
    while_it_lives: list[bool] = []

    def use() -> None:
        connection.ensure_connection()
        opened.append(connection.connection)
        while_it_lives.append(connection.connection.closed)

    thread = Thread(target=use)
    thread.start()
    thread.join()
    assert (while_it_lives, opened[0].closed) == ([False], True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("as_on_the_server")
def test_a_thread_that_had_to_connect_anew_keeps_the_new_connection() -> None:
    connection.close()
    connection.ensure_connection()
    former = connection.connection
    connection.close()
    connection.ensure_connection()
    assert (former.closed, connection.connection.closed) == (True, False)
