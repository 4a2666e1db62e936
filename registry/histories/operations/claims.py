"""What people add to days: direct entry with confirmation and answer, edits, the prime's decisions (rulings 28, 29)."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime, time

from django.db import IntegrityError, transaction

from registry.accounts.queries import find_account
from registry.accounts.states import Permission
from registry.audit.operations import move, note_act
from registry.businesses.queries import fields_of_businesses, list_users_of_unit
from registry.businesses.states import BusinessKind
from registry.changes.operations import note_change
from registry.changes.states import ChangeKind
from registry.core.actor import Actor, ActorKind
from registry.core.days import end_of_next_month, jst_day
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.ids import BusinessId, SiteId, WorkerId
from registry.histories.derive.deadlines import FIRST_DAY, is_self_declared, last_answer_on
from registry.histories.models import Claim, DayDecision, DayEdit
from registry.histories.queries import path_of_day
from registry.histories.states import CLAIM_LIFE, ClaimMove, ClaimState, Side
from registry.notices.operations import write_notice
from registry.notices.states import NoticeKind
from registry.sites.queries import find_site
from registry.sites.rules import is_prime
from registry.structures.queries import has_part_in
from registry.workers.models import Worker
from registry.workers.queries import linked_businesses


class ClaimDayError(RegistryError):
    """A day lies in the future."""

    code = "CLAIM_DAY"


class ClaimOldError(RegistryError):
    """A day lies before the register began."""

    code = "CLAIM_OLD"


class ClaimNotLinkedError(RegistryError):
    """A firm enters a day for somebody who was not linked to it on that day."""

    code = "CLAIM_NOT_LINKED"


class ClaimSiteError(RegistryError):
    """Neither a site ID nor a site's name was given, or no site has this ID."""

    code = "CLAIM_SITE"


class ClaimTwiceError(RegistryError):
    """The same day on the same site has been entered already."""

    code = "CLAIM_TWICE"


class EditLateError(RegistryError):
    """A day is edited after the end of the next month (ruling 29)."""

    code = "EDIT_LATE"


@dataclass(frozen=True, kw_only=True)
class ClaimData:
    """A day as it is entered by hand. A site without ID is named."""

    day: date
    site_id: SiteId | None = None
    site_name: str = ""
    site_address: str = ""
    trade: str = ""
    work: str = ""
    begins_at: time | None = None
    ends_at: time | None = None
    note: str = ""


def _side(by: Actor, worker_id: int, day: date) -> Side:
    """On which side somebody enters or edits a day: the worker, or a firm that he was linked to on it."""
    if by.kind is ActorKind.WORKER and by.subject_id == worker_id:
        return Side.WORKER
    linked = linked_businesses([worker_id], on=day).get(worker_id, set())
    if by.kind is ActorKind.BUSINESS and by.has(Permission.BUSINESS_WORKERS) and by.subject_id in linked:
        return Side.EMPLOYER
    raise NotAllowedError


@transaction.atomic
def enter_claim(worker_id: WorkerId, data: ClaimData, *, key: str = "", by: Actor, at: datetime) -> int:
    """Enter a day by hand; employer, first tier and prime are told. Harmless when repeated with the same form key.

    Late ones are stored as 自己申告, never refused (ruling 28). Returns the claim.
    """
    side = _side(by, worker_id, data.day)
    _check(data, jst_day(at))
    if key and (known := Claim.objects.filter(form_key=key).values_list("pk", flat=True).first()):
        return known
    try:
        with transaction.atomic():
            claim = Claim.objects.create(
                worker_id=worker_id, entered_by=side, recorded_at=at, form_key=key or None, **asdict(data)
            )
    except IntegrityError:
        raise ClaimTwiceError(field="day") from None
    note_act("histories_claim", claim.pk, "enter", by=by, at=at)
    if side is Side.EMPLOYER:
        _confirm(claim, by, at)
        _tell_worker(NoticeKind.CLAIM_ENTERED_FOR_YOU, claim, at=at)
    _note(claim)
    for business_id in _firms(claim):
        if business_id != by.subject_id:
            _tell(NoticeKind.CLAIM_ENTERED, business_id, claim, at=at)
    return claim.pk


def _check(data: ClaimData, today: date) -> None:
    if data.day > today:
        raise ClaimDayError(field="day")
    if data.day < FIRST_DAY:
        raise ClaimOldError(field="day")
    if (data.site_id is None and not data.site_name) or (data.site_id is not None and find_site(data.site_id) is None):
        raise ClaimSiteError(field="site_id")


@transaction.atomic
def enter_claims(
    worker_ids: Collection[WorkerId], data: ClaimData, *, key: str = "", by: Actor, at: datetime
) -> int:  # fmt: skip
    """An employer enters one day for several of its people; its own mark is set with it. Returns for how many.

    Those for whom the day stands already are left as they are; ClaimTwiceError is raised when that is everybody.
    """
    _check(data, jst_day(at))
    linked = linked_businesses(worker_ids, on=data.day)
    if not all(by.subject_id in linked.get(one, ()) for one in worker_ids):
        raise ClaimNotLinkedError(field="workers")
    count = 0
    for worker_id in worker_ids:
        with suppress(ClaimTwiceError):
            enter_claim(worker_id, data, key=f"{key}-{worker_id}" if key else "", by=by, at=at)
            count += 1
    if not count:
        raise ClaimTwiceError(field="day")
    return count


def _note(claim: Claim) -> None:
    _note_day(claim.worker_id, claim.site_id, claim.day)


def _note_day(worker_id: int, site_id: int | None, day: date) -> None:
    note_change(
        ChangeKind.DAY,
        worker_id=worker_id,
        site_id=site_id,
        from_on=day,
        until_on=date.fromordinal(day.toordinal() + 1),
    )


def _firms(claim: Claim) -> list[BusinessId]:
    """Employer, first tier and prime of a claimed day, each once; nobody knows those of an unregistered site."""
    if claim.site_id is None:
        return []
    path = path_of_day(claim.worker_id, claim.site_id, claim.day)
    return [BusinessId(one) for one in dict.fromkeys((*path[:1], *path[-2:]))]


def _tell(kind: NoticeKind, business_id: BusinessId, claim: Claim, *, at: datetime) -> None:
    data = {"day": claim.day.isoformat(), "site": _site_name(claim), "reason": claim.answer_reason}
    site = find_site(claim.site_id) if claim.site_id else None
    unit_id = site.unit_id if site and site.business_id == business_id else None
    for user in list_users_of_unit(business_id, unit_id):
        if Permission.BUSINESS_WORKERS in user.account.rights:
            write_notice(kind, account_id=user.account.id, data=data, at=at)


def _tell_worker(kind: NoticeKind, claim: Claim, *, at: datetime) -> None:
    account_id = Worker.objects.values_list("account_id", flat=True).get(pk=claim.worker_id)
    data = {"day": claim.day.isoformat(), "site": _site_name(claim), "reason": claim.answer_reason}
    write_notice(kind, account_id=account_id, data=data, at=at)


def _site_name(claim: Claim) -> str:
    site = find_site(claim.site_id) if claim.site_id else None
    return site.name if site else claim.site_name


def _claim(claim_id: int) -> Claim:
    claim = Claim.objects.select_for_update().filter(pk=claim_id).first()
    if claim is None:
        raise NotFoundError
    return claim


@transaction.atomic
def confirm_claim(claim_id: int, *, by: Actor, at: datetime) -> None:
    """The employer or the first tier marks a claim as right; formal it becomes by the prime alone. Harmless when repeated."""
    claim = _claim(claim_id)
    if not by.has(Permission.BUSINESS_WORKERS) or not _confirm(claim, by, at):
        raise NotAllowedError
    note_act("histories_claim", claim.pk, "confirm", by=by, at=at)


def _confirm(claim: Claim, by: Actor, at: datetime) -> bool:
    """Set the marks that a firm has to give. The prime's only mark is its approval (ruling 28)."""
    path = path_of_day(claim.worker_id, claim.site_id or 0, claim.day)
    if by.subject_id not in {*path[:1], *path[-2:-1]} - set(path[-1:]):
        return False
    if by.subject_id != path[0] and not has_part_in(claim.site_id or 0, by.subject_id):
        return False  # invited, and not yet there
    if by.subject_id == path[0]:
        claim.employer_confirmed_at = claim.employer_confirmed_at or at
    if by.subject_id == path[-2]:
        claim.first_tier_confirmed_at = claim.first_tier_confirmed_at or at
    claim.save(update_fields=["employer_confirmed_at", "first_tier_confirmed_at"])
    return True


def _check_prime(claim: Claim, by: Actor) -> None:
    site = find_site(claim.site_id) if claim.site_id else None
    if site is None or not by.has(Permission.SITE_MANAGE) or not is_prime(by, site):
        raise NotAllowedError


@transaction.atomic
def approve_claims(claim_ids: Collection[int], *, by: Actor, at: datetime) -> int:
    """The prime approves: the days become formal. Returns how many.

    Those that are answered already, entered too late or asked too long after the site's close are left as they are.
    """
    count = 0
    for claim_id in sorted(claim_ids):
        claim = _claim(claim_id)
        _check_prime(claim, by)
        if claim.state == ClaimState.OPEN and _is_answerable(claim, jst_day(at)):
            claim.self_approved = _is_own_day(claim, by)
            _answer(claim, ClaimMove.APPROVE, "", by=by, at=at)
            _tell_worker(NoticeKind.CLAIM_APPROVED, claim, at=at)
            count += 1
    return count


def _is_answerable(claim: Claim, on: date) -> bool:
    site = find_site(claim.site_id) if claim.site_id else None
    last_on = last_answer_on(claim.day, site.closed_on if site else None)
    return not is_self_declared(claim.day, jst_day(claim.recorded_at)) and (last_on is None or on <= last_on)


def _is_own_day(claim: Claim, by: Actor) -> bool:
    """Whether somebody of the prime approves his own day: a firm of one person, or an account in the worker's name."""
    path = path_of_day(claim.worker_id, claim.site_id or 0, claim.day)
    if len(path) != 1:
        return False
    if fields_of_businesses(path)[path[0]]["kind"] == BusinessKind.ONE_PERSON:
        return True
    account, worker = find_account(by.account_id or 0), Worker.objects.get(pk=claim.worker_id)
    return account is not None and "".join(account.display_name.split()) == worker.family_name + worker.given_name


@transaction.atomic
def refuse_claim(claim_id: int, *, reason: str, by: Actor, at: datetime) -> None:
    """The prime refuses with a reason; the worker may answer. Harmless when repeated."""
    claim = _claim(claim_id)
    _check_prime(claim, by)
    if claim.state == ClaimState.REFUSED:
        return
    _answer(claim, ClaimMove.REFUSE, reason, by=by, at=at)
    _tell_worker(NoticeKind.CLAIM_REFUSED, claim, at=at)


@transaction.atomic
def answer_refusal(claim_id: int, *, note: str, by: Actor, at: datetime) -> None:
    """The worker answers a refusal: the claim stands open again, with his words, and the prime is told.

    Harmless when repeated.
    """
    claim = _claim(claim_id)
    _side(by, claim.worker_id, claim.day)
    if claim.state == ClaimState.OPEN and claim.reply == note:
        return
    claim.reply = note
    claim.save(update_fields=["reply"])
    _answer(claim, ClaimMove.ANSWER, claim.answer_reason, by=by, at=at)
    for business_id in _firms(claim)[-1:]:
        _tell(NoticeKind.CLAIM_ENTERED, business_id, claim, at=at)


@transaction.atomic
def withdraw_claim(claim_id: int, *, by: Actor, at: datetime) -> None:
    """Take an open claim back. Harmless when repeated."""
    claim = _claim(claim_id)
    _side(by, claim.worker_id, claim.day)
    if claim.state != ClaimState.WITHDRAWN:
        _answer(claim, ClaimMove.WITHDRAW, "", by=by, at=at)


def _answer(claim: Claim, answer: ClaimMove, reason: str, *, by: Actor, at: datetime) -> None:
    claim.answered_at, claim.answer_reason = at, reason
    claim.save(update_fields=["answered_at", "answer_reason", "self_approved"])
    move(claim, CLAIM_LIFE, answer, by=by, at=at, reason=reason)
    _note(claim)


@transaction.atomic
def edit_day(
    worker_id: WorkerId, site_id: SiteId, day: date, *, trade: str = "", position: str = "", work: str = "",
    by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Say another trade or work of a day, the employer also another position, until the end of the next month."""
    side = _side(by, worker_id, day)
    if position and side is not Side.EMPLOYER:
        raise NotAllowedError
    # A firm edits only what was worked for it, not what its people did elsewhere.
    if side is Side.EMPLOYER and path_of_day(worker_id, site_id, day)[:1] != (by.subject_id,):
        raise NotAllowedError
    if jst_day(at) > end_of_next_month(day):
        raise EditLateError(field="trade")
    edit = DayEdit.objects.create(
        worker_id=worker_id, site_id=site_id, day=day, trade=trade, position=position, work=work, side=side,
        recorded_at=at,
    )  # fmt: skip
    note_act("histories_day_edit", edit.pk, "edit", by=by, at=at)
    _note_day(worker_id, site_id, day)


@transaction.atomic
def decide_days(
    site_id: SiteId, days: Sequence[tuple[WorkerId, date]], *, counts: bool, reason: str = "", by: Actor, at: datetime
) -> None:
    """The prime says of days that wait for it whether they count (ruling 24)."""
    site = find_site(site_id)
    if site is None or not by.has(Permission.SITE_MANAGE) or not is_prime(by, site):
        raise NotAllowedError
    for worker_id, day in days:
        decision = DayDecision.objects.create(
            worker_id=worker_id, site_id=site_id, day=day, counts=counts, reason=reason, recorded_at=at
        )
        note_act("histories_day_decision", decision.pk, "decide", by=by, at=at, reason=reason)
        _note_day(worker_id, site_id, day)
