"""Writes of firms."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from stdnum.jp import cn

from registry.accounts.operations import open_account
from registry.accounts.states import Permission, Portal, Role
from registry.audit.operations import note_act
from registry.businesses.models import Business, BusinessUser, Unit
from registry.businesses.queries import find_added_user, find_registered, find_unit
from registry.businesses.states import MOST_TIERS, PERMIT, ROLES_OF_FIRMS, ROLES_OF_UNITS, BusinessKind
from registry.codes.derive import full_address
from registry.core.actor import Actor
from registry.core.days import jst_day
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.form_keys import key_of_form
from registry.core.ids import BusinessId, IdKind, make_id
from registry.core.kana import is_katakana, search_form
from registry.notices.operations import Recipient, send_first_password_again, write_letter, write_notice
from registry.notices.states import LetterKind, NoticeKind

VALID_YEARS = 5  # a registration holds to the end of its month five years later


class CorporateNumberError(RegistryError):
    """A 法人番号 does not have thirteen digits or its check digit does not fit."""

    code = "CORPORATE_NUMBER"


class RoleError(RegistryError):
    """A role that nobody in a firm can be given."""

    code = "ROLE"


class UnitError(RegistryError):
    """A unit is wanted, and none of those that somebody may choose was given."""

    code = "UNIT"


class UnitMissingError(UnitError):
    """A unit has to be chosen, and none was."""

    code = "UNIT_MISSING"


class PermitIncompleteError(RegistryError):
    """Of a 建設業許可, which is known by all its parts together, some were given and others not."""

    code = "PERMIT_INCOMPLETE"


class UnitCodeError(RegistryError):
    """A 階層ID is not of digits, or another unit of the firm has it."""

    code = "UNIT_CODE"


class UnitTierError(RegistryError):
    """A unit would stand below the third tier."""

    code = "UNIT_TIER"


class KanaError(RegistryError):
    """A reading is not in katakana."""

    code = "KANA"


@dataclass(frozen=True, kw_only=True)
class BusinessData:
    """What a firm registers."""

    name: str
    kana: str
    kind: BusinessKind
    representative: str
    postal_code: str
    prefecture: str
    address: str
    phone: str
    officer_name: str
    officer_mail: str = ""
    officer_phone: str = ""
    corporate_number: str = ""
    permit_authority: str = ""
    permit_class: str = ""
    permit_year: str = ""
    permit_number: str = ""
    capital_yen: int = 0
    fax: str = ""
    health_insurance: str = ""
    pension_insurance: str = ""
    employment_insurance: str = ""
    labour_insurance_number: str = ""
    kentaikyo_number: str = ""
    chutaikyo: bool | None = None
    special_accident_insurance: bool | None = None
    officer_address: str = ""
    awards: str = ""
    clients: str = ""


def _valid_until(registered_on: date) -> date:
    """The first day after the last month of a registration."""
    month = registered_on.month % 12 + 1
    return date(registered_on.year + VALID_YEARS + (1 if month == 1 else 0), month, 1)


def check_business(data: BusinessData) -> None:
    """Raise what is wrong with a firm's data."""
    if not is_katakana(data.kana):
        raise KanaError(field="kana")
    if data.corporate_number and not cn.is_valid(data.corporate_number):
        raise CorporateNumberError(field="corporate_number")
    permit = {name: getattr(data, name) for name in PERMIT}
    if any(permit.values()) and not all(permit.values()):
        raise PermitIncompleteError(field=next(name for name, value in permit.items() if not value))


@transaction.atomic
def register_business(data: BusinessData, *, key: str = "", by: Actor, at: datetime) -> BusinessId:
    """Register a firm with its first user and queue the two letters of the first log-in (ruling 2).

    Harmless when repeated with the same form key and data: the firm of the first click comes back.
    """
    if not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    form_key = key_of_form(key, data)
    try:
        with transaction.atomic():
            return find_registered(form_key) or _register(data, form_key=form_key, by=by, at=at)
    except IntegrityError:
        # Two clicks at once: the row of the first one was waited for and is there now.
        if first := find_registered(form_key):
            return first
        raise


def _register(data: BusinessData, *, form_key: str | None, by: Actor, at: datetime) -> BusinessId:
    check_business(data)
    business_id = BusinessId(make_id(IdKind.BUSINESS))
    today = jst_day(at)
    Business.objects.create(
        id=business_id, registered_on=today, valid_until=_valid_until(today), form_key=form_key,
        search_text=search_form(data.name) + " " + search_form(data.kana), **asdict(data),
    )  # fmt: skip
    note_act("businesses_business", business_id, "register", by=by, at=at)
    account_id = _open_user(
        business_id,
        login_id=str(business_id),
        name=data.officer_name,
        mail=data.officer_mail,
        role=Role.OWNER,
        by=by,
        at=at,
    )
    _write_first_letters(business_id, account_id, LetterKind.FIRM_FIRST_LOGIN, name=data.officer_name, by=by, at=at)
    write_notice(NoticeKind.REGISTERED, account_id=account_id, data={}, at=at)
    return business_id


def _open_user(
    business_id: BusinessId, *, login_id: str, name: str, mail: str, role: Role, unit_id: int | None = None,
    form_key: str | None = None, by: Actor, at: datetime,
) -> int:  # fmt: skip
    account_id = open_account(
        login_id=login_id, portal=Portal.BUSINESS, role=role, display_name=name, mail=mail, by=by, at=at
    )
    BusinessUser.objects.create(business_id=business_id, account_id=account_id, unit_id=unit_id, form_key=form_key)
    return account_id


def _recipient(business: Business, name: str) -> Recipient:
    address = full_address(business.prefecture, business.address)
    return Recipient(f"{business.name} {name}", business.postal_code, address)


def recipients_of_users(account_ids: Collection[int]) -> dict[int, Recipient]:
    """To where letters to people of firms go now: the firm's address. By account."""
    users = BusinessUser.objects.select_related("business", "account").filter(account_id__in=account_ids)
    return {user.account_id: _recipient(user.business, user.account.display_name) for user in users.order_by("pk")}


def _write_first_letters(
    business_id: BusinessId, account_id: int, first: LetterKind, *, name: str, by: Actor, at: datetime
) -> None:
    business = Business.objects.get(pk=business_id)
    recipient = _recipient(business, name)
    data = {"business_id": str(business_id), "business_name": business.name}
    for kind in (first, LetterKind.FIRM_SECURITY_CODE):
        write_letter(kind, account_id=account_id, recipient=recipient, data=data, by=by, at=at)


@transaction.atomic
def add_user(
    business_id: BusinessId, *, name: str, mail: str, role: Role, unit_id: int | None = None, key: str = "",
    by: Actor, at: datetime,
) -> int:  # fmt: skip
    """Add a person to a firm, with an own ID of kind 23 (ruling 1). The letters go to the firm's address.

    A 階層管理者 adds people of the units that he manages. Harmless when repeated with the same form key and data: the
    user of the first click comes back.
    """
    if not by.has(Permission.BUSINESS_USERS) or (by.subject_id not in {None, business_id}):
        raise NotAllowedError
    if role not in (ROLES_OF_FIRMS if by.reach.is_whole else ROLES_OF_UNITS):
        raise RoleError(field="role")
    _check_unit_of_user(business_id, role, unit_id, by=by)
    # Clicks of one firm wait for each other here.
    Business.objects.select_for_update().get(pk=business_id)
    form_key = key_of_form(key, business_id, name, mail, role, unit_id)
    if first := find_added_user(business_id, form_key):
        return first
    account_id = _open_user(
        business_id, login_id=str(make_id(IdKind.USER)), name=name, mail=mail, role=role, unit_id=unit_id, form_key=form_key,
        by=by, at=at,
    )  # fmt: skip
    note_act("businesses_business", business_id, "add_user", by=by, at=at)
    _write_first_letters(business_id, account_id, LetterKind.USER_FIRST_LOGIN, name=name, by=by, at=at)
    return account_id


@transaction.atomic
def send_user_first_password_again(business_id: BusinessId, account_id: int, *, by: Actor, at: datetime) -> bool:
    """Queue a letter with a new first password for a firm's user, as `send_first_password_again` does.

    The desk for any firm, a firm for the people that whoever asks has in the list. Raises `NotFoundError`, or
    `MoveRefusedError` when the user has chosen a password.
    """
    own = by.has(Permission.BUSINESS_USERS) and by.subject_id in {None, business_id}
    if not own and not by.has(Permission.OFFICE_RESEND):
        raise NotAllowedError
    user = BusinessUser.objects.filter(business_id=business_id, account_id=account_id).first()
    if user is None or not by.reach.holds_unit(user.unit_id):
        raise NotFoundError
    return send_first_password_again(account_id, by=by, at=at)


def check_unit(business_id: BusinessId, unit_id: int | None, *, by: Actor) -> None:
    """Refuse a unit that the firm does not have or that somebody does not manage; who manages some must name one.

    Raises `UnitError`.
    """
    known = unit_id is None or find_unit(business_id, unit_id) is not None
    if not known or not by.reach.holds_unit(unit_id):
        raise UnitMissingError(field="unit_id") if unit_id is None else UnitError(field="unit_id")


def _check_unit_of_user(business_id: BusinessId, role: Role, unit_id: int | None, *, by: Actor) -> None:
    """A 階層管理者 has a unit, a 事業者責任者 none; nobody makes a second manager of the unit by which he himself manages."""
    check_unit(business_id, unit_id, by=by)
    wanted, possible = role is Role.TIER_MANAGER, role in ROLES_OF_UNITS
    if unit_id is None and wanted:
        raise UnitMissingError(field="unit_id")
    if unit_id is not None and not possible:
        raise UnitError(field="unit_id")
    if wanted and not by.reach.is_whole and _own_unit(by) == unit_id:
        raise UnitError(field="unit_id")


def _own_unit(by: Actor) -> int | None:
    return BusinessUser.objects.values_list("unit_id", flat=True).get(account_id=by.account_id or 0)


@dataclass(frozen=True, kw_only=True)
class UnitData:
    """What a firm says of a branch or department; `parent_id` is the one above it."""

    name: str
    kana: str
    code: str
    parent_id: int | None = None


@transaction.atomic
def add_unit(business_id: BusinessId, data: UnitData, *, by: Actor, at: datetime) -> int:
    """Add a branch or department, at most three deep (ruling 7): the owner anywhere, a 階層管理者 below his own.

    Harmless when repeated with the same data.
    """
    if not by.has(Permission.BUSINESS_USERS) or by.subject_id not in {None, business_id}:
        raise NotAllowedError
    check_unit(business_id, data.parent_id, by=by)
    if not is_katakana(data.kana):
        raise KanaError(field="kana")
    Business.objects.select_for_update().get(pk=business_id)  # two clicks at once: the second waits for the first
    same = Unit.objects.filter(business=business_id, code=data.code).first()
    if same and (same.name, same.kana, same.parent_id) == (data.name, data.kana, data.parent_id):
        return same.pk
    if same or not (data.code.isascii() and data.code.isdigit()):
        raise UnitCodeError(field="code")
    above = find_unit(business_id, data.parent_id) if data.parent_id else None
    tier = above.tier + 1 if above else 1
    if tier > MOST_TIERS:
        raise UnitTierError(field="parent_id")
    unit = Unit.objects.create(business_id=business_id, tier=tier, **asdict(data))
    note_act("businesses_unit", unit.pk, "add", by=by, at=at)
    return unit.pk
