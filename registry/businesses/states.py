"""Kinds of firms."""

from enum import StrEnum


class BusinessKind(StrEnum):
    """法人, 個人, 一人親方."""

    CORPORATION = "corporation"
    SOLE = "sole"
    ONE_PERSON = "one_person"
