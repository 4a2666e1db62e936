from datetime import timedelta

import pytest

from registry.drafts.derive import KEPT_FOR
from registry.drafts.operations import keep_draft
from registry.drafts.queries import DraftRow, find_draft
from tests.factories.accounts import an_account
from tests.factories.cast import NOW

pytestmark = pytest.mark.django_db
FORM = "/business/sites/new/"


def test_a_draft_is_found_by_its_login_and_its_form_alone() -> None:
    account, other = an_account(), an_account("12345678901822")
    keep_draft(account, FORM, {"name": "見本ビル"}, at=NOW)
    assert find_draft(account, FORM, at=NOW) == DraftRow({"name": "見本ビル"}, NOW, NOW + KEPT_FOR)
    assert find_draft(other, FORM, at=NOW) is None
    assert find_draft(account, "/business/users/new/", at=NOW) is None


def test_a_draft_is_shown_no_more_once_its_time_is_over() -> None:
    account = an_account()
    keep_draft(account, FORM, {}, at=NOW)
    assert find_draft(account, FORM, at=NOW + KEPT_FOR - timedelta(seconds=1))
    assert find_draft(account, FORM, at=NOW + KEPT_FOR) is None
