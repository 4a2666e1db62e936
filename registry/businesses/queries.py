"""Reads of firms. What leaves towards a page goes through `disclosure`, which knows who looks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields

from django.db.models import Q

from registry.accounts.queries import AccountRow, account_row
from registry.accounts.states import AccountState, Role
from registry.businesses.models import Business, BusinessUser, Unit
from registry.businesses.policy import BUSINESS_POLICY
from registry.core.ids import BusinessId
from registry.core.kana import search_form

FOUND_AT_MOST = 50


@dataclass(frozen=True)
class UnitRow:
    """A branch or department of a firm."""

    id: int
    parent_id: int | None
    tier: int
    code: str
    name: str
    kana: str


def part_of_account(account_id: int) -> tuple[BusinessId | None, frozenset[int] | None]:
    """The firm that an account acts for, and the units of it that the account is limited to; None: no limit.

    A 階層管理者 without a unit reaches none.
    """
    found = BusinessUser.objects.filter(account_id=account_id).values_list("business_id", "unit_id", "account__role")
    business_id, unit_id, role = found.first() or (None, None, "")
    if business_id is None or (unit_id is None and role != Role.TIER_MANAGER):
        return (BusinessId(business_id) if business_id else None), None
    below = Q(pk=unit_id) | Q(parent=unit_id) | Q(parent__parent=unit_id)
    return BusinessId(business_id), frozenset(
        Unit.objects.filter(below).order_by("pk").values_list("pk", flat=True) if unit_id else ()
    )


def businesses_of_accounts(account_ids: Collection[int]) -> dict[int, int]:
    """The firms that some accounts act for, by account."""
    rows = BusinessUser.objects.filter(account__in=account_ids).order_by("pk")
    return dict(rows.values_list("account_id", "business_id"))


def list_units(business_id: int) -> list[UnitRow]:
    """The units of a firm, as a tree read from the top; beside each other by their codes."""
    names = [one.name for one in fields(UnitRow)]
    rows = [UnitRow(*row) for row in Unit.objects.filter(business=business_id).order_by("code").values_list(*names)]

    def below(parent_id: int | None) -> list[UnitRow]:
        return [one for row in rows if row.parent_id == parent_id for one in (row, *below(row.id))]

    return below(None)


def find_unit(business_id: int, unit_id: int) -> UnitRow | None:
    """One unit of a firm, or None."""
    return next((row for row in list_units(business_id) if row.id == unit_id), None)


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


def find_registered(form_key: str | None) -> BusinessId | None:
    """The firm that the form of a key (`key_of_form`) registered."""
    found = Business.objects.filter(form_key=form_key).values_list("pk", flat=True).first() if form_key else None
    return BusinessId(found) if found else None


def find_added_user(business_id: BusinessId, form_key: str | None) -> int | None:
    """The account of the user that the form of a key (`key_of_form`) added to a firm."""
    rows = BusinessUser.objects.filter(business_id=business_id, form_key=form_key)
    return rows.values_list("account_id", flat=True).first() if form_key else None


@dataclass(frozen=True)
class UserRow:
    """One person who logs in for a firm."""

    account: AccountRow
    is_first: bool
    unit_id: int | None


def list_users(business_id: BusinessId) -> list[UserRow]:
    """The people who log in for a firm, in the order of their opening."""
    found = BusinessUser.objects.filter(business_id=business_id).select_related("account").order_by("pk")
    accounts = [(account_row(user.account), user.unit_id) for user in found]
    return [UserRow(account, account.login_id == str(business_id), unit_id) for account, unit_id in accounts]


def list_users_without_password(business_id: BusinessId) -> list[UserRow]:
    """Those of a firm's people who have not chosen a password: their first one can be sent again."""
    return [user for user in list_users(business_id) if user.account.state is AccountState.INITIAL]


def list_users_of_unit(business_id: BusinessId, unit_id: int | None) -> list[UserRow]:
    """Those of a firm's people whom something filed under a unit concerns: the unit's, those above it, the whole firm's."""
    above = units_from(business_id, unit_id)
    return [user for user in list_users(business_id) if user.unit_id in above]


def units_from(business_id: BusinessId, unit_id: int | None) -> set[int | None]:
    """A unit with those above it, and the whole firm (None)."""
    parents = {row.id: row.parent_id for row in list_units(business_id)} if unit_id is not None else {}
    above: set[int | None] = {None}
    while unit_id is not None:
        above.add(unit_id)
        unit_id = parents[unit_id]
    return above
