"""Fixed figures of sites."""

from datetime import time

from registry.accounts.states import Role

DAY_BOUNDARY = time(4, 0)  # ruling 27
LATEST_BOUNDARY = time(12, 0)

# Who may answer for a site (ruling 7): each has at least one of them.
ROLES_OF_MANAGERS = frozenset({Role.OWNER, Role.TIER_MANAGER, Role.SITE_MANAGER})
# Who reaches those sites alone that were given to him (ruling 7).
ROLES_LIMITED_TO_SITES = frozenset({Role.SITE_MANAGER, Role.SITE_VIEWER})
ROLES_GIVEN_SITES = ROLES_OF_MANAGERS | ROLES_LIMITED_TO_SITES
