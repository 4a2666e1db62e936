"""Menu of the worker's portal, with the numbers of the manuals."""

from portals.base.menu import Entry
from registry.accounts.states import Permission

ENTRIES = [
    Entry("", "worker.menu.home", "worker:home", Permission.WORKER_OWN),
    Entry("310", "worker.menu.own", "worker:own", Permission.WORKER_OWN),
    Entry("320", "worker.menu.days", "worker:days", Permission.WORKER_OWN),
    Entry("", "worker.sites.title", "worker:sites", Permission.WORKER_OWN),
    Entry("", "paper.title", "worker:papers", Permission.WORKER_OWN),
    Entry("", "worker.menu.card", "worker:card", Permission.WORKER_OWN),
    Entry("", "worker.menu.links", "worker:links", Permission.WORKER_OWN),
    Entry("", "worker.menu.looks", "worker:looks", Permission.WORKER_OWN),
]
