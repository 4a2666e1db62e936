"""Fixtures that tests of several folders begin with; a folder's `conftest.py` names those that it uses."""

from collections.abc import Iterator

import pytest
import time_machine

from registry.core.ids import BusinessId
from tests.factories.cast import NOW, Gate, a_firm, a_gate


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """The clock stands still at noon in Japan: doors read it."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def prime() -> BusinessId:
    """A firm that opens sites."""
    return a_firm()


@pytest.fixture
def gate(prime: BusinessId) -> Gate:
    """A site of it with one registered device."""
    return a_gate(prime)
