from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from registry.drafts.derive import KEPT_AT_MOST, KEPT_FOR
from registry.drafts.models import Draft
from registry.drafts.operations import drop_draft, encrypt_drafts_anew, forget_drafts, keep_draft
from registry.drafts.queries import find_draft
from tests.factories.accounts import an_account
from tests.factories.cast import NOW

pytestmark = pytest.mark.django_db
FORM = "/business/sites/new/"


def test_what_is_kept_later_takes_the_place_of_what_was_there() -> None:
    account = an_account()
    keep_draft(account, FORM, {"name": "見本ビル"}, at=NOW)
    keep_draft(account, FORM, {"name": "見本ビル新築"}, at=NOW + timedelta(minutes=1))
    assert [row.typed for row in Draft.objects.all()] == [{"name": "見本ビル新築"}]


def test_the_oldest_of_too_many_gives_way_and_only_the_own_ones() -> None:
    account, other = an_account(), an_account("12345678901822")
    keep_draft(other, FORM, {}, at=NOW - timedelta(days=1))
    for number in range(KEPT_AT_MOST + 1):
        keep_draft(account, f"/{number}/", {}, at=NOW + timedelta(seconds=number))
    kept = Draft.objects.filter(account_id=account).order_by("saved_at").values_list("form", flat=True)
    assert list(kept) == [f"/{number}/" for number in range(1, KEPT_AT_MOST + 1)]
    assert find_draft(other, FORM, at=NOW)


def test_a_dropped_draft_is_gone_and_dropping_again_does_no_harm() -> None:
    account = an_account()
    keep_draft(account, FORM, {"name": "見本ビル"}, at=NOW)
    keep_draft(account, "/another/", {}, at=NOW)
    drop_draft(account, FORM)
    drop_draft(account, FORM)
    assert [row.form for row in Draft.objects.all()] == ["/another/"]


def test_what_nobody_went_on_with_is_forgotten() -> None:
    account = an_account()
    keep_draft(account, FORM, {}, at=NOW)
    keep_draft(account, "/newer/", {}, at=NOW + timedelta(seconds=1))
    assert forget_drafts(at=NOW + KEPT_FOR) == 1
    assert [row.form for row in Draft.objects.all()] == ["/newer/"]


def test_the_database_holds_nothing_plain_of_what_was_typed() -> None:
    account = an_account()
    keep_draft(account, FORM, {"blood_type": "AB+", "name": "見本"}, at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT d::text FROM drafts_draft d")
        ((row,),) = cursor.fetchall()
    for plain in ("AB+", "blood_type", "見本"):
        assert plain not in row
        assert plain.encode().hex() not in row


def test_what_was_written_by_an_old_key_is_written_by_the_new_one_and_needs_the_old_no_more(settings: Any) -> None:
    accounts, typed = [an_account(), an_account("12345678901822")], {"work": "足場"}
    for account in accounts:
        keep_draft(account, FORM, typed, at=NOW)
    settings.ENCRYPTION_KEYS = ["the new key", *settings.ENCRYPTION_KEYS]
    assert encrypt_drafts_anew() == 2
    settings.ENCRYPTION_KEYS = ["the new key"]
    assert [row.typed for row in Draft.objects.all()] == [typed, typed]
