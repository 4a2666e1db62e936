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
