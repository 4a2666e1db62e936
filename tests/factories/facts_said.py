"""Facts of a random world that people say: days entered by hand, corrections, decisions."""

import random
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from registry.core.actor import Actor, ActorKind
from registry.core.ids import SiteId, WorkerId
from registry.histories.operations.claims import ClaimData, approve_claims, enter_claim, join_site
from registry.histories.operations.edits import approve_edits, decide_days, edit_day, refuse_edit
from registry.histories.queries import list_open_edits
from tests.factories.fact import DAYS, TRADES, World, moment


def say_words(world: World, rng: random.Random) -> None:
    """Days entered by hand, approved or not; edits and the prime's decisions; each with its own moment."""
    for n, worker in enumerate(world.workers):
        by, s = Actor(ActorKind.WORKER, subject_id=worker), rng.randrange(2)
        world.numbers[f"said{n}"] = rng.randrange(DAYS)
        day, site = world.day(world.numbers[f"said{n}"]), world.sites[s]
        if rng.random() < 0.7:
            entry = ClaimData(day=day, site_id=site, trade=rng.choice(["", *TRADES]), work=f"手入力{n}")
            late = timedelta(days=rng.choice([1, 1, 80]))
            world.add(f"claim{n}", partial(_claim, world, n, worker, entry, moment(day, 600) + late))
            if rng.random() < 0.6:
                world.add(f"approve{n}", partial(_approve, world, n, moment(day, 700) + late), f"claim{n}")
        if rng.random() < 0.5:
            for k in range(2):
                how: Any = {"by": by, "at": moment(day, 800 + k)}
                world.add(f"edit{n}{k}", partial(edit_day, worker, site, day, trade=TRADES[k], work=f"訂正{k}", **how))
        if rng.random() < 0.5:
            decision = partial(
                decide_days,
                site,
                [(worker, day)],
                counts=rng.random() < 0.5,
                reason="元請の判断",
                by=world.owners[0],
                at=moment(day, 900),
            )
            world.add(f"decide{n}", decision)


def _claim(world: World, n: int | str, worker: WorkerId, entry: ClaimData, at: datetime) -> None:
    world.numbers[f"claim{n}"] = enter_claim(worker, entry, by=Actor(ActorKind.WORKER, subject_id=worker), at=at)


def say_unregistered(world: World, rng: random.Random) -> None:
    """Days on a site that was entered by name and gets its site ID later; some are approved (ruling 30)."""
    for n, worker in enumerate(world.workers):
        if rng.random() < 0.4:
            continue
        day = world.day((world.numbers[f"said{n}"] + 1 + rng.randrange(DAYS - 1)) % DAYS)  # no day is entered twice
        by, at, name = Actor(ActorKind.WORKER, subject_id=worker), moment(day, 600), f"_unregistered{n}"
        entry = ClaimData(day=day, site_name="仮の現場", work=f"仮{n}")
        world.add(f"claim{name}", partial(_claim, world, name, worker, entry, at))
        join = partial(_join, world, name, rng.choice(world.sites), {"by": by, "at": at + timedelta(days=90)})
        world.add(f"join{n}", join, f"claim{name}")
        if rng.random() < 0.5:
            world.add(f"approve{name}", partial(_approve, world, name, at + timedelta(days=91)), f"join{n}")


def _join(world: World, name: str, site: SiteId, how: Any) -> None:
    join_site([world.numbers[f"claim{name}"]], site, **how)


def say_late(world: World, rng: random.Random) -> None:
    """Days that are corrected too late; the prime approves, refuses or does not answer."""
    for n in range(len(world.workers)):
        if rng.random() < 0.3:
            continue
        place, answer = (
            (rng.choice(world.sites), world.day(rng.randrange(DAYS))),
            rng.choice(["allow", "allow", "deny", ""]),
        )
        at = moment(place[1], 800) + timedelta(days=80)
        world.add(f"late{n}", partial(_late, world, n, place, rng.choice(TRADES), at))
        if answer:
            world.add(f"{answer}{n}", partial(_answer, world, n, answer, at + timedelta(hours=2)), f"late{n}")


def _late(world: World, n: int, place: tuple[SiteId, date], trade: str, at: datetime) -> None:
    worker = world.workers[n]
    by = Actor(ActorKind.WORKER, subject_id=worker)
    edit_day(worker, *place, trade=trade, work=f"遅れ{n}", by=by, at=at)
    (edit,) = [one for one in list_open_edits(place[0]) if one.worker_id == worker]
    world.numbers[f"late{n}"] = edit.id


def _answer(world: World, n: int, answer: str, at: datetime) -> None:
    number, by = world.numbers[f"late{n}"], world.owners[0]
    if answer == "allow":
        approve_edits([number], by=by, at=at)
    else:
        refuse_edit(number, reason="違います", by=by, at=at)


def _approve(world: World, n: int | str, at: datetime) -> None:
    approve_claims([world.numbers[f"claim{n}"]], by=world.owners[0], at=at)
