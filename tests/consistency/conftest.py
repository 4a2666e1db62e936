"""One small world for all cases of a file, emptied at its end: a case is then a matter of milliseconds."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories.committed import committed
from tests.factories.one_of_each import OneOfEach
from tests.factories.shared import as_found

__all__ = ["as_found", "one_of_each"]


@pytest.fixture(scope="module")
def one_of_each(django_db_setup: None, django_db_blocker: Any) -> Iterator[OneOfEach]:
    """One row of every table. A test that uses this works in a savepoint and takes no `db`."""
    with committed(django_db_blocker):
        yield OneOfEach()
