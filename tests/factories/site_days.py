"""A site with days of two firms, and the browsers of those who look at them."""

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client

from registry.core.ids import WorkerId
from registry.histories.operations.binder import bind_months
from registry.histories.operations.claims import ClaimData, enter_claim
from tests.factories.cast import NOW, Gate, a_firm, a_gate, a_tenure, a_touch, a_worker
from tests.factories.days import bind_all
from tests.factories.visitors import as_firm, worker_as_actor

DAY = NOW.date()


class Place:
    """A prime's site with one firm below, each with a worker who was there today."""

    def __init__(self) -> None:
        self.prime, self.below = a_firm("元請"), a_firm("下請")
        self.gate: Gate = a_gate(self.prime)
        a_tenure(self.gate.site_id, self.prime, self.below)
        self.own = a_worker(self.prime, "元", trades=("06-01", "01-01"))
        self.theirs = a_worker(self.below, "下")
        self.gate.send(a_touch(1, self.own), a_touch(2, self.theirs))
        bind_all()
        self.browsers: dict[str, Client] = {"prime": as_firm(self.prime), "below": as_firm(self.below)}

    def page(self, who: str, path: str) -> str:
        """What stands on a page."""
        answer = self.browsers[who].get(path)
        assert answer.status_code == 200, path
        return answer.content.decode()

    def enter(self, worker: WorkerId, day: date = DAY - timedelta(days=1), *, at: datetime = NOW) -> int:
        """A worker enters yesterday."""
        claim = enter_claim(worker, ClaimData(day=day, site_id=self.gate.site_id), by=worker_as_actor(worker), at=at)
        bind_months([(worker, day.replace(day=1))])
        return claim


def names(answer: Any) -> set[str]:
    return {row["氏名"] for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
