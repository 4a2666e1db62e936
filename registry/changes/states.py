"""Kinds of change marks."""

from enum import StrEnum


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
