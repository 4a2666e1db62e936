"""A worker of a prime who enters days and reads them on his own pages."""

from datetime import date, datetime

from django.test import Client

from registry.core.ids import WorkerId
from registry.histories.operations.binder import bind_months
from registry.histories.operations.claims import (
    ClaimData,
    enter_claim,
)
from tests.factories.cast import NOW, Gate, a_firm, a_gate, a_worker
from tests.factories.visitors import as_worker, worker_as_actor

DAY = NOW.date()
TODAY = f"/worker/days/{DAY.year}-{DAY.month}-{DAY.day}/"


class Own:
    """A worker of the prime on its site."""

    def __init__(self) -> None:
        self.prime = a_firm()
        self.gate: Gate = a_gate(self.prime)
        self.card = a_worker(self.prime, trades=("06-01", "01-01"))
        self.worker: WorkerId = self.card.worker_id
        self.browser: Client = as_worker(self.worker)

    def enter(self, *, at: datetime = NOW, day: date = DAY) -> int:
        """The worker enters a day."""
        data = ClaimData(day=day, site_id=self.gate.site_id, note="カードを忘れた")
        claim = enter_claim(self.worker, data, by=worker_as_actor(self.worker), at=at)
        bind_months([(self.worker, day.replace(day=1))])
        return claim

    def page(self, path: str = TODAY) -> str:
        """What stands on a page."""
        return self.browser.get(path).content.decode()
