"""Fixed words of the worker's data."""

from enum import StrEnum


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
