import pytest

from tests.factories.own_days import Own


@pytest.fixture
def own() -> Own:
    return Own()
