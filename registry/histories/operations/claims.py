"""Days entered by hand: entry, confirmation, answer (ruling 28), and the site ID that comes later (ruling 30)."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime, time

from django.db import IntegrityError, transaction

from registry.accounts.states import Permission
from registry.audit.operations import move, note_act
from registry.audit.queries import firms_that
from registry.core.actor import Actor
from registry.core.days import jst_day
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.form_keys import key_of_form
from registry.core.ids import BusinessId, SiteId, WorkerId
from registry.histories.models import Claim
from registry.histories.operations.claim_checks import (
    ReplyTooLateError,
    check_answerable,
    check_day,
    check_hours,
    is_late,
    may_be_answered,
)
from registry.histories.operations.claim_news import (
    firms_of,
    settle,
    settle_refused_before,
    tell_its_worker,
    tell_one_firm,
)
from registry.histories.operations.parties import (
    check_prime,
    check_trade,
    is_own_day,
    note_day,
    one_at_a_time,
    side_of,
    tell_firm,
)
from registry.histories.queries import entered_by_firm, get_claim, path_of_day
from registry.histories.states import CLAIM_LIFE, ENTER, ClaimMove, ClaimState, Side
from registry.notices.states import NoticeKind
from registry.sites.queries import find_site
from registry.structures.queries import holds_place_on
from registry.workers.queries import linked_businesses


class ClaimNotLinkedError(RegistryError):
    """A firm enters a day for somebody who was not linked to it on that day."""

    code = "CLAIM_NOT_LINKED"


class ClaimSiteError(RegistryError):
    """Neither a site ID nor a site's name was given, or no site has this ID."""

    code = "CLAIM_SITE"


class SiteUnknownError(RegistryError):
    """No site has this ID."""

    code = "SITE_UNKNOWN"


class ClaimTwiceError(RegistryError):
    """The same day on the same site has been entered already."""

    code = "CLAIM_TWICE"


class ClaimEnteredAnewError(RegistryError):
    """A refusal is answered, and the day has been entered anew: that entry stands for it."""

    code = "CLAIM_ENTERED_ANEW"


class RefusedBeforeError(RegistryError):
    """A claim is refused for another reason than the one for which it is refused already."""

    code = "CLAIM_REFUSED_BEFORE"


class RefusalEnteredAnewError(RegistryError):
    """A refusal is taken back, and the day has been entered anew: that entry waits, or was answered."""

    code = "REFUSAL_ENTERED_ANEW"


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


@transaction.atomic
def enter_claim(worker_id: WorkerId, data: ClaimData, *, key: str = "", by: Actor, at: datetime) -> int:
    """Enter a day by hand; employer, first tier and prime are told. Harmless when repeated with the same form key.

    The same form with other contents is another entry: `ClaimTwiceError` where it is of the same day. Late ones are stored as
    自己申告, never refused (ruling 28), and ask no firm for anything. Returns the claim.
    """
    side = side_of(by, worker_id, data.day)
    _check(data, jst_day(at))
    check_trade(worker_id, data.trade)
    form_key = key_of_form(key, worker_id, data)
    if form_key and (known := Claim.objects.filter(form_key=form_key).first()):
        if known.state != ClaimState.WITHDRAWN:
            return known.pk
        form_key = None  # a page from before, sent after the day was taken back: an entry of its own
    if data.site_id is None:
        _check_name(worker_id, data)
    try:
        with transaction.atomic():
            claim = Claim.objects.create(
                worker_id=worker_id, entered_by=side, recorded_at=at, form_key=form_key, **asdict(data)
            )
    except IntegrityError:
        raise ClaimTwiceError(field="day") from None
    note_act("histories_claim", claim.pk, ENTER, by=by, at=at)
    if side is Side.EMPLOYER:
        _mark(claim, _marks_of(claim, by), at)
        tell_its_worker(NoticeKind.CLAIM_ENTERED_FOR_YOU, claim, at=at)
    _note(claim)
    settle_refused_before(claim, at)
    for business_id in () if is_late(claim) else firms_of(claim):
        if business_id != by.subject_id:
            tell_one_firm(NoticeKind.CLAIM_ENTERED, business_id, claim, at=at)
    return claim.pk


def _check_name(worker_id: WorkerId, data: ClaimData) -> None:
    """A worker's day on a site without ID is one history, by the site's name (ruling 26). Raises `ClaimTwiceError`."""
    one_at_a_time(worker_id)
    same = Claim.objects.filter(worker=worker_id, day=data.day, site_name=data.site_name)
    if same.filter(state__in=[ClaimState.OPEN, ClaimState.APPROVED]).exists():
        raise ClaimTwiceError(field="day")


def _check(data: ClaimData, today: date) -> None:
    check_day(data.day, today)
    check_hours(data.begins_at, data.ends_at)
    if (data.site_id is None and not data.site_name) or (data.site_id is not None and find_site(data.site_id) is None):
        raise ClaimSiteError(field="site_id")


@transaction.atomic
def enter_claims(
    worker_ids: Collection[WorkerId], data: ClaimData, *, key: str = "", by: Actor, at: datetime
) -> list[WorkerId]:
    """An employer enters one day for several of its people; its own mark is set with it. Returns for whom.

    Those for whom the day stands already are left as they are; ClaimTwiceError is raised when that is everybody.
    """
    _check(data, jst_day(at))
    linked = linked_businesses(worker_ids, on=data.day)
    if not all(by.subject_id in linked.get(one, ()) for one in worker_ids):
        raise ClaimNotLinkedError(field="workers")
    one_at_a_time(*worker_ids)
    entered: list[WorkerId] = []
    for worker_id in worker_ids:
        with suppress(ClaimTwiceError):
            enter_claim(worker_id, data, key=key, by=by, at=at)
            entered.append(worker_id)
    if not entered:
        raise ClaimTwiceError(field="day")
    return entered


@transaction.atomic
def join_site(claim_ids: Collection[int], site_id: SiteId, *, by: Actor, at: datetime) -> int:
    """Join days of an unregistered site (仮現場) to the site ID that it has got (ruling 30). Returns how many.

    The worker joins his own, an employer those of its people. From then on they wait for the prime like any other claim.
    Those that were joined, answered or taken back before are left as they are; `ClaimTwiceError` is raised where all the
    rest have been entered with the site ID already.
    """
    site = find_site(site_id)
    if site is None:
        raise SiteUnknownError(field="site_id")
    open_ones = [
        one for one in map(_claim, sorted(set(claim_ids))) if one.site_id is None and one.state == ClaimState.OPEN
    ]
    sides = {side_of(by, one.worker_id, one.day) for one in open_ones}
    joined = [claim for claim in open_ones if _joined(claim, site_id, by=by, at=at)]
    if open_ones and not joined:
        raise ClaimTwiceError(field="site_id")
    asking = [claim for claim in joined if not is_late(claim)]
    words = {"site": site.name, "count": str(len(asking))}
    for business_id in dict.fromkeys(firm for claim in asking for firm in firms_of(claim)):
        if business_id != by.subject_id:
            tell_firm(NoticeKind.CLAIMS_JOINED, business_id, words, site_id=site_id, at=at)
    for claim in joined if Side.EMPLOYER in sides else ():
        _mark(claim, _marks_of(claim, by), at)
        tell_its_worker(NoticeKind.CLAIM_JOINED_FOR_YOU, claim, at=at)
    return len(joined)


def _joined(claim: Claim, site_id: SiteId, *, by: Actor, at: datetime) -> bool:
    """Join one day; False where it has been entered with the site ID already."""
    claim.site_id, claim.joined_at = site_id, at
    with suppress(IntegrityError), transaction.atomic():
        claim.save(update_fields=["site", "joined_at"])
        note_act("histories_claim", claim.pk, "join", by=by, at=at)
        _note(claim)
        settle_refused_before(claim, at)
        return True
    return False


def _note(claim: Claim) -> None:
    note_day(claim.worker_id, claim.site_id, claim.day)


def _claim(claim_id: int) -> Claim:
    claim = Claim.objects.select_for_update().filter(pk=claim_id).first()
    if claim is None:
        raise NotFoundError
    return claim


@transaction.atomic
def confirm_claim(claim_id: int, *, by: Actor, at: datetime) -> None:
    """The employer or the first tier marks a claim as right. Harmless when repeated.

    None that nobody can approve: `ClaimTooLateError`, `ClaimSiteClosedError`.
    """
    claim = _claim(claim_id)
    marks = _marks_of(claim, by)
    if not by.has(Permission.BUSINESS_WORKERS) or not marks:
        raise NotAllowedError
    check_answerable(claim, jst_day(at))
    if _mark(claim, marks, at):
        note_act("histories_claim", claim.pk, "confirm", by=by, at=at)


def _marks_of(claim: Claim, by: Actor) -> list[str]:
    """The marks that a firm has to give. The prime's only mark is its approval (ruling 28)."""
    path = path_of_day(claim.worker_id, claim.site_id or 0, claim.day)
    if by.subject_id not in {*path[:1], *path[-2:-1]} - set(path[-1:]):
        return []
    marks = {"employer_confirmed_at": path[0]}
    if holds_place_on(
        claim.site_id or 0, path[-2], claim.day
    ):  # else invited and not yet there, or an employer without a place
        marks["first_tier_confirmed_at"] = path[-2]
    return [mark for mark, firm in marks.items() if firm == by.subject_id]


def _mark(claim: Claim, marks: Collection[str], at: datetime) -> bool:
    """Set those of some marks that are not set; the first time holds. Whether there were any."""
    new = [mark for mark in marks if getattr(claim, mark) is None]
    for mark in new:
        setattr(claim, mark, at)
    if new:
        claim.save(update_fields=new)
    return bool(new)


@transaction.atomic
def approve_claims(claim_ids: Collection[int], *, by: Actor, at: datetime) -> int:
    """The prime approves: the days become formal. Returns how many.

    Those that are answered already, entered too late or asked too long after the site's close are left as they are.
    """
    count = 0
    for claim_id in sorted(claim_ids):
        claim = _claim(claim_id)
        check_prime(claim.site_id, by)
        if claim.state == ClaimState.OPEN and may_be_answered(claim, jst_day(at)):
            claim.self_approved = is_own_day(claim.worker_id, claim.site_id, claim.day, by)
            _answer(claim, ClaimMove.APPROVE, "", by=by, at=at)
            tell_its_worker(NoticeKind.CLAIM_APPROVED, claim, at=at)
            count += 1
    return count


@transaction.atomic
def refuse_claim(claim_id: int, *, reason: str, by: Actor, at: datetime) -> None:
    """The prime refuses with a reason; the worker may answer. Harmless when repeated.

    What it cannot approve any more it does not refuse either: `ClaimTooLateError`, `ClaimSiteClosedError`. Of a refusal the
    first reason holds, since the worker has read it: `RefusedBeforeError` for another one.
    """
    claim = _claim(claim_id)
    check_prime(claim.site_id, by)
    if claim.state == ClaimState.REFUSED:
        if claim.answer_reason != reason:
            raise RefusedBeforeError(field="reason", reason=claim.answer_reason)
        return
    check_answerable(claim, jst_day(at), field="reason")
    _answer(claim, ClaimMove.REFUSE, reason, by=by, at=at)
    tell_its_worker(NoticeKind.CLAIM_REFUSED, claim, at=at)
    for business_id in firms_that(ENTER, "histories_claim", [claim.pk]).values():
        if business_id != by.subject_id:
            tell_one_firm(NoticeKind.CLAIM_REFUSED_OF_PEOPLE, BusinessId(business_id), claim, at=at)


@transaction.atomic
def take_back_refusal(claim_id: int, *, by: Actor, at: datetime) -> bool:
    """The prime takes its refusal back: the claim stands open again, and the worker is told. False where it is not refused.

    Raises `RefusalEnteredAnewError` where the day was entered again in between: then that entry stands for it; and
    `ClaimSiteClosedError` where nobody could approve it any more (ruling 28): it would stand open for ever.
    """
    claim = _claim(claim_id)
    check_prime(claim.site_id, by)
    if claim.state != ClaimState.REFUSED:
        return False
    check_answerable(claim, jst_day(at))
    if (seen := get_claim(claim_id)) and seen.is_entered_anew:
        raise RefusalEnteredAnewError
    try:
        with transaction.atomic():
            _answer(claim, ClaimMove.TAKE_BACK, "", by=by, at=at)
    except IntegrityError:  # entered anew at this very moment
        raise RefusalEnteredAnewError from None
    tell_its_worker(NoticeKind.CLAIM_REFUSAL_TAKEN_BACK, claim, at=at)
    return True


@transaction.atomic
def answer_refusal(claim_id: int, *, note: str, by: Actor, at: datetime) -> None:
    """The worker answers a refusal: the claim stands open again, with his words, and the prime is told. Harmless when repeated.

    Raises `ClaimEnteredAnewError` where the day was entered again in between: that entry is the answer, and waits for the
    prime; `ReplyTooLateError` where the prime could not approve it any more (ruling 28).
    """
    claim = _claim(claim_id)
    if side_of(by, claim.worker_id, claim.day) is not Side.WORKER:  # the words are his own
        raise NotAllowedError
    if claim.state == ClaimState.OPEN and claim.reply == note:
        return
    if claim.state == ClaimState.REFUSED and not may_be_answered(claim, jst_day(at)):
        raise ReplyTooLateError(field="note")
    claim.reply = note
    try:
        with transaction.atomic():
            claim.save(update_fields=["reply"])
            _answer(claim, ClaimMove.ANSWER, claim.answer_reason, by=by, at=at)
    except IntegrityError:
        raise ClaimEnteredAnewError(field="note") from None
    for business_id in firms_of(claim)[-1:]:
        tell_one_firm(NoticeKind.CLAIM_REFUSAL_ANSWERED, business_id, claim, at=at)


@transaction.atomic
def withdraw_claim(claim_id: int, *, by: Actor, at: datetime) -> None:
    """Take an open claim back; the messages that asked firms for their part say so. Harmless when repeated.

    The worker does so, or the employer that entered it: then the worker is told.
    """
    claim = _claim(claim_id)
    side = side_of(by, claim.worker_id, claim.day)
    if side is Side.EMPLOYER and claim_id not in entered_by_firm([claim_id], by.subject_id or 0):
        raise NotAllowedError
    if claim.state == ClaimState.WITHDRAWN:
        return
    _answer(claim, ClaimMove.WITHDRAW, "", by=by, at=at)
    if side is Side.EMPLOYER:
        tell_its_worker(NoticeKind.CLAIM_TAKEN_BACK, claim, at=at)


def _answer(claim: Claim, answer: ClaimMove, reason: str, *, by: Actor, at: datetime) -> None:
    claim.answered_at, claim.answer_reason = at, reason
    claim.save(update_fields=["answered_at", "answer_reason", "self_approved"])
    move(claim, CLAIM_LIFE, answer, by=by, at=at, reason=reason)
    settle(claim, answer, at)
    _note(claim)
