import pytest

from registry.accounts.queries import accounts_with_mail, find_account
from registry.accounts.states import AccountState, Permission, Portal
from tests.factories.accounts import an_account

pytestmark = pytest.mark.django_db


def test_an_account_is_found_with_its_rights_and_nothing_secret() -> None:
    account = find_account(an_account(mail="a@example.com"))
    assert account
    assert (account.login_id, account.portal, account.state) == ("12345678901821", Portal.WORKER, AccountState.INITIAL)
    assert account.rights == {Permission.WORKER_OWN}
    assert not hasattr(account, "password")


def test_no_account_is_none() -> None:
    assert find_account(0) is None


def test_accounts_with_a_mail_address_are_told_from_those_without() -> None:
    one, other = an_account("12345678901821", mail="a@example.com"), an_account("22345678901821")
    assert accounts_with_mail([other, one, 0]) == {one}
