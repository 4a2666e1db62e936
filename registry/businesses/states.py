"""Kinds of firms."""

from enum import StrEnum

from registry.accounts.states import Role


class BusinessKind(StrEnum):
    """法人, 個人, 一人親方."""

    CORPORATION = "corporation"
    SOLE = "sole"
    ONE_PERSON = "one_person"


# 階層管理者 follow with the firm's hierarchy, without which nobody knows what they manage (spec 1.3).
ROLES_OF_FIRMS = (Role.OWNER, Role.SITE_MANAGER, Role.SITE_VIEWER, Role.PROXY_CLERK)
