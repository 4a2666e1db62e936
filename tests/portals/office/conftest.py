"""Who works at the office."""

import pytest
from django.test import Client

from tests.factories.visitors import as_office


@pytest.fixture
def office(db: None) -> Client:
    """A reviewer who is logged in."""
    return as_office()
