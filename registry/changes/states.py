"""Kinds of change marks."""

from datetime import date
from enum import StrEnum

EVER = date(1970, 1, 1)  # from the first day on that anybody can have worked


class ChangeKind(StrEnum):
    """What kind of fact changed."""

    TOUCH = "touch"
    CARD = "card"
    AFFILIATION = "affiliation"
    SITE = "site"
    STRUCTURE = "structure"
    ROSTER = "roster"
    DAY = "day"  # somebody claimed, edited or decided a day
    WORKER = "worker"
