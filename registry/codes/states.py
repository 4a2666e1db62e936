"""Which code tables there are: one CSV file each in `tables/`."""

from enum import StrEnum


class Table(StrEnum):
    """A code table; its value is the name of its CSV file."""

    TRADES = "trades"
    POSITIONS = "positions"
    ROSTER_MARKS = "roster_marks"
    QUALIFICATIONS = "qualifications"
    PERMITS = "permits"
    PREFECTURES = "prefectures"
    RESIDENCE_STATUSES = "residence_statuses"
    INSURANCE_KINDS = "insurance_kinds"
    FEES = "fees"
    TOUCH_REASONS = "touch_reasons"


class Counts(StrEnum):
    """Whether a day with a reason counts."""

    YES = "yes"
    WAITING = "waiting"
    NO = "no"
