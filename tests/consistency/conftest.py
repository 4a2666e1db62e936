"""One small world for all cases of a file, taken back at its end: a case is then a matter of milliseconds."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.factories.one_of_each import OneOfEach


@pytest.fixture(scope="module")
def one_of_each(django_db_setup: None, django_db_blocker: Any) -> Iterator[OneOfEach]:
    """One row of every table. A test that uses this works in a savepoint and takes no `db`."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield OneOfEach()
        transaction.set_rollback(True)
