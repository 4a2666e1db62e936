"""Lives, roles and permissions of accounts, as tables."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from registry.core.workflow import Step, Workflow


class Portal(StrEnum):
    """Which kind of visitor an account is for."""

    WORKER = "worker"
    BUSINESS = "business"
    OFFICE = "office"


class AccountState(StrEnum):
    """Where an account stands between its opening and its end."""

    INITIAL = "initial"  # has no password of its own yet
    CODE_WANTED = "code_wanted"  # password set, security code not yet given
    ACTIVE = "active"
    CLOSED = "closed"


class AccountMove(StrEnum):
    """What can happen to an account."""

    SET_FIRST_PASSWORD = "set_first_password"  # noqa: S105 -- the name of a move
    CONFIRM_CODE = "confirm_code"
    CLOSE = "close"


ACCOUNT_LIFE = Workflow(
    "accounts_account",
    AccountState.INITIAL,
    (
        Step(AccountMove.SET_FIRST_PASSWORD, (AccountState.INITIAL,), AccountState.CODE_WANTED),
        Step(AccountMove.CONFIRM_CODE, (AccountState.CODE_WANTED,), AccountState.ACTIVE),
        Step(
            AccountMove.CLOSE,
            (AccountState.INITIAL, AccountState.CODE_WANTED, AccountState.ACTIVE),
            AccountState.CLOSED,
        ),
    ),
)


class Limited(StrEnum):
    """What nobody may do without end."""

    LOGIN_NETWORK = "login_network"  # wrong log-ins from one network, by devices that never logged in
    LOGIN_DEVICE = "login_device"  # wrong log-ins from a device that logged in before
    PASSWORD = "password"  # noqa: S105 -- wrong initial passwords at the forced change, by account
    CODE = "code"  # security codes, by account
    SEARCH = "search"  # looking people and firms up, by account
    PAIRING = "pairing"  # wrong pairing codes of new devices, by network
    REVOKED_DEVICE = "revoked_device"  # batches of a device that is not trusted any more, by device


@dataclass(frozen=True)
class Limit:
    """So many times at once, and again one by one: after `per` as many as before."""

    times: int
    per: timedelta


# A carrier puts thousands of phones behind one address: networks get large allowances that only failures use up, and
# a device that logged in before does not draw on them.
LIMITS = {
    Limited.LOGIN_NETWORK: Limit(60, timedelta(minutes=10)),
    Limited.LOGIN_DEVICE: Limit(30, timedelta(minutes=10)),
    Limited.PASSWORD: Limit(10, timedelta(minutes=30)),
    Limited.CODE: Limit(10, timedelta(minutes=30)),
    Limited.SEARCH: Limit(120, timedelta(minutes=10)),
    Limited.PAIRING: Limit(60, timedelta(minutes=10)),
    Limited.REVOKED_DEVICE: Limit(60, timedelta(minutes=10)),
}


class Permission(StrEnum):
    """Everything that a page or endpoint can ask for. Closed: a view names one of these or `public`."""

    WORKER_OWN = "worker.own"  # a worker's own pages
    BUSINESS_VIEW = "business.view"  # the own firm's data
    BUSINESS_WORKERS = "business.workers"  # the own people, search by what the read policy lets through
    BUSINESS_USERS = "business.users"  # the list of a firm's users
    BUSINESS_SITES = "business.sites"  # open sites, say who of the firm has them, answer for the firm in structures
    SITE_VIEW = "site.view"  # see the sites in reach: who is there, days, structure, rosters
    SITE_MANAGE = "site.manage"  # structure, rosters, approvals, terminals and devices of the sites in reach
    OFFICE_REGISTER = "office.register"  # firms and workers, cards, lost phones, what names unknown cards and sites
    OFFICE_SEARCH = "office.search"  # look people and firms up
    OFFICE_PRINT = "office.print"  # print letters, print and ship cards
    OFFICE_RESEND = "office.resend"  # queue the letter with a first password again


class Role(StrEnum):
    """What somebody is, inside a firm or the office (ruling 7)."""

    WORKER = "worker"
    OWNER = "owner"  # 事業者責任者
    TIER_MANAGER = "tier_manager"  # 階層管理者
    SITE_MANAGER = "site_manager"  # 現場管理者
    SITE_VIEWER = "site_viewer"  # 現場閲覧者
    PROXY_CLERK = "proxy_clerk"  # 代行登録担当者
    REVIEWER = "reviewer"  # 審査
    DESK = "desk"  # 問い合わせ窓口


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.WORKER: frozenset({Permission.WORKER_OWN}),
    Role.OWNER: frozenset(
        {
            Permission.BUSINESS_VIEW,
            Permission.BUSINESS_WORKERS,
            Permission.BUSINESS_USERS,
            Permission.BUSINESS_SITES,
            Permission.SITE_VIEW,
            Permission.SITE_MANAGE,
        }
    ),
    Role.TIER_MANAGER: frozenset(
        {
            Permission.BUSINESS_VIEW,
            Permission.BUSINESS_WORKERS,
            Permission.BUSINESS_USERS,
            Permission.BUSINESS_SITES,
            Permission.SITE_VIEW,
            Permission.SITE_MANAGE,
        }
    ),
    Role.SITE_MANAGER: frozenset(
        {Permission.BUSINESS_VIEW, Permission.BUSINESS_WORKERS, Permission.SITE_VIEW, Permission.SITE_MANAGE}
    ),
    Role.SITE_VIEWER: frozenset({Permission.BUSINESS_VIEW, Permission.SITE_VIEW}),
    Role.PROXY_CLERK: frozenset({Permission.BUSINESS_VIEW, Permission.BUSINESS_WORKERS}),
    Role.REVIEWER: frozenset(
        {
            Permission.OFFICE_REGISTER,
            Permission.OFFICE_SEARCH,
            Permission.OFFICE_PRINT,
            Permission.OFFICE_RESEND,
        }
    ),
    Role.DESK: frozenset({Permission.OFFICE_SEARCH, Permission.OFFICE_RESEND}),
}
