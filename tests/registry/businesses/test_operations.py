"""Registering firms and adding their users."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from registry.accounts.states import Permission, Role
from registry.audit.models import Move
from registry.businesses.models import Business
from registry.businesses.operations import (
    BusinessData,
    CorporateNumberError,
    KanaError,
    PermitIncompleteError,
    add_user,
    check_business,
    register_business,
)
from registry.businesses.queries import list_users
from registry.businesses.states import BusinessKind
from registry.core.actor import Actor, ActorKind
from registry.core.errors import NotAllowedError
from registry.core.ids import IdKind, is_id
from registry.notices.models import Letter, Notice
from tests.factories.cast import NOW, OFFICE, a_firm, owner_of
from tests.factories.visitors import user_as_actor

pytestmark = pytest.mark.django_db
DATA = BusinessData(
    name="見本建設", kana="ミホンケンセツ", kind=BusinessKind.CORPORATION, representative="見本 代表", postal_code="100-0000",
    prefecture="13", address="東京都", phone="00-0000-0000", officer_name="見本 担当", corporate_number="7000012050002",
)  # fmt: skip


def test_a_firm_is_registered_with_id_first_user_two_letters_and_a_message() -> None:
    firm = register_business(DATA, by=OFFICE, at=NOW)
    (user,) = list_users(firm)
    assert is_id(firm, IdKind.BUSINESS)
    assert (user.is_first, user.account.login_id, user.account.role) == (True, str(firm), Role.OWNER)
    assert sorted(Letter.objects.values_list("kind", flat=True)) == ["firm_first_login", "firm_security_code"]
    assert Letter.objects.filter(recipient_name="見本建設 見本 担当", data__business_id=str(firm)).count() == 2
    assert Notice.objects.get().account_id == user.account.id
    assert Move.objects.filter(noun="businesses_business", subject_id=firm, move="register").count() == 1


@pytest.mark.parametrize(
    ("day", "until"),
    [
        (datetime(2026, 11, 20, tzinfo=UTC), date(2031, 12, 1)),
        (datetime(2026, 12, 20, tzinfo=UTC), date(2032, 1, 1)),  # over the turn of the year
        (datetime(2026, 11, 30, 15, 0, tzinfo=UTC), date(2032, 1, 1)),  # December has begun in Japan
    ],
)
def test_a_registration_holds_to_the_end_of_its_month_five_years_later(day: datetime, until: date) -> None:
    assert Business.objects.get(pk=register_business(DATA, by=OFFICE, at=day)).valid_until == until


def test_the_same_form_registers_one_firm() -> None:
    one = register_business(DATA, key="k", by=OFFICE, at=NOW)
    assert register_business(DATA, key="k", by=OFFICE, at=NOW) == one
    assert register_business(DATA, key="other", by=OFFICE, at=NOW) != one
    assert Business.objects.count() == 2


def test_another_firm_typed_on_the_page_that_back_shows_is_registered() -> None:
    one = register_business(DATA, key="k", by=OFFICE, at=NOW)
    other = register_business(replace(DATA, name="別の名"), key="k", by=OFFICE, at=NOW)
    assert Business.objects.get(pk=other).name == "別の名"
    assert register_business(DATA, key="k", by=OFFICE, at=NOW) == one


def test_forms_without_a_key_are_different_forms() -> None:
    assert register_business(DATA, by=OFFICE, at=NOW) != register_business(DATA, by=OFFICE, at=NOW)


@pytest.mark.parametrize("kana", ["見本", "ﾐﾎﾝ", "みほん", "", "ミホン1"])
def test_a_reading_is_in_katakana(kana: str) -> None:
    with pytest.raises(KanaError) as refused:
        check_business(replace(DATA, kana=kana))
    assert refused.value.field == "kana"


@pytest.mark.parametrize("number", ["7000012050003", "700001205000", "seven", "70000120500021"])
def test_a_corporate_number_has_a_check_digit(number: str) -> None:
    with pytest.raises(CorporateNumberError) as refused:
        check_business(replace(DATA, corporate_number=number))
    assert refused.value.field == "corporate_number"


WHOLE: dict[str, Any] = {"permit_authority": "13", "permit_class": "1", "permit_year": "2026", "permit_number": "1"}


@pytest.mark.parametrize("missing", WHOLE)
def test_a_permit_is_told_whole_or_not_at_all(missing: str) -> None:
    check_business(replace(DATA, **WHOLE))
    with pytest.raises(PermitIncompleteError) as refused:
        check_business(replace(DATA, **{**WHOLE, missing: ""}))
    assert refused.value.field == missing


def test_what_is_wrong_leaves_nothing_behind() -> None:
    with pytest.raises(KanaError):
        register_business(replace(DATA, kana="x"), by=OFFICE, at=NOW)
    assert (Business.objects.count(), Letter.objects.count()) == (0, 0)


def test_only_the_office_registers() -> None:
    rights = frozenset(set(Permission) - {Permission.OFFICE_REGISTER})
    with pytest.raises(NotAllowedError):
        register_business(DATA, by=Actor(ActorKind.OFFICE, rights=rights), at=NOW)


def test_a_user_has_an_id_of_its_own_and_two_letters_to_the_firm() -> None:
    firm = a_firm()
    Letter.objects.all().delete()
    account_id = add_user(firm, name="見本 花子", mail="", role=Role.SITE_VIEWER, by=owner_of(firm), at=NOW)
    user = list_users(firm)[1]
    assert (user.account.id, user.is_first, user.account.role) == (account_id, False, Role.SITE_VIEWER)
    assert is_id(int(user.account.login_id), IdKind.USER)
    assert set(Letter.objects.values_list("recipient_name", flat=True)) == {"見本建設株式会社 見本 花子"}
    assert Letter.objects.count() == 2


@pytest.mark.parametrize("role", [Role.SITE_VIEWER, Role.SITE_MANAGER, Role.PROXY_CLERK])
def test_who_may_not_see_users_adds_none(role: Role) -> None:
    firm = a_firm()
    by = user_as_actor(firm, role)
    with pytest.raises(NotAllowedError):
        add_user(firm, name="x", mail="", role=Role.OWNER, by=by, at=NOW)


def test_another_firm_adds_no_user() -> None:
    firm, other = a_firm(), a_firm("別の会社")
    with pytest.raises(NotAllowedError):
        add_user(firm, name="x", mail="", role=Role.OWNER, by=owner_of(other), at=NOW)
