"""Writes of workers."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Min, Q

from registry.accounts.operations import open_account
from registry.accounts.states import Permission, Portal, Role
from registry.audit.operations import note_act
from registry.businesses.operations import KanaError
from registry.businesses.queries import names_of_businesses
from registry.changes.operations import note_change
from registry.changes.states import EVER, ChangeKind
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.actor import Actor
from registry.core.days import jst_day
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.form_keys import key_of_form
from registry.core.ids import BusinessId, IdKind, WorkerId, make_id
from registry.core.kana import is_katakana
from registry.files.operations import take_draft
from registry.notices.operations import write_letter, write_notice
from registry.notices.states import LetterKind, NoticeKind
from registry.workers.derive import full_name, holds_individual_number, search_text
from registry.workers.models import MOST_TRADES, Affiliation, Credential, Insurance, Worker, WorkerTrade
from registry.workers.operations.letters import recipient_of
from registry.workers.operations.links import EmployerUnknownError, write_link
from registry.workers.queries import find_registered
from registry.workers.states import Confirmation, InsuranceItem, RegistrationKind


class BirthDateError(RegistryError):
    """A birth date lies in the future or more than 120 years back."""

    code = "BIRTH_DATE"


class EmployerTwiceError(RegistryError):
    """The principal employer is given by ID and by name."""

    code = "EMPLOYER_TWICE"


class TradesError(RegistryError):
    """No trade, more than four, one twice, or one that the table does not have."""

    code = "TRADES"


class InsuranceNumberError(RegistryError):
    """A number of an insurance that may not be kept, or that has not its digits: 建退共 nine, 雇用保険 the last four."""

    code = "INSURANCE_NUMBER"


class IndividualNumberError(RegistryError):
    """A text holds what can be a 個人番号, which is never kept (ruling 11)."""

    code = "INDIVIDUAL_NUMBER"


class DetailedOnlyError(RegistryError):
    """What only 詳細型 registers was given for 簡略型."""

    code = "DETAILED_ONLY"


@dataclass(frozen=True, kw_only=True)
class InsuranceData:
    """One insurance of a worker."""

    item: str
    joined: bool
    kind: str = ""
    number: str = ""
    confirmation: Confirmation = Confirmation.UNCONFIRMED
    confirmed_on: date | None = None
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class CredentialData:
    """One certificate of a worker."""

    block: str
    name: str
    code: str = ""
    number: str = ""
    body: str = ""
    acquired_on: date | None = None
    valid_until: date | None = None
    confirmation: Confirmation = Confirmation.UNCONFIRMED
    confirmed_on: date | None = None
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class WorkerData:
    """What a worker registers. `trades` are at most four, the first one first.

    `employer_id` is the principal employer; one that is not registered stands under `employer_name`.
    """

    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    birth_on: date
    sex: str
    postal_code: str
    prefecture: str
    address: str
    trades: tuple[str, ...]
    registration_kind: RegistrationKind = RegistrationKind.SIMPLE
    middle_name: str = ""
    alias: str = ""
    alias_on_card: bool = False
    latin_name: str = ""
    blood_type: str = ""
    nationality: str = "日本"
    phone: str = ""
    fax: str = ""
    mail: str = ""
    card_postal_code: str = ""
    card_address: str = ""
    emergency_name: str = ""
    emergency_phone: str = ""
    emergency_address: str = ""
    experience: str = ""
    health_checked_on: date | None = None
    blood_pressure: str = ""
    employer_id: BusinessId | None = None
    employer_name: str = ""
    position: str = ""
    photo_key: str = ""  # of a photo that `keep_photo` keeps
    insurances: tuple[InsuranceData, ...] = field(default=())
    credentials: tuple[CredentialData, ...] = field(default=())


_BESIDE = ("trades", "employer_id", "employer_name", "position", "photo_key", "insurances", "credentials")
_OLDEST = 120
_NUMBER_DIGITS = {InsuranceItem.KENTAIKYO: 9, InsuranceItem.EMPLOYMENT: 4}


def check_worker(data: WorkerData, *, at: datetime) -> None:
    """Raise what is wrong with a worker's data."""
    for name in ("family_kana", "given_kana"):
        if not is_katakana(getattr(data, name)):
            raise KanaError(field=name)
    today = jst_day(at)
    if not today.year - _OLDEST < data.birth_on.year or data.birth_on > today:
        raise BirthDateError(field="birth_on")
    if holds_individual_number(data.experience):
        raise IndividualNumberError(field="experience")
    _check_employer(data)
    _check_trades(data.trades)
    _check_insurances(data.insurances)
    _check_kind(data)


def _check_employer(data: WorkerData) -> None:
    if data.employer_id and data.employer_name:
        raise EmployerTwiceError(field="employer_name")
    if data.employer_id and not names_of_businesses([data.employer_id]):
        raise EmployerUnknownError(field="employer_id")


def _check_trades(trades: tuple[str, ...]) -> None:
    known = code_names(Table.TRADES)
    # A trade that the table lacks is typed and stored with a code X… (ruling 33).
    unknown = [one for one in trades if one not in known and not one.startswith("X")]
    if not 1 <= len(trades) <= MOST_TRADES or len(set(trades)) < len(trades) or unknown:
        raise TradesError(field="trades")


def _check_insurances(insurances: tuple[InsuranceData, ...]) -> None:
    for one in insurances:
        wanted = _NUMBER_DIGITS.get(InsuranceItem(one.item), 0)
        if one.number and not (one.number.isascii() and one.number.isdigit() and len(one.number) == wanted):
            raise InsuranceNumberError(field="insurances", item=one.item)


def _check_kind(data: WorkerData) -> None:
    """簡略型 has neither health check nor 特別加入 nor certificates (ruling 8)."""
    if data.registration_kind is RegistrationKind.DETAILED:
        return
    for name in ("health_checked_on", "blood_pressure", "credentials"):
        if getattr(data, name):
            raise DetailedOnlyError(field=name)
    if any(one.item == InsuranceItem.SPECIAL_ACCIDENT for one in data.insurances):
        raise DetailedOnlyError(field="insurances")


@transaction.atomic
def register_worker(data: WorkerData, *, key: str = "", by: Actor, at: datetime) -> WorkerId:
    """Register a worker and queue the two letters of the first log-in (ruling 2). Links to the employer from today.

    Harmless when repeated with the same form key and data: the worker of the first click comes back.
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


def _register(data: WorkerData, *, form_key: str | None, by: Actor, at: datetime) -> WorkerId:
    check_worker(data, at=at)
    worker_id = WorkerId(make_id(IdKind.WORKER))
    name = full_name(data.family_name, data.middle_name, data.given_name)
    account_id = open_account(
        login_id=str(worker_id), portal=Portal.WORKER, role=Role.WORKER, display_name=name, mail=data.mail, by=by, at=at
    )
    columns = {name: value for name, value in asdict(data).items() if name not in _BESIDE}
    found_by = search_text(
        names=(data.family_name, data.middle_name, data.given_name), kana=(data.family_kana, data.given_kana),
        others=(data.alias, data.latin_name),
    )  # fmt: skip
    worker = Worker.objects.create(
        id=worker_id, account_id=account_id, registered_on=jst_day(at), search_text=found_by, form_key=form_key,
        photo_id=take_draft(data.photo_key, by=by, at=at) if data.photo_key else None, **columns,
    )  # fmt: skip
    _write_blocks(worker_id, data, on=jst_day(at))
    note_act("workers_worker", worker_id, "register", by=by, at=at)
    note_change(ChangeKind.WORKER, worker_id=worker_id, from_on=jst_day(at))
    if data.employer_id:
        write_link(
            worker_id, data.employer_id, from_on=jst_day(at), principal=True, position=data.position, by=by, at=at
        )
        linked = {"firm": names_of_businesses([data.employer_id])[data.employer_id], "day": jst_day(at).isoformat()}
        write_notice(NoticeKind.LINKED, account_id=account_id, data=linked, at=at)
    for kind in (LetterKind.WORKER_FIRST_PASSWORD, LetterKind.WORKER_SECURITY_CODE):
        write_letter(kind, account_id=account_id, recipient=recipient_of(worker, kind), data={}, by=by, at=at)
    write_notice(NoticeKind.REGISTERED, account_id=account_id, data={}, at=at)
    return worker_id


def _write_blocks(worker_id: WorkerId, data: WorkerData, *, on: date) -> None:
    WorkerTrade.objects.bulk_create(
        WorkerTrade(worker_id=worker_id, place=n, trade=trade, from_on=on) for n, trade in enumerate(data.trades, 1)
    )
    Insurance.objects.bulk_create(Insurance(worker_id=worker_id, **asdict(one)) for one in data.insurances)
    Credential.objects.bulk_create(Credential(worker_id=worker_id, **asdict(one)) for one in data.credentials)
    if data.employer_name:
        Affiliation.objects.create(
            worker_id=worker_id, business_name=data.employer_name, from_on=on, principal=True, position=data.position
        )


@transaction.atomic
def change_trades(worker_id: WorkerId, trades: tuple[str, ...], *, from_on: date, by: Actor, at: datetime) -> None:
    """Give a worker other trades from a day on, the first one first; the rows before are closed (ruling 25)."""
    if not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    if not Worker.objects.select_for_update().filter(pk=worker_id).exists():
        raise NotFoundError
    _check_trades(trades)
    rows = WorkerTrade.objects.filter(worker=worker_id)
    until_on = rows.filter(from_on__gt=from_on).aggregate(next=Min("from_on"))["next"]
    rows.filter(from_on=from_on).delete()
    rows.filter(Q(until_on=None) | Q(until_on__gt=from_on), from_on__lt=from_on).update(until_on=from_on)
    WorkerTrade.objects.bulk_create(
        WorkerTrade(worker_id=worker_id, place=n, trade=trade, from_on=from_on, until_on=until_on)
        for n, trade in enumerate(trades, 1)
    )
    note_act("workers_worker", worker_id, "change_trades", by=by, at=at)
    is_first = not rows.filter(from_on__lt=from_on).exists()  # days before are taken to be of this trade, too
    note_change(ChangeKind.WORKER, worker_id=worker_id, from_on=EVER if is_first else from_on, until_on=until_on)
