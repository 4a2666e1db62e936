"""Writes of workers."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from django.db import IntegrityError, transaction

from registry.accounts.operations import open_account
from registry.accounts.states import Permission, Portal, Role
from registry.audit.operations import note_act
from registry.businesses.operations import KanaError
from registry.businesses.queries import names_of_businesses
from registry.changes.operations import note_change
from registry.changes.states import ChangeKind
from registry.core.actor import Actor
from registry.core.days import jst_day
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.ids import BusinessId, IdKind, WorkerId, make_id
from registry.core.kana import is_katakana, search_form
from registry.notices.operations import Recipient, write_letter, write_notice
from registry.notices.states import LetterKind, NoticeKind
from registry.workers.models import Affiliation, Credential, Insurance, Worker, WorkerTrade
from registry.workers.states import RegistrationKind


class EmployerUnknownError(RegistryError):
    """No firm has this business ID."""

    code = "EMPLOYER_UNKNOWN"


class BirthDateError(RegistryError):
    """A birth date lies in the future or more than 120 years back."""

    code = "BIRTH_DATE"


class LinkOverlapsError(RegistryError):
    """Worker and firm are linked on some of these days already."""

    code = "LINK_OVERLAPS"


@dataclass(frozen=True, kw_only=True)
class InsuranceData:
    """One insurance of a worker."""

    item: str
    joined: bool
    kind: str = ""
    number: str = ""


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


@dataclass(frozen=True, kw_only=True)
class WorkerData:
    """What a worker registers. `employer_id` is the principal employer, `trades` at most four, the first one first."""

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
    insurances: tuple[InsuranceData, ...] = field(default=())
    credentials: tuple[CredentialData, ...] = field(default=())


_BESIDE = ("trades", "employer_id", "insurances", "credentials")
_OLDEST = 120


def check_worker(data: WorkerData, *, at: datetime) -> None:
    """Raise what is wrong with a worker's data."""
    for name in ("family_kana", "given_kana"):
        if not is_katakana(getattr(data, name)):
            raise KanaError(field=name)
    today = jst_day(at)
    if not today.year - _OLDEST < data.birth_on.year or data.birth_on > today:
        raise BirthDateError(field="birth_on")
    if data.employer_id and not names_of_businesses([data.employer_id]):
        raise EmployerUnknownError(field="employer_id")


@transaction.atomic
def register_worker(data: WorkerData, *, by: Actor, at: datetime) -> WorkerId:
    """Register a worker and queue the two letters of the first log-in (ruling 2). Links to the employer from today."""
    if not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    check_worker(data, at=at)
    worker_id = WorkerId(make_id(IdKind.WORKER))
    name = f"{data.family_name} {data.given_name}"
    account_id = open_account(
        login_id=str(worker_id), portal=Portal.WORKER, role=Role.WORKER, display_name=name, mail=data.mail, by=by, at=at
    )
    columns = {key: value for key, value in asdict(data).items() if key not in _BESIDE}
    words = [data.family_name, data.given_name, " ", data.family_kana, data.given_kana, " ", data.alias]
    Worker.objects.create(
        id=worker_id, account_id=account_id, registered_on=jst_day(at),
        search_text=" ".join(filter(None, map(search_form, "".join(words).split(" ")))), **columns,
    )  # fmt: skip
    _write_blocks(worker_id, data)
    note_act("workers_worker", worker_id, "register", by=by, at=at)
    note_change(ChangeKind.WORKER, worker_id=worker_id, from_on=jst_day(at))
    if data.employer_id:
        _link(worker_id, data.employer_id, from_on=jst_day(at), principal=True, by=by, at=at)
    recipient = Recipient(name, data.postal_code, data.address)
    for kind in (LetterKind.WORKER_FIRST_PASSWORD, LetterKind.WORKER_SECURITY_CODE):
        write_letter(kind, account_id=account_id, recipient=recipient, data={}, by=by, at=at)
    write_notice(NoticeKind.REGISTERED, account_id=account_id, data={}, at=at)
    return worker_id


def _write_blocks(worker_id: WorkerId, data: WorkerData) -> None:
    WorkerTrade.objects.bulk_create(
        WorkerTrade(worker_id=worker_id, place=n, trade=trade) for n, trade in enumerate(data.trades, 1)
    )
    Insurance.objects.bulk_create(Insurance(worker_id=worker_id, **asdict(one)) for one in data.insurances)
    Credential.objects.bulk_create(Credential(worker_id=worker_id, **asdict(one)) for one in data.credentials)


def _link(
    worker_id: WorkerId, business_id: BusinessId, *, from_on: date, principal: bool, by: Actor, at: datetime
) -> None:
    try:
        with transaction.atomic():
            Affiliation.objects.create(
                worker_id=worker_id, business_id=business_id, from_on=from_on, principal=principal
            )
    except IntegrityError:
        raise LinkOverlapsError(field="employer_id") from None
    note_act("workers_worker", worker_id, "link", by=by, at=at)
    note_change(ChangeKind.AFFILIATION, worker_id=worker_id, business_id=business_id, from_on=from_on)
    account_id = Worker.objects.values_list("account_id", flat=True).get(pk=worker_id)
    firm = names_of_businesses([business_id])[business_id]
    write_notice(NoticeKind.LINKED, account_id=account_id, data={"firm": firm, "day": from_on.isoformat()}, at=at)


@transaction.atomic
def unlink(worker_id: WorkerId, business_id: BusinessId, *, until_on: date, by: Actor, at: datetime) -> None:
    """End a link; `until_on` is the first day without it. One side suffices (ruling 14)."""
    mine = by.subject_id in {worker_id, business_id} or by.has(Permission.OFFICE_REGISTER)
    if not mine:
        raise NotAllowedError
    link = Affiliation.objects.select_for_update().filter(
        worker_id=worker_id, business_id=business_id, until_on=None, from_on__lt=until_on
    ).first()  # fmt: skip
    if link is None:
        raise NotFoundError
    link.until_on = until_on
    link.save(update_fields=["until_on"])
    note_act("workers_worker", worker_id, "unlink", by=by, at=at)
    note_change(ChangeKind.AFFILIATION, worker_id=worker_id, business_id=business_id, from_on=until_on)
