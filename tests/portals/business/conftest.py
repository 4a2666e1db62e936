import pytest

from tests.factories.site_days import Place


@pytest.fixture
def place() -> Place:
    return Place()
