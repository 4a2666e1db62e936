"""A site with days of two firms, and the browsers of those who look at them."""

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client

from registry.core.ids import BusinessId, WorkerId
from registry.histories.operations.binder import bind_months
from registry.histories.operations.claims import ClaimData, enter_claim
from registry.sites.models import Site, SitePeriod
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


def many_sites(prime: BusinessId, number: int) -> None:
    """So many sites of a prime, opened later than all others."""
    for one in range(number):
        site = Site.objects.create(
            id=one + 1, business_id=prime, name=f"多数{one}", prefecture="13", address="東京都", public_works=False, opened_at=NOW,
        )  # fmt: skip
        SitePeriod.objects.create(site=site, from_on=DAY)


def names(answer: Any) -> set[str]:
    return {row["氏名"] for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}


def days_on_three_sites() -> WorkerId:
    """A worker touched on two sites, entered a day on the first one, and two on one without ID; somebody else was there too."""
    firm = a_firm()
    card, gate, further = a_worker(firm), a_gate(firm), a_gate(firm, name="もう一つの現場")
    gate.send(
        a_touch(1, card), a_touch(2, card, "2026-10-05T08:00:00+09:00"), a_touch(3, card, "2026-10-06T08:00:00+09:00")
    )
    further.send(a_touch(1, card, "2026-11-19T08:00:00+09:00"))
    gate.send(a_touch(4, a_worker(firm, "別の人"), "2026-09-01T08:00:00+09:00"))
    by = worker_as_actor(card.worker_id)
    enter_claim(card.worker_id, ClaimData(day=date(2026, 11, 10), site_id=gate.site_id), by=by, at=NOW)
    for day in (date(2026, 10, 20), date(2026, 11, 2)):
        enter_claim(card.worker_id, ClaimData(day=day, site_name="近所の家"), by=by, at=NOW)
    bind_all()
    return card.worker_id
