"""Fixed words of the worker's data."""

from enum import StrEnum

from registry.core.workflow import Step, Workflow


class Sex(StrEnum):
    """性別, with the numbers of the bulk form."""

    MALE = "1"
    FEMALE = "2"


class RegistrationKind(StrEnum):
    """簡略型, 詳細型 (ruling 8)."""

    SIMPLE = "simple"
    DETAILED = "detailed"


class Confirmation(StrEnum):
    """証明書類で確認済, 未確認, 期限切れ (ruling 10)."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    LAPSED = "lapsed"


class InsuranceItem(StrEnum):
    """What a worker can be insured for."""

    HEALTH = "health"
    PENSION = "pension"
    EMPLOYMENT = "employment"
    KENTAIKYO = "kentaikyo"
    CHUTAIKYO = "chutaikyo"
    SPECIAL_ACCIDENT = "special_accident"


class CredentialBlock(StrEnum):
    """Where on the worker's page a certificate stands."""

    CHIEF = "chief"  # 登録基幹技能者
    QUALIFICATION = "qualification"  # 保有資格
    TRAINING = "training"  # 研修など
    AWARD = "award"  # 表彰など
    SCHOOLING = "schooling"  # 学歴


class LinkSide(StrEnum):
    """Who of the two asks for a link, or ends it."""

    WORKER = "worker"
    BUSINESS = "business"

    @property
    def other(self) -> "LinkSide":
        """The side opposite."""
        return LinkSide.BUSINESS if self is LinkSide.WORKER else LinkSide.WORKER


class LinkRequestState(StrEnum):
    """Where a question for a link stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class LinkRequestMove(StrEnum):
    """What can happen to it."""

    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


LINK_REQUEST_LIFE = Workflow(
    "workers_link_request",
    LinkRequestState.ASKED,
    (
        Step(LinkRequestMove.ACCEPT, (LinkRequestState.ASKED,), LinkRequestState.ACCEPTED),
        Step(LinkRequestMove.DECLINE, (LinkRequestState.ASKED,), LinkRequestState.DECLINED),
        Step(LinkRequestMove.WITHDRAW, (LinkRequestState.ASKED,), LinkRequestState.WITHDRAWN),
    ),
)


class EndDisputeState(StrEnum):
    """Where one side's objection to the day on which a link ended stands."""

    OPEN = "open"
    AGREED = "agreed"  # the other side agrees: the day is changed
    KEPT = "kept"  # the other side keeps its day; both words stay in the register
    WITHDRAWN = "withdrawn"


class EndDisputeMove(StrEnum):
    """What can happen to it."""

    AGREE = "agree"
    KEEP = "keep"
    WITHDRAW = "withdraw"


END_DISPUTE_LIFE = Workflow(
    "workers_end_dispute",
    EndDisputeState.OPEN,
    (
        Step(EndDisputeMove.AGREE, (EndDisputeState.OPEN,), EndDisputeState.AGREED),
        Step(EndDisputeMove.KEEP, (EndDisputeState.OPEN,), EndDisputeState.KEPT),
        Step(EndDisputeMove.WITHDRAW, (EndDisputeState.OPEN,), EndDisputeState.WITHDRAWN),
    ),
)


class DayItem(StrEnum):
    """What pages and files show of somebody's days, as the look log and the read policy name it (ruling 40)."""

    DAY = "days"
    TIMES = "day_times"
    ROLE = "day_role"
    FIRM = "day_firm"


ALL_OF_DAYS = frozenset(DayItem)
