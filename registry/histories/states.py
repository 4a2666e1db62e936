"""Reasons why a day is not complete, and how a day stands."""

from enum import StrEnum

from registry.core.workflow import Step, Workflow


class Reason(StrEnum):
    """Codes of `touch_reasons.csv`, in the order in which people mend them. Packed by position: new ones go to the end."""

    STRUCTURE_MISSING = "STRUCTURE_MISSING"
    INVITATION_OPEN = "INVITATION_OPEN"
    FIRM_UNREGISTERED = "FIRM_UNREGISTERED"
    ROSTER_MISSING = "ROSTER_MISSING"
    NOT_LINKED = "NOT_LINKED"
    CARD_EXPIRED = "CARD_EXPIRED"
    CARD_REPLACED = "CARD_REPLACED"
    CARD_LOST = "CARD_LOST"
    CARD_UNKNOWN = "CARD_UNKNOWN"
    OUTSIDE_PERIOD = "OUTSIDE_PERIOD"
    SITE_CLOSED = "SITE_CLOSED"
    SITE_NOT_OF_DEVICE = "SITE_NOT_OF_DEVICE"
    DEVICE_REVOKED = "DEVICE_REVOKED"
    CLOCK_OFF = "CLOCK_OFF"
    CLOCK_IMPLAUSIBLE = "CLOCK_IMPLAUSIBLE"
    TWO_PLACES = "TWO_PLACES"
    TYPED_NUMBER = "TYPED_NUMBER"
    POSTER_FIXED = "POSTER_FIXED"
    TRADE_ASSUMED = "TRADE_ASSUMED"


class Standing(StrEnum):
    """How a day stands: the three counters of ruling 28, what somebody has to decide, and what does not count."""

    FORMAL = "formal"  # 正式
    WAITING = "waiting"  # counts once somebody has said so
    CLAIMED = "claimed"  # 申請中
    UNAPPROVED = "unapproved"  # 未承認
    NONE = "none"


NO_SECOND_TRADE = "-"  # what an edit says that takes a second trade back
NO_WORK = "-"  # and what one says that takes the words on the work back


class Side(StrEnum):
    """Who enters a day, or changes what it says."""

    WORKER = "worker"
    EMPLOYER = "employer"


class ClaimState(StrEnum):
    """Where a directly entered day stands."""

    OPEN = "open"  # 申請中
    APPROVED = "approved"  # 承認
    REFUSED = "refused"  # 否認
    WITHDRAWN = "withdrawn"  # 取下げ


class ClaimMove(StrEnum):
    """What can happen to it."""

    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    ANSWER = "answer"  # the worker answers a refusal: it is asked again
    TAKE_BACK = "take_back"  # the prime takes its refusal back: it waits again


ENTER = "enter"  # the act with which a claim begins
CLAIM_LIFE = Workflow(
    "histories_claim",
    ClaimState.OPEN,
    (
        Step(ClaimMove.APPROVE, (ClaimState.OPEN,), ClaimState.APPROVED),
        Step(ClaimMove.REFUSE, (ClaimState.OPEN,), ClaimState.REFUSED),
        Step(ClaimMove.WITHDRAW, (ClaimState.OPEN,), ClaimState.WITHDRAWN),
        Step(ClaimMove.ANSWER, (ClaimState.REFUSED,), ClaimState.OPEN),
        Step(ClaimMove.TAKE_BACK, (ClaimState.REFUSED,), ClaimState.OPEN),
    ),
)


class Approval(StrEnum):
    """In which way an entered day was approved, where that has to be shown (ruling 28)."""

    LATE = "late"  # 期限後承認
    SELF = "self"  # 自己承認
