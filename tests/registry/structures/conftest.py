"""A prime and its site."""

import pytest

from registry.core.ids import BusinessId, SiteId
from tests.factories.cast import a_firm, a_gate


@pytest.fixture
def prime() -> BusinessId:
    return a_firm("元請建設")


@pytest.fixture
def site(prime: BusinessId) -> SiteId:
    return a_gate(prime).site_id
