"""Kinds of firms."""

from enum import StrEnum

from registry.accounts.states import Role


class BusinessKind(StrEnum):
    """法人, 個人, 一人親方."""

    CORPORATION = "corporation"
    SOLE = "sole"
    ONE_PERSON = "one_person"


ROLES_OF_FIRMS = (Role.OWNER, Role.TIER_MANAGER, Role.SITE_MANAGER, Role.SITE_VIEWER, Role.PROXY_CLERK)
# Who can be limited to a unit; the others act for the whole firm (spec 1.3).
ROLES_OF_UNITS = (Role.TIER_MANAGER, Role.SITE_MANAGER, Role.SITE_VIEWER)
MOST_TIERS = 3
