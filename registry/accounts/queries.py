"""Reads of accounts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from registry.accounts.derive import permissions_of
from registry.accounts.models import Account
from registry.accounts.states import AccountState, Portal, Role


@dataclass(frozen=True)
class AccountRow:
    """One account, without anything secret."""

    id: int
    login_id: str
    portal: Portal
    role: Role
    display_name: str
    mail: str
    state: AccountState
    rights: frozenset[str]
    logged_out_at: datetime | None


def account_row(account: Account) -> AccountRow:
    """The row of a model instance."""
    return AccountRow(
        account.pk, account.login_id, Portal(account.portal), Role(account.role), account.display_name, account.mail,
        AccountState(account.state), permissions_of(account.role),
        account.logged_out_at,
    )  # fmt: skip


def find_account(account_id: int) -> AccountRow | None:
    """An account by its number, or None."""
    account = Account.objects.filter(pk=account_id).first()
    return account_row(account) if account else None


def account_of_login(login_id: str) -> int | None:
    """The account that logs in with an ID."""
    return Account.objects.filter(login_id=login_id).values_list("pk", flat=True).first()


def accounts_with_mail(account_ids: Collection[int]) -> set[int]:
    """Those of some accounts that have a mail address."""
    return set(Account.objects.filter(pk__in=account_ids).exclude(mail="").order_by("pk").values_list("pk", flat=True))
