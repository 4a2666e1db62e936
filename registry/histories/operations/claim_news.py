"""Who is told what of an entered day, and what becomes of the messages that asked for something."""

from collections.abc import Sequence
from datetime import datetime

from registry.core.ids import BusinessId
from registry.histories.derive.abouts import about_claim
from registry.histories.models import Claim
from registry.histories.operations.parties import tell_firm, tell_worker
from registry.histories.queries import path_of_day
from registry.histories.states import ClaimMove, ClaimState
from registry.notices.operations import settle_notices
from registry.notices.states import NoticeKind
from registry.sites.queries import find_site


def firms_of(claim: Claim) -> list[BusinessId]:
    """Employer, first tier and prime of a claimed day, each once; nobody knows those of an unregistered site.

    The prime stands last. It is told also of a day that leads through no registered firm.
    """
    site = find_site(claim.site_id) if claim.site_id else None
    if site is None or site.business_id is None:
        return []
    path = path_of_day(claim.worker_id, site.id, claim.day)
    return [BusinessId(one) for one in dict.fromkeys((*path[:1], *path[-2:-1], site.business_id))]


def tell_one_firm(kind: NoticeKind, business_id: BusinessId, claim: Claim, *, at: datetime) -> None:
    """A message to a firm about a claim."""
    tell_firm(kind, business_id, _words(claim, kind), site_id=claim.site_id, at=at, about=about_claim(claim.pk))


def tell_its_worker(kind: NoticeKind, claim: Claim, *, at: datetime) -> None:
    """A message to the worker of a claim."""
    tell_worker(kind, claim.worker_id, _words(claim, kind), at=at, about=about_claim(claim.pk))


# Why a day was refused is for the worker and for the firm that entered it, not for all that were asked about the day.
_TELL_WHY = (NoticeKind.CLAIM_REFUSED, NoticeKind.CLAIM_REFUSED_OF_PEOPLE)


def _words(claim: Claim, kind: NoticeKind) -> dict[str, str]:
    site = find_site(claim.site_id) if claim.site_id else None
    words = {"day": claim.day.isoformat(), "site": site.name if site else claim.site_name, "first": claim.site_name}
    return words | {"reason": claim.answer_reason} if kind in _TELL_WHY else words


# What the messages that asked firms for their part, or told of a refusal, say after each move, and which ones do.
_ASKED = (NoticeKind.CLAIM_ENTERED, NoticeKind.CLAIM_REFUSAL_ANSWERED)
_SETTLED: dict[ClaimMove, dict[NoticeKind, Sequence[NoticeKind]]] = {
    ClaimMove.APPROVE: {
        NoticeKind.CLAIM_ENTERED_APPROVED: _ASKED,
        NoticeKind.CLAIM_APPROVED: (NoticeKind.CLAIM_REFUSED_ANSWERED,),
    },
    ClaimMove.REFUSE: {
        NoticeKind.CLAIM_ENTERED_REFUSED: _ASKED,
        NoticeKind.CLAIM_REFUSED: (NoticeKind.CLAIM_REFUSED_ANSWERED,),
    },
    ClaimMove.WITHDRAW: {NoticeKind.CLAIM_TAKEN_BACK: (*_ASKED, NoticeKind.CLAIM_REFUSED_ANSWERED)},
    ClaimMove.TAKE_BACK: {
        NoticeKind.CLAIM_ENTERED: (NoticeKind.CLAIM_ENTERED_REFUSED,),
        NoticeKind.CLAIM_REFUSAL_TAKEN_BACK: (NoticeKind.CLAIM_REFUSED, NoticeKind.CLAIM_REFUSED_OF_PEOPLE),
    },
    ClaimMove.ANSWER: {
        NoticeKind.CLAIM_REFUSAL_ANSWERED: (NoticeKind.CLAIM_ENTERED_REFUSED, NoticeKind.CLAIM_REFUSED_OF_PEOPLE),
        NoticeKind.CLAIM_REFUSED_ANSWERED: (NoticeKind.CLAIM_REFUSED,),
    },
}


def settle(claim: Claim, answer: ClaimMove, at: datetime) -> None:
    """Let the messages about a claim say what became of it."""
    for now, asked in _SETTLED[answer].items():
        settle_notices([about_claim(claim.pk)], asked=asked, now=now, at=at, data=_words(claim, now))


# A refusal that nobody has to answer any more: the day was entered anew.
_OF_REFUSAL = (NoticeKind.CLAIM_REFUSED, NoticeKind.CLAIM_REFUSED_OF_PEOPLE, NoticeKind.CLAIM_ENTERED_REFUSED)


def settle_refused_before(claim: Claim, at: datetime) -> None:
    """Let the messages about a refusal say that the same day and site have been entered anew: that is the answer."""
    if claim.site_id is None:
        return
    place = {"worker_id": claim.worker_id, "site_id": claim.site_id, "day": claim.day}
    refused = Claim.objects.filter(**place, state=ClaimState.REFUSED).order_by("pk")
    settle_notices(
        [about_claim(one.pk) for one in refused], asked=_OF_REFUSAL, now=NoticeKind.CLAIM_ENTERED_ANEW, at=at
    )
