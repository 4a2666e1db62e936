"""The small cast of the demonstration hangs together."""

from datetime import timedelta

import pytest

from commands.management.commands.demo import _site_with_device
from registry.businesses.models import Business
from registry.sites.models import SitePeriod
from tests.factories.cast import NOW, REGISTERED, a_firm

pytestmark = pytest.mark.django_db


def test_the_site_begins_no_earlier_than_its_firm_is_known() -> None:
    prime = a_firm(at=REGISTERED)
    _site_with_device(prime, REGISTERED, NOW - timedelta(days=1))
    assert SitePeriod.objects.get().from_on >= Business.objects.get(pk=prime).registered_on
