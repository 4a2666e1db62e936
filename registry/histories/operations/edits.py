"""Later words on days: edits by worker and employer, the prime's answers to them, its decisions (rulings 24, 29)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from registry.audit.operations import note_act
from registry.core.actor import Actor
from registry.core.days import jst_day
from registry.core.errors import NotAllowedError, NotFoundError, RegistryError
from registry.core.ids import BusinessId, SiteId, WorkerId
from registry.histories.derive.abouts import about_edit
from registry.histories.derive.deadlines import is_late_answer
from registry.histories.models import DayDecision, DayEdit, EditAnswer
from registry.histories.operations.parties import (
    check_prime,
    check_trade,
    is_own_day,
    note_day,
    one_at_a_time,
    side_of,
    tell_firm,
    tell_worker,
)
from registry.histories.queries import assignment_of_day, last_words, list_days_at, path_of_day
from registry.histories.rules import is_as_entered, may_decide, may_refuse_position, may_take_back, speaks_for_prime
from registry.histories.states import NO_SECOND_TRADE, ClaimState, Side
from registry.notices.operations import settle_notices
from registry.notices.states import NoticeKind
from registry.sites.queries import find_site


class SecondTradeError(RegistryError):
    """The second trade of a day is its first one."""

    code = "SECOND_TRADE"


class ReasonMissingError(RegistryError):
    """Somebody refuses and does not say why."""

    code = "REASON_MISSING"


class DayDecidedError(RegistryError):
    """The prime says of a day that it counts, or that it does not, and has meanwhile said the other."""

    code = "DAY_DECIDED"


class DecisionTooLateError(RegistryError):
    """The prime takes back that a day counts, and could not say so anew: its site closed too long ago."""

    code = "DECISION_TOO_LATE"


@transaction.atomic
def edit_day(
    worker_id: WorkerId, site_id: SiteId, day: date, *, trade: str = "", second_trade: str = "", position: str = "",
    work: str = "", by: Actor, at: datetime,
) -> bool:  # fmt: skip
    """Say another trade or work of a day, or a second trade; the employer also another position (ruling 29).

    Returns whether it holds now. `NO_SECOND_TRADE` takes a second trade back, `NO_WORK` the words on the work.

    After the end of the next month it waits for the prime, which is told; the prime's own word needs no other.
    Harmless when repeated.
    """
    side = side_of(by, worker_id, day)
    if position and side is not Side.EMPLOYER:
        raise NotAllowedError
    now = assignment_of_day(worker_id, site_id, day)
    # A firm edits only what was worked for it, not what its people did elsewhere.
    if side is Side.EMPLOYER and now.path[:1] != (by.subject_id,):
        raise NotAllowedError
    _check_trades(worker_id, trade, second_trade, now.trade)
    late, site = is_late_answer(day, jst_day(at)), find_site(site_id)
    if site is None:  # a 仮現場: edited once it is a site
        raise NotFoundError
    said = {
        "worker_id": worker_id, "site_id": site_id, "day": day, "trade": trade, "second_trade": second_trade,
        "position": position, "work": work,
    }  # fmt: skip
    one_at_a_time(worker_id)
    if late and DayEdit.objects.filter(**said, side=side, late=True, answer__isnull=True).exists():
        return False
    if not late and _is_last_word(said, side):
        return True
    edit = DayEdit.objects.create(**said, side=side, late=late, recorded_at=at)
    note_act("histories_day_edit", edit.pk, "edit", by=by, at=at)
    note_day(worker_id, site_id, day)
    if late and speaks_for_prime(site, by):
        _answer(edit, ClaimState.APPROVED, by=by, at=at)
        return True
    kind = NoticeKind.EDIT_ASKED if late else NoticeKind.POSITION_SAID if position else None
    if kind and not speaks_for_prime(site, by):
        words = _words(edit, site.name)
        tell_firm(kind, BusinessId(site.business_id), words, site_id=site_id, at=at, about=about_edit(edit.pk))
    return not late


def _check_trades(worker_id: WorkerId, trade: str, second: str, present: str) -> None:
    """Both are registered ones of the worker, and they differ."""
    check_trade(worker_id, trade)
    if second and second != NO_SECOND_TRADE:
        check_trade(worker_id, second, field="second_trade")
        if second == (trade or present):
            raise SecondTradeError(field="second_trade")


def _is_last_word(said: Mapping[str, object], side: Side) -> bool:
    """Whether the newest word on a day is the same, from the same side, and unanswered: the second of two clicks."""
    place = {name: said[name] for name in ("worker_id", "site_id", "day")}
    last = DayEdit.objects.filter(**place).order_by("recorded_at", "pk").values(*said, "side", "answer").last()
    return bool(last == {**said, "side": side, "answer": None})


def _words(edit: DayEdit, site: str, reason: str = "") -> dict[str, str]:
    return {"day": edit.day.isoformat(), "site": site, "reason": reason}


# What becomes of the message that asked the prime (ruling 29).
_ASKED_NOW = {
    ClaimState.APPROVED: NoticeKind.EDIT_ASKED_APPROVED, ClaimState.REFUSED: NoticeKind.EDIT_ASKED_REFUSED,
    ClaimState.WITHDRAWN: NoticeKind.EDIT_TAKEN_BACK,
}  # fmt: skip


def _answer(edit: DayEdit, answer: ClaimState, *, reason: str = "", by: Actor, at: datetime) -> bool:
    """Answer an edit that waits; False where it was answered before."""
    own = answer is ClaimState.APPROVED and is_own_day(edit.worker_id, edit.site_id, edit.day, by)
    said = {"answer": answer, "reason": reason, "recorded_at": at, "self_approved": own}
    firm = None if answer is ClaimState.WITHDRAWN else by.subject_id
    row, new = EditAnswer.objects.get_or_create(edit=edit, defaults={**said, "business_id": firm})
    if new:
        note_act("histories_edit_answer", row.pk, answer, by=by, at=at, reason=reason)
        note_day(edit.worker_id, edit.site_id, edit.day)
        settle_notices([about_edit(edit.pk)], asked=[NoticeKind.EDIT_ASKED], now=_ASKED_NOW[answer], at=at)
    return new


def _tell_asker(kind: NoticeKind, edit: DayEdit, words: dict[str, str], *, at: datetime) -> None:
    """A message to who asked: the worker, or the firm that the day was worked for."""
    if edit.side == Side.WORKER:
        tell_worker(kind, edit.worker_id, words, at=at)
        return
    for firm in path_of_day(edit.worker_id, edit.site_id, edit.day)[:1]:
        tell_firm(kind, BusinessId(firm), words, site_id=edit.site_id, at=at)


def _edit(edit_id: int, *, late: bool = True) -> DayEdit:
    edit = DayEdit.objects.filter(pk=edit_id, late=late).first()
    if edit is None:
        raise NotFoundError
    return edit


@transaction.atomic
def approve_edits(edit_ids: Collection[int], *, by: Actor, at: datetime) -> int:
    """The prime approves edits that came late: they hold from now on. Returns how many; those answered before stay."""
    count = 0
    for edit_id in sorted(edit_ids):
        edit = _edit(edit_id)
        site = check_prime(edit.site_id, by)
        if _answer(edit, ClaimState.APPROVED, by=by, at=at):
            _tell_asker(NoticeKind.EDIT_APPROVED, edit, _words(edit, site.name), at=at)
            count += 1
    return count


@transaction.atomic
def refuse_edit(edit_id: int, *, reason: str, by: Actor, at: datetime) -> bool:
    """The prime refuses an edit that came late, with a reason; the day stays as it is. False where it was answered before."""
    edit = _edit(edit_id)
    site = check_prime(edit.site_id, by)
    refused = _answer(edit, ClaimState.REFUSED, reason=reason, by=by, at=at)
    if refused:
        _tell_asker(NoticeKind.EDIT_REFUSED, edit, _words(edit, site.name, reason), at=at)
    return refused


@transaction.atomic
def refuse_position(edit_id: int, *, reason: str, by: Actor, at: datetime) -> bool:
    """The prime refuses the position (立場) that an employer said in time; trade and work stay (ruling 29).

    Employer and worker are told. False where it was refused before.
    """
    edit = _edit(edit_id, late=False)
    site, path = check_prime(edit.site_id, by), path_of_day(edit.worker_id, edit.site_id, edit.day)
    firm = path[0] if path else None
    if not edit.position or not may_refuse_position(edit.day, site, firm=firm, on=jst_day(at)):
        raise NotAllowedError
    refused = _answer(edit, ClaimState.REFUSED, reason=reason, by=by, at=at)
    if refused:
        words = _words(edit, site.name, reason)
        _tell_asker(NoticeKind.POSITION_REFUSED, edit, words, at=at)
        tell_worker(NoticeKind.POSITION_REFUSED, edit.worker_id, words, at=at)
    return refused


@transaction.atomic
def withdraw_edit(edit_id: int, *, by: Actor, at: datetime) -> bool:
    """Take an edit that waits back, on the side that said it; the prime's message says so. False where it was answered before."""
    edit = _edit(edit_id)
    side = side_of(by, edit.worker_id, edit.day)
    for_firm = path_of_day(edit.worker_id, edit.site_id, edit.day)[:1] == (by.subject_id,)
    if side != edit.side or (side is Side.EMPLOYER and not for_firm):
        raise NotAllowedError
    return _answer(edit, ClaimState.WITHDRAWN, by=by, at=at)


@transaction.atomic
def decide_days(
    site_id: SiteId, days: Sequence[tuple[WorkerId, date]], *, counts: bool, reason: str = "", by: Actor, at: datetime
) -> int:
    """The prime says of days that wait for it whether they count, and why not (ruling 24). Returns of how many.

    Each worker is told once, of all his days. A day of which the same was said before is left as it is, and so is one by a
    printed poster's code that is asked too long after the site's close (ruling 28). Raises `DayDecidedError` where the other
    was said of one: then nothing is said of any.
    """
    site = check_prime(site_id, by)
    if not counts and not reason:
        raise ReasonMissingError(field="reason")
    one_at_a_time(*(worker_id for worker_id, _ in days))
    said = last_words(site_id, days)
    if others := sum(said.get(place) is (not counts) for place in days):
        raise DayDecidedError(count=others)
    bound = {(row.worker_id, row.bound.day): row.bound for row in list_days_at(site_id, days)}
    answerable = [one for one in days if one not in bound or may_decide(bound[one], site, on=jst_day(at))]
    of_workers: dict[WorkerId, list[date]] = {}
    for worker_id, day in answerable:
        if said.get((worker_id, day)) is counts:
            continue
        of_workers.setdefault(worker_id, []).append(day)
        as_entered = (worker_id, day) in bound and is_as_entered(bound[worker_id, day])
        decision = DayDecision.objects.create(
            worker_id=worker_id, site_id=site_id, day=day, counts=counts, reason=reason, recorded_at=at,
            self_approved=counts and as_entered and is_own_day(worker_id, site_id, day, by),
        )  # fmt: skip
        note_act("histories_day_decision", decision.pk, "decide", by=by, at=at, reason=reason)
        note_day(worker_id, site_id, day)
    kind = NoticeKind.DAYS_COUNTED if counts else NoticeKind.DAYS_REFUSED
    for worker_id, own in of_workers.items():
        words = {"days": " ".join(day.isoformat() for day in sorted(own)), "site": site.name, "reason": reason}
        tell_worker(kind, worker_id, words, at=at)
    return sum(map(len, of_workers.values()))


@transaction.atomic
def take_back_decision(site_id: SiteId, worker_id: WorkerId, day: date, *, by: Actor, at: datetime) -> bool:
    """The prime takes back whether a day counts: it stands as before, and the worker is told. False where no word holds.

    Raises `DecisionTooLateError` where it counts and this could not be said anew (ruling 28).
    """
    site = check_prime(site_id, by)
    one_at_a_time(worker_id)
    said = last_words(site_id, [(worker_id, day)]).get((worker_id, day))
    if said is None:
        return False
    found = list_days_at(site_id, [(worker_id, day)]) if said else []
    if not all(may_take_back(row.bound, site, on=jst_day(at)) for row in found):
        raise DecisionTooLateError
    decision = DayDecision.objects.create(worker_id=worker_id, site_id=site_id, day=day, counts=None, recorded_at=at)
    note_act("histories_day_decision", decision.pk, "take_back", by=by, at=at)
    note_day(worker_id, site_id, day)
    kind = NoticeKind.DAY_COUNTED_TAKEN_BACK if said else NoticeKind.DAY_REFUSAL_TAKEN_BACK
    tell_worker(kind, worker_id, {"day": day.isoformat(), "site": site.name}, at=at)
    return True
