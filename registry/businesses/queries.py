"""Reads of firms. What leaves towards a page goes through `disclosure`, which knows who looks."""

from collections.abc import Iterable
from dataclasses import dataclass

from registry.accounts.queries import AccountRow, list_accounts
from registry.businesses.models import Business, BusinessUser
from registry.businesses.policy import BUSINESS_POLICY
from registry.core.ids import BusinessId
from registry.core.kana import search_form

FOUND_AT_MOST = 50


def business_of_account(account_id: int) -> BusinessId | None:
    """The firm that an account acts for."""
    found = BusinessUser.objects.filter(account_id=account_id).values_list("business_id", flat=True).first()
    return BusinessId(found) if found else None


def names_of_businesses(ids: Iterable[int]) -> dict[int, str]:
    """Names of firms; a firm's name is open to all."""
    return dict(Business.objects.filter(pk__in=set(ids)).order_by("pk").values_list("pk", "name"))


def fields_of_businesses(ids: Iterable[int]) -> dict[int, dict[str, object]]:
    """All decided fields of firms, for `see_many` alone."""
    names = [one.name for one in BUSINESS_POLICY.fields]
    return {row["id"]: row for row in Business.objects.filter(pk__in=set(ids)).order_by("kana", "pk").values(*names)}


def search_businesses(text: str, *, start: int = 0) -> list[int]:
    """IDs of the firms whose name or reading holds a text, by reading; one more than a page, to know if there is more.

    A text of blanks and dots alone finds nobody: it would stand in every name.
    """
    words = search_form(text)
    if not words:
        return []
    found = Business.objects.filter(search_text__contains=words).order_by("kana", "pk")
    return list(found.values_list("pk", flat=True)[start : start + FOUND_AT_MOST + 1])


def find_registered(key: str) -> BusinessId | None:
    """The firm that a form with this key registered."""
    found = Business.objects.filter(form_key=key).values_list("pk", flat=True).first() if key else None
    return BusinessId(found) if found else None


def find_added_user(business_id: BusinessId, key: str) -> int | None:
    """The account of the user that a form with this key added to a firm."""
    rows = BusinessUser.objects.filter(business_id=business_id, form_key=key)
    return rows.values_list("account_id", flat=True).first() if key else None


@dataclass(frozen=True)
class UserRow:
    """One person who logs in for a firm."""

    account: AccountRow
    is_first: bool


def list_users(business_id: BusinessId) -> list[UserRow]:
    """The people who log in for a firm, in the order of their opening."""
    ids = list(BusinessUser.objects.filter(business_id=business_id).order_by("pk").values_list("account_id", flat=True))
    accounts = list_accounts(ids)
    return [UserRow(accounts[pk], accounts[pk].login_id == str(business_id)) for pk in ids]
