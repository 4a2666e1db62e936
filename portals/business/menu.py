"""Menu of the firm's portal, with the numbers of the manuals."""

from portals.base.menu import Entry
from registry.accounts.states import Permission

ENTRIES = [
    Entry("", "business.menu.home", "business:home", Permission.BUSINESS_VIEW),
    Entry("510", "business.menu.own", "business:own", Permission.BUSINESS_VIEW),
    Entry("510-30", "business.menu.workers", "business:workers", Permission.BUSINESS_WORKERS),
    Entry("", "business.menu.sites", "business:sites", Permission.SITE_VIEW),
    Entry("", "business.menu.days", "business:days", Permission.BUSINESS_WORKERS),
    Entry("", "paper.title", "business:papers", Permission.BUSINESS_WORKERS),
    Entry("", "business.menu.invitations", "business:invitations", Permission.SITE_MANAGE),
    Entry("", "business.menu.links", "business:links", Permission.BUSINESS_WORKERS),
    Entry("810-10", "unit.title", "business:organisation", Permission.BUSINESS_USERS),
    Entry("810-20", "business.menu.users", "business:users", Permission.BUSINESS_USERS),
]
