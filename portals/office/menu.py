"""Menu of the office."""

from portals.base.menu import Entry
from registry.accounts.states import Permission

ENTRIES = [
    Entry("", "office.menu.home", "office:home", Permission.OFFICE_SEARCH),
    Entry("", "office.menu.search", "office:search", Permission.OFFICE_SEARCH),
    Entry("", "office.menu.register_business", "office:register_business", Permission.OFFICE_REGISTER),
    Entry("", "office.menu.register_worker", "office:register_worker", Permission.OFFICE_REGISTER),
    Entry("", "office.menu.unknown_cards", "office:unknown_cards", Permission.OFFICE_REGISTER),
    Entry("", "office.menu.unknown_sites", "office:unknown_sites", Permission.OFFICE_REGISTER),
    Entry("", "office.menu.letters", "office:letters", Permission.OFFICE_PRINT),
]
