"""Browsers in which somebody is logged in, by the real steps of the first log-in."""

from datetime import datetime

from django.test import Client

from registry.accounts.models import Account
from registry.accounts.operations import confirm_code, make_initial_password, make_security_code, set_first_password
from registry.accounts.queries import find_account
from registry.accounts.states import Role
from registry.businesses.operations import add_user
from registry.businesses.queries import list_users
from registry.core.actor import Actor, ActorKind
from registry.core.ids import BusinessId, SiteId
from registry.core.viewer import Viewer
from registry.disclosure.queries import viewer_for
from registry.sites.operations.sites import give_site
from registry.sites.queries import find_site, list_site_users
from registry.structures.operations.users import give_site_below
from registry.workers.models import Worker
from tests.factories.cast import NOW, OFFICE, PASSWORD, logged_in, office_login, owner_of


def activate_account(account_id: int, *, at: datetime = NOW) -> str:
    """Take a new account through its first log-in. Returns its login ID."""
    initial = make_initial_password(account_id, by=OFFICE, at=at)
    code = make_security_code(account_id, by=OFFICE, at=at)
    set_first_password(account_id, present=initial, new=PASSWORD, at=at)
    confirm_code(account_id, code, at=at)
    account = find_account(account_id)
    assert account
    return account.login_id


def account_of_worker(worker_id: int) -> int:
    """The account of a worker."""
    return Worker.objects.values_list("account_id", flat=True).get(pk=worker_id)


def a_user(firm: BusinessId, role: Role) -> int:
    """A further user of a firm, active. Returns the account."""
    account_id = add_user(firm, name="見本 係", mail="", role=role, by=owner_of(firm), at=NOW)
    activate_account(account_id)
    return account_id


def give(account_id: int, firm: BusinessId, *sites: SiteId) -> None:
    """Give sites to a user of a firm, beside those who have them."""
    for site_id in sites:
        site, known = find_site(site_id), {user.account.id for user in list_site_users(site_id, firm)}
        assert site
        act = give_site if site.business_id == firm else give_site_below
        act(site_id, known | {account_id}, by=owner_of(firm), at=NOW)


def user_as_actor(firm: BusinessId, role: Role, *sites: SiteId) -> Actor:
    """A further user of a firm as one who acts, who was given some sites."""
    account_id = a_user(firm, role)
    give(account_id, firm, *sites)
    return viewer_for(account_id).actor()


def worker_as_actor(worker_id: int) -> Actor:
    """A worker as one who acts."""
    return Actor(ActorKind.WORKER, account_of_worker(worker_id), worker_id)


def as_firm(firm: BusinessId, role: Role = Role.OWNER, *sites: SiteId) -> Client:
    """A browser of a firm's owner, or of a further user of it who was given some sites."""
    if role is Role.OWNER:
        return logged_in(activate_account(list_users(firm)[0].account.id))
    account_id = a_user(firm, role)
    give(account_id, firm, *sites)
    account = find_account(account_id)
    assert account
    return logged_in(account.login_id)


def as_worker(worker_id: int) -> Client:
    """A worker's browser."""
    return logged_in(activate_account(account_of_worker(worker_id)))


def as_office(role: Role = Role.REVIEWER) -> Client:
    """A browser of the office."""
    return logged_in(office_login(role))


def firm_viewer(firm: BusinessId) -> Viewer:
    """A firm's owner as one who looks."""
    account_id = list_users(firm)[0].account.id
    activate_account(account_id)
    return viewer_for(account_id)


def worker_viewer(worker_id: int) -> Viewer:
    """A worker as one who looks."""
    account_id = account_of_worker(worker_id)
    activate_account(account_id)
    return viewer_for(account_id)


def office_viewer(role: Role = Role.DESK) -> Viewer:
    """One of the office as one who looks."""
    return viewer_for(Account.objects.get(login_id=office_login(role)).pk)
