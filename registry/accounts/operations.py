"""Writes of accounts: opening, the steps of the first login, log-in with lock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.contrib.auth.hashers import check_password as matches
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q

from registry.accounts.derive import (
    LOCK,
    TRIES,
    TRIES_COUNT,
    check_password,
    draw_initial_password,
    draw_security_code,
    is_initial_password_lapsed,
    used_until_after,
    wait_of,
)
from registry.accounts.models import Account, Allowance, SecurityCode, WrongTries
from registry.accounts.queries import AccountRow, account_row
from registry.accounts.states import ACCOUNT_LIFE, LIMITS, AccountMove, AccountState, Limited, Portal, Role
from registry.audit.operations import move, note_act
from registry.core.actor import Actor, ActorKind
from registry.core.errors import MoveRefusedError, RegistryError
from registry.core.ids import normal_login_id

# Compared where there is no such account. Django hashes once for it too, so that an unknown ID takes as long as a known one.
_NOBODY = UNUSABLE_PASSWORD_PREFIX


class LoginWrongError(RegistryError):
    """ID and password do not belong together; nobody learns which of them is wrong."""

    code = "LOGIN_WRONG"


class LoginClosedError(RegistryError):
    """Five wrong tries in a row: this ID is closed for this place until `until`."""

    code = "LOGIN_CLOSED"


class InitialPasswordLapsedError(RegistryError):
    """The initial password is older than 90 days."""

    code = "INITIAL_PASSWORD_LAPSED"


class PasswordWrongError(RegistryError):
    """The present password is not the one typed."""

    code = "PASSWORD_WRONG"


class SecurityCodeWrongError(RegistryError):
    """The security code is not the one typed; `left` tries remain."""

    code = "SECURITY_CODE_WRONG"


class SecurityCodeVoidError(RegistryError):
    """The security code is void: five wrong tries, or none was made."""

    code = "SECURITY_CODE_VOID"


class TooOftenError(RegistryError):
    """Somebody does something too often; it goes on in `seconds`."""

    code = "TOO_OFTEN"

    def __init__(self, *, seconds: int) -> None:
        super().__init__(seconds=seconds)
        self.seconds = seconds


def check_allowance(kind: Limited, who: str, *, at: datetime) -> None:
    """Raise `TooOftenError` where a limit is used up. Uses nothing."""
    used = Allowance.objects.filter(kind=kind, who=who).first()
    _raise_if_used_up(wait_of(used.used_until, LIMITS[kind], at) if used else timedelta())


def use_allowance(kind: Limited, who: str, *, at: datetime) -> None:
    """Use a limit once. Raises `TooOftenError`, and uses nothing, where it is used up."""
    limit = LIMITS[kind]
    with transaction.atomic():
        Allowance.objects.get_or_create(kind=kind, who=who, defaults={"used_until": at})
        used = Allowance.objects.select_for_update().get(kind=kind, who=who)
        wait = wait_of(used.used_until, limit, at)
        if not wait:
            used.used_until = used_until_after(used.used_until, limit, at)
            used.save(update_fields=["used_until"])
    _raise_if_used_up(wait)


def _raise_if_used_up(wait: timedelta) -> None:
    if wait:
        raise TooOftenError(seconds=ceil(wait.total_seconds()))


def forget_allowances(*, at: datetime) -> int:
    """Drop what is free again. Returns how many."""
    return Allowance.objects.filter(used_until__lt=at).delete()[0]


def forget_tries(*, at: datetime) -> int:
    """Drop wrong tries that no longer matter: a right one came, the lock is over, or a month has passed. Returns how many."""
    over = (
        Q(closed_until=None, in_a_row=0) | Q(closed_until__lte=at) | Q(closed_until=None, last_at__lt=at - TRIES_COUNT)
    )
    return WrongTries.objects.filter(over).delete()[0]


def forget_sessions(*, at: datetime) -> int:
    """Drop sessions that have run out: nobody comes back to them, but searched words stand in them. Returns how many."""
    return Session.objects.filter(expire_date__lt=at).delete()[0]


@transaction.atomic
def open_account(
    *, login_id: str, portal: Portal, role: Role, display_name: str, mail: str = "", by: Actor, at: datetime
) -> int:
    """Open an account that cannot be used before its initial password is made. Returns its number."""
    account = Account.objects.create(
        login_id=normal_login_id(login_id), portal=portal, role=role, display_name=display_name, mail=mail, opened_at=at,
        password=make_password(None),
    )  # fmt: skip
    note_act("accounts_account", account.pk, "open", by=by, at=at)
    return account.pk


def _locked(account_id: int) -> Account:
    return Account.objects.select_for_update().get(pk=account_id)


def _without_password(account_id: int) -> Account:
    account = _locked(account_id)
    if account.state != AccountState.INITIAL:
        raise MoveRefusedError(workflow=ACCOUNT_LIFE.name, move="make_initial_password", state=account.state)
    return account


def check_without_password(account_id: int) -> None:
    """Raise `MoveRefusedError` when the person has chosen a password. Who asks at the same time waits for this one."""
    _without_password(account_id)


@transaction.atomic
def make_initial_password(account_id: int, *, by: Actor, at: datetime) -> str:
    """Make a new initial password; it is returned once, for printing, and kept only as a hash.

    Raises `MoveRefusedError` when the person has chosen a password: a late letter must not take it away.
    """
    account = _without_password(account_id)
    password = draw_initial_password()
    account.password, account.initial_password_at = make_password(password), at
    account.save(update_fields=["password", "initial_password_at"])
    note_act("accounts_account", account_id, "make_initial_password", by=by, at=at)
    return password


@transaction.atomic
def make_security_code(account_id: int, *, by: Actor, at: datetime) -> str:
    """Make a new security code in place of an older one; it is returned once, for printing."""
    _locked(account_id)
    SecurityCode.objects.filter(account_id=account_id, ended_at=None).update(ended_at=at)
    code = draw_security_code()
    SecurityCode.objects.create(account_id=account_id, code_hash=make_password(code), made_at=at)
    note_act("accounts_account", account_id, "make_security_code", by=by, at=at)
    return code


@dataclass(frozen=True)
class LogIn:
    """The outcome of a right password: whose it is, and which step comes next."""

    account: AccountRow
    next_step: AccountState


@dataclass(frozen=True)
class Place:
    """From where somebody logs in: the network, and the device where it logged in to this account before."""

    network: str
    device: str = ""
    portals: frozenset[Portal] = frozenset(Portal)  # whose people may log in from there; others are unknown

    @property
    def name(self) -> str:
        """Under which wrong tries are counted for an ID (ruling 3)."""
        return f"device-{self.device}" if self.device else "elsewhere"

    @property
    def allowance(self) -> tuple[Limited, str]:
        """On which limit wrong tries draw, whatever the ID."""
        return (Limited.LOGIN_DEVICE, self.device) if self.device else (Limited.LOGIN_NETWORK, self.network)


def check_login(typed_id: str, password: str, *, place: Place, at: datetime) -> LogIn:
    """Check an ID and password from a place (ruling 3).

    Raises `LoginWrongError`, `LoginClosedError`, `InitialPasswordLapsedError` or `TooOftenError`. Wrong tries are
    counted in the database, whether the ID exists or not, and stay counted: the error leaves after the count is committed.
    """
    login_id = normal_login_id(typed_id)
    check_allowance(*place.allowance, at=at)
    with transaction.atomic():
        tries, _ = WrongTries.objects.select_for_update().get_or_create(
            typed_id=login_id, place=place.name, defaults={"last_at": at}
        )
        closed = tries.closed_until is not None and tries.closed_until > at
        account = (
            Account.objects.filter(login_id=login_id, portal__in=place.portals)
            .exclude(state=AccountState.CLOSED)
            .first()
        )
        right = matches(password, account.password if account else _NOBODY) and account is not None
        if not closed:
            _count(tries, right=right, at=at)
    if not right:
        use_allowance(*place.allowance, at=at)
    if tries.closed_until is not None and tries.closed_until > at:
        raise LoginClosedError(until=tries.closed_until)
    if not right or account is None:
        raise LoginWrongError(left=TRIES - tries.in_a_row)
    if account.state == AccountState.INITIAL and is_initial_password_lapsed(account.initial_password_at, at):
        raise InitialPasswordLapsedError
    return LogIn(account_row(account), AccountState(account.state))


def _count(tries: WrongTries, *, right: bool, at: datetime) -> None:
    tries.in_a_row = 0 if right or tries.closed_until else tries.in_a_row
    tries.closed_until = None
    if not right:
        tries.in_a_row += 1
        if tries.in_a_row >= TRIES:
            tries.closed_until = at + LOCK
    tries.last_at = at
    tries.save(update_fields=["in_a_row", "closed_until", "last_at"])


def _self(account: Account) -> Actor:
    return Actor(ActorKind(account.portal), account.pk)


def set_first_password(account_id: int, *, present: str, new: str, personal: Iterable[str] = (), at: datetime) -> None:
    """Change the initial password to an own one; `personal` is what else others know of the person.

    Raises `PasswordWrongError`, `TooOftenError` after too many of them, or what is wrong with the new one.
    """
    check_allowance(Limited.PASSWORD, str(account_id), at=at)
    with transaction.atomic():
        account = _locked(account_id)
        right = matches(present, account.password)
        if right:
            check_password(new, personal=[account.login_id, account.display_name, account.mail, *personal])
            if present == new:
                raise PasswordSameError(field="new_password")
            account.password = make_password(new)
            account.save(update_fields=["password"])
            move(account, ACCOUNT_LIFE, AccountMove.SET_FIRST_PASSWORD, by=_self(account), at=at)
    if not right:
        use_allowance(Limited.PASSWORD, str(account_id), at=at)
        raise PasswordWrongError(field="present_password")


class PasswordSameError(RegistryError):
    """The new password is the old one."""

    code = "PASSWORD_SAME"


def confirm_code(account_id: int, typed: str, *, at: datetime) -> None:
    """Take the security code that makes the account active.

    Raises `SecurityCodeWrongError`, `SecurityCodeVoidError` or `TooOftenError`; the wrong try is committed before.
    Harmless when repeated on an active account, and refused with `MoveRefusedError`, uncounted, before the password is set.
    """
    use_allowance(Limited.CODE, str(account_id), at=at)
    with transaction.atomic():
        account = _locked(account_id)
        if account.state == AccountState.ACTIVE:
            return
        ACCOUNT_LIFE.target(AccountMove.CONFIRM_CODE, account.state)
        code = SecurityCode.objects.select_for_update().filter(account_id=account_id, ended_at=None).first()
        right = code is not None and matches(normal_login_id(typed), code.code_hash)
        if code is not None:
            code.wrong_tries += 0 if right else 1
            if right or code.wrong_tries >= TRIES:
                code.ended_at = at
            code.save(update_fields=["wrong_tries", "ended_at"])
        if right:
            move(account, ACCOUNT_LIFE, AccountMove.CONFIRM_CODE, by=_self(account), at=at)
    if code is None or (not right and code.ended_at):
        raise SecurityCodeVoidError(field="security_code")
    if not right:
        raise SecurityCodeWrongError(field="security_code", left=TRIES - code.wrong_tries)


@transaction.atomic
def end_sessions(account_id: int, *, by: Actor, at: datetime) -> None:
    """Log somebody out wherever he is logged in: all sessions begun before this moment."""
    account = _locked(account_id)
    account.logged_out_at = at
    account.save(update_fields=["logged_out_at"])
    note_act("accounts_account", account_id, "end_sessions", by=by, at=at)
