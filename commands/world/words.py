"""What people of the demonstration say of days: claims, corrections, refusals. Each login finds something to answer.

By the real operations; the day on which it is loaded decides all of it, no dice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from commands.world.days import SUNDAY
from registry.accounts.queries import account_of_login
from registry.businesses.queries import list_users
from registry.core.actor import Actor, ActorKind
from registry.core.days import month_before
from registry.core.ids import BusinessId, SiteId, WorkerId
from registry.histories.operations.claims import ClaimData, enter_claim, enter_claims, refuse_claim
from registry.histories.operations.edits import approve_edits, edit_day
from registry.histories.queries import list_days_of_worker, list_month_of_site, list_open_edits
from registry.sites.queries import list_sites

FOREMAN = "X001"
IN_WORLD = 4  # people of a site who forgot their cards


@dataclass(frozen=True)
class Scene:
    """A prime's site, one of its own people, and a firm with people there; `on` is the day of the demonstration."""

    prime: BusinessId
    firm: BusinessId
    site: SiteId
    own: WorkerId
    people: Sequence[WorkerId]
    on: date

    def ago(self, days: int) -> date:
        """So many days before."""
        return self.on - timedelta(days=days)


def _owner(business_id: BusinessId) -> Actor:
    account = list_users(business_id)[0].account
    return Actor(ActorKind.BUSINESS, account.id, business_id, account.rights)


def _self(worker_id: int) -> Actor:
    return Actor(ActorKind.WORKER, account_of_login(str(worker_id)), worker_id)


def days_long_ago(on: date) -> list[date]:
    """Three working days that can be corrected with the prime's approval alone: those up to the end of the month before last."""
    back = (month_before(on) - timedelta(days=n) for n in range(1, 5))
    return [day for day in back if day.weekday() != SUNDAY][:3]


def say_words(scene: Scene, *, at: datetime) -> None:
    """A forgotten card, a refusal, a site without ID, a day entered by the employer; corrections in time and late."""
    first, second, *rest = scene.people
    by = _self(first)
    for worker_id, days_ago, note in ((first, 4, "カードを忘れました"), (scene.own, 7, "端末が動きませんでした")):
        entry = ClaimData(day=scene.ago(days_ago), site_id=scene.site, note=note)
        enter_claim(worker_id, entry, by=_self(worker_id), at=at)
    entry = ClaimData(day=scene.ago(2), site_id=scene.site, work="資材の片付け", note="カードが届く前でした")
    enter_claims(rest, entry, by=_owner(scene.firm), at=at)
    doubted = enter_claim(first, ClaimData(day=scene.ago(12), site_id=scene.site), by=by, at=at)
    refuse_claim(doubted, reason="この日の入場の記録がありません", by=_owner(scene.prime), at=at)
    for days_ago in (13, 14):
        unregistered = ClaimData(day=scene.ago(days_ago), site_name="見本町 道路補修の現場")
        enter_claim(first, unregistered, by=by, at=at)
    _correct(scene, first, second, at=at)


def _correct(scene: Scene, first: WorkerId, second: WorkerId, *, at: datetime) -> None:
    """立場 in time, which the prime may refuse; after the deadline two corrections that wait and one that is approved."""
    firm, prime = _owner(scene.firm), _owner(scene.prime)
    last = list_days_of_worker(second, days_long_ago(scene.on)[0].replace(day=1), through=scene.on.replace(day=1))[-1]
    edit_day(second, scene.site, last.bound.day, position=FOREMAN, by=firm, at=at)
    newest, middle, oldest = days_long_ago(scene.on)
    edit_day(scene.own, scene.site, oldest, work="墨出し", by=_self(scene.own), at=at)
    approve_edits([edit.id for edit in list_open_edits(scene.site)], by=prime, at=at)
    edit_day(first, scene.site, newest, work="型枠の組立て", by=_self(first), at=at)
    edit_day(second, scene.site, middle, position=FOREMAN, by=firm, at=at)


def say_words_in_world(prime: BusinessId, worker_id: WorkerId, *, on: date, at: datetime) -> None:
    """In the made-up industry: people of two of the prime's sites, and one more, enter days for which they have no touch."""
    month = (on - timedelta(days=1)).replace(day=1)
    forgetful = [(worker_id, row.bound.site_id) for row in list_days_of_worker(worker_id, month) if row.bound.site_id]
    for site in list_sites(prime, limit=2):
        there = dict.fromkeys(row.worker_id for row in list_month_of_site(site.id, month))
        forgetful += [(WorkerId(one), site.id) for one in list(there)[:IN_WORLD]]
    for worker, site_id in dict(forgetful).items():
        worked = {row.bound.day for row in list_days_of_worker(worker, month)}
        day = next(one for one in _days_before(on) if one not in worked)
        entry = ClaimData(day=day, site_id=SiteId(site_id), note="カードを忘れました")
        enter_claim(worker, entry, by=_self(worker), at=at)


def _days_before(on: date) -> Iterator[date]:
    while True:
        on -= timedelta(days=1)
        yield on
