import pytest
import time_machine

from registry.drafts.derive import KEPT_FOR
from registry.drafts.models import Draft
from registry.drafts.operations import keep_draft
from registry.drafts.tasks import forget_drafts_daily
from tests.factories.accounts import an_account
from tests.factories.cast import NOW

pytestmark = pytest.mark.django_db


def test_the_night_forgets_old_drafts() -> None:
    keep_draft(an_account(), "/form/", {}, at=NOW)
    with time_machine.travel(NOW + KEPT_FOR, tick=False):
        forget_drafts_daily(0)
    assert not Draft.objects.exists()
