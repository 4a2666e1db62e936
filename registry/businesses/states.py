"""Kinds of firms."""

from enum import StrEnum

from registry.accounts.states import Role


class BusinessKind(StrEnum):
    """法人, 個人, 一人親方."""

    CORPORATION = "corporation"
    SOLE = "sole"
    ONE_PERSON = "one_person"


class PermitClass(StrEnum):
    """一般建設業, 特定建設業: the sign in 国土交通大臣許可（特-8）第1号."""

    GENERAL = "1"
    SPECIAL = "2"


class InsuredStanding(StrEnum):
    """加入, 未加入, 適用除外, as in a 施工体制台帳."""

    JOINED = "joined"
    NOT_JOINED = "not_joined"
    EXEMPT = "exempt"


# The parts of a 建設業許可: who gave it (a prefecture's code or the minister's), class, year of our calendar, number.
PERMIT = ("permit_authority", "permit_class", "permit_year", "permit_number")
MINISTER = "00"

ROLES_OF_FIRMS = (Role.OWNER, Role.TIER_MANAGER, Role.SITE_MANAGER, Role.SITE_VIEWER, Role.PROXY_CLERK)
# Who can be limited to a unit; the others act for the whole firm (ruling 7).
ROLES_OF_UNITS = (Role.TIER_MANAGER, Role.SITE_MANAGER, Role.SITE_VIEWER)
MOST_TIERS = 3
