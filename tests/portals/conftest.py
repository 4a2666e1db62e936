"""Pages read the clock: it stands still at noon in Japan."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.factories.cast import NOW


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield
