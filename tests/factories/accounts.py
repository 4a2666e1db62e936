"""Accounts in the situations that tests need, made by the real operations."""

from datetime import datetime

from registry.accounts.models import Account
from registry.accounts.operations import confirm_code, open_account, set_first_password
from registry.accounts.states import Portal, Role
from tests.factories.cast import NOW, OFFICE, PASSWORD


def an_account(login_id: str = "12345678901821", *, mail: str = "", at: datetime = NOW) -> int:
    """An account that has neither password nor code yet."""
    return open_account(
        login_id=login_id, portal=Portal.WORKER, role=Role.WORKER, display_name="見本 太郎", mail=mail, by=OFFICE, at=at
    )


def first_login(login_id: int | str, letters: dict[str, str], *, at: datetime = NOW) -> None:
    """Go through the steps of the first log-in with what the letters say."""
    account_id = Account.objects.get(login_id=login_id).pk
    set_first_password(account_id, present=letters["initial"], new=PASSWORD, at=at)
    confirm_code(account_id, letters["code"], at=at)


def wrong_code(code: str) -> str:
    """Six digits that are not the code."""
    return "000000" if code != "000000" else "111111"
