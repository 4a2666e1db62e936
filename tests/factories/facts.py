"""Random worlds as lists of facts: each has its own times, and may need others before it. For the order test."""

import json
import random
import secrets
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from registry.cards.operations import end_card, issue_card, lift_stop, register_token, ship_card, stop_card
from registry.core.actor import Actor
from registry.core.ids import BusinessId, SiteId, WorkerId
from registry.histories.operations.receiving import receive_touches
from registry.sites.operations.sites import (
    SiteData,
    SiteNames,
    add_period,
    change_day_boundary,
    close_site,
    correct_site,
    open_site,
)
from registry.sites.queries import list_terminals
from registry.structures.operations.ends import end_affiliation, end_place, end_roster_entry
from registry.structures.operations.rosters import (
    RosterData,
    add_to_roster,
    change_roster_entry,
    withdraw_roster_entry,
)
from registry.structures.operations.tenures import (
    FirmPlace,
    accept_invitation,
    end_tenure,
    exchange_firm,
    invite_firm,
    join_named_firm,
)
from registry.structures.queries import list_roster
from registry.touches.derive.signing import signature_of
from registry.touches.operations.devices import make_pairing_code, register_device
from registry.workers.operations.links import write_link
from registry.workers.operations.registration import change_trades
from tests.factories.cast import OFFICE, a_firm, a_worker, owner_of
from tests.factories.fact import DAYS, START, TRADES, World, moment
from tests.factories.facts_said import say_late, say_unregistered, say_words
from tests.factories.links import last_link

REGISTERED = datetime(2026, 10, 1, tzinfo=UTC)
PREFECTURES = ("13", "27")


def four_firms() -> list[BusinessId]:
    """The firms of worlds: nothing is told of them, so that many worlds can share them."""
    return [a_firm(f"見本{number}", at=REGISTERED) for number in range(4)]


def a_world(seed: int, firms: list[BusinessId]) -> World:
    """A world of four firms, three workers and two sites, and the list of its facts, none told yet."""
    rng, world = random.Random(seed), World(seed, firms, [owner_of(firm) for firm in firms])
    for number in range(3):
        world.workers.append(a_worker(None, f"例{number}", at=REGISTERED, trades=TRADES).worker_id)
    for number in range(2):
        _open_site(world, number)
    for make in (_links, _structure, _cards, _sites, _rosters, say_words, _touches):
        make(world, rng)
    for make in (_second_links, _corrections, _moved_ends, say_late, say_unregistered):
        make(world, random.Random(f"{make.__name__} {seed}"))  # their own draws: the others stay as they were
    return world


def _open_site(world: World, number: int) -> None:
    data = SiteData(
        name=f"現場{number}", prefecture=PREFECTURES[number], address="見本町", public_works=False,
        from_on=world.day(2 * number), last_on=world.day(DAYS - 4), terminal_name="門",
    )  # fmt: skip
    world.sites.append(open_site(world.firms[0], data, by=world.owners[0], at=REGISTERED))
    code = make_pairing_code(list_terminals(world.sites[-1])[0].id, by=world.owners[0], at=REGISTERED)
    store = secrets.token_hex(16)
    made = register_device(code.code, store=store, name="門", dense=True, at=REGISTERED)
    world.gates.append((made.device_id, bytes.fromhex(made.secret), store))


def _links(world: World, rng: random.Random) -> None:
    for n, worker in enumerate(world.workers):
        firm, start = rng.choice([0, 1, 1, 2, 2, 3]), world.day(rng.choice([-5, 0, 1]))
        world.numbers[f"firm{n}"] = firm
        by = world.owners[firm]
        world.add(f"link{n}", partial(
            write_link, worker, world.firms[firm], from_on=start, principal=True, position="", by=by, at=moment(start, 600)
        ))  # fmt: skip
        if rng.random() < 0.4:
            world.numbers[f"leave{n}"] = rng.randrange(8, 13)
            leave = partial(_leave, worker, world.firms[firm], world.day(world.numbers[f"leave{n}"]), by)
            world.add(f"leave{n}", leave, f"link{n}")
        if rng.random() < 0.6:
            for k in range(2):
                day, trade = world.day(rng.randrange(1, 6) + 6 * k), (rng.choice(TRADES),)
                world.add(
                    f"trades{n}{k}", partial(change_trades, worker, trade, from_on=day, by=OFFICE, at=moment(day, 600))
                )


def _leave(worker: WorkerId, firm: BusinessId, end: date, by: Actor) -> None:
    end_affiliation(last_link(worker, firm), until_on=end, by=by, at=moment(end, 600))


def _second_links(world: World, rng: random.Random) -> None:
    """Some work for two firms."""
    for n, worker in enumerate(world.workers):
        if rng.random() < 0.5:
            other, start = (world.numbers[f"firm{n}"] + rng.choice([1, 2])) % 4, world.day(rng.choice([0, 4]))
            world.add(f"link{n}b", partial(
                write_link, worker, world.firms[other], from_on=start, principal=False, position="",
                by=world.owners[other], at=moment(start, 600),
            ))  # fmt: skip


def _structure(world: World, rng: random.Random) -> None:
    """On each site firm 1 below the prime and firm 2 below it, on one of them first by name; firm 1 may leave."""
    for s in range(len(world.sites)):
        start, at = world.day(rng.choice([-5, 1, 2])), moment(world.day(rng.randrange(3, 12)), 700)
        how: Any = {"by": world.owners[0], "at": at, "on": START}
        world.add(f"first{s}", partial(_first, world, s, start, how))
        world.add(f"second{s}", partial(_second, world, s, start, how), f"first{s}")
        if rng.random() < 0.85:
            world.add(f"accept{s}", partial(_accept, world, s, at), f"first{s}")
        if rng.random() < 0.85:
            world.add(f"settle{s}", partial(_settle, world, s, how), f"second{s}")
        if rng.random() < 0.5:
            _ending(world, s, rng)


def _first(world: World, s: int, start: date, how: Any) -> None:
    place = FirmPlace(business_id=world.firms[1], from_on=start)
    world.numbers[f"tenure{s}1"] = invite_firm(world.sites[s], None, place, **how)


def _accept(world: World, s: int, at: datetime) -> None:
    accept_invitation(world.numbers[f"tenure{s}1"], by=world.owners[1], at=at)


def _second(world: World, s: int, start: date, how: Any) -> None:
    firm: Any = {"business_name": "無番工業"} if world.seed % 2 == s else {"business_id": world.firms[2]}
    place = FirmPlace(**firm, from_on=start)
    world.numbers[f"tenure{s}2"] = invite_firm(world.sites[s], world.node(f"tenure{s}1"), place, **how)


def _settle(world: World, s: int, how: Any) -> None:
    number = world.numbers[f"tenure{s}2"]
    if world.seed % 2 == s:
        number = world.numbers[f"tenure{s}2"] = join_named_firm(number, world.firms[2], **how)
    accept_invitation(number, by=world.owners[2], at=how["at"])


def _ending(world: World, s: int, rng: random.Random) -> None:
    """The first firm leaves in mid-work, or another one takes its place; below it nothing is lost."""
    offset, other = rng.randrange(8, 12), rng.random() < 0.5
    world.numbers[f"end{s}"], world.numbers[f"exchanged{s}"], day = offset, other, world.day(offset)
    how: Any = {"by": world.owners[0], "at": moment(day, 700), "on": START}

    def end() -> None:
        if other:
            place = FirmPlace(business_id=world.firms[3], from_on=day)
            exchange_firm(world.node(f"tenure{s}1"), place, **how)
        else:
            end_tenure(world.numbers[f"tenure{s}1"], until_on=day, **how)

    world.add(f"end{s}", end, *(one for one in (f"first{s}", f"second{s}", f"accept{s}") if world.knows(one)))


def _cards(world: World, rng: random.Random) -> None:
    for n, worker in enumerate(world.workers):
        at, what = (
            moment(world.day(rng.randrange(3, 11)), 500),
            rng.choice(["token", "stop", "lift", "end", "renew", "silent", ""]),
        )
        world.credentials.append([{"card": f"{worker}-01"}])
        if what == "token":
            token = f"{world.name}-{n}"
            world.add(f"token{n}", partial(register_token, worker, 1, token, by=OFFICE, at=at))
            world.credentials[n].append({"token": token})
        if what in {"stop", "lift"}:
            world.add(f"stop{n}", partial(stop_card, worker, reason="", by=OFFICE, at=at))
        if what == "lift":
            world.add(f"lift{n}", partial(lift_stop, worker, by=OFFICE, at=at + timedelta(hours=2)), f"stop{n}")
        if what == "end":
            world.add(f"dead{n}", partial(end_card, worker, reason="", by=OFFICE, at=at))
        if what in {"renew", "silent"}:
            world.add(f"renew{n}", partial(_renew, worker, at, is_noted=what == "renew"))
            world.credentials[n].append({"card": f"{worker}-02"})


def _renew(worker: WorkerId, at: datetime, *, is_noted: bool) -> None:
    """A new card; its shipment is not always noted."""
    issue_card(worker, by=OFFICE, at=at)
    if is_noted:
        ship_card(worker, by=OFFICE, at=at)


def _sites(world: World, rng: random.Random) -> None:
    for s, site in enumerate(world.sites):
        by = world.owners[0]
        if rng.random() < 0.6:
            day = world.day(DAYS - 3)
            world.add(f"period{s}", partial(add_period, site, day, None, by=by, at=moment(day, 600)))
        if rng.random() < 0.4:
            day = world.day(rng.randrange(6, 14))
            world.add(f"close{s}", partial(close_site, site, from_on=day, by=by, at=moment(day, 600)))
        if rng.random() < 0.5:
            day, hour = world.day(rng.randrange(2, 12)), time(rng.choice([0, 6, 12]))
            world.add(
                f"boundary{s}", partial(change_day_boundary, site, hour, from_on=day, by=by, at=moment(day, 600))
            )  # fmt: skip


def _corrections(world: World, rng: random.Random) -> None:
    """A site lies in another prefecture than was typed: how far it is from the other one changes."""
    for s, site in enumerate(world.sites):
        if rng.random() < 0.4:
            names = SiteNames(name=f"現場{s}", prefecture=PREFECTURES[1 - s], address="見本町")
            at = moment(START + timedelta(days=DAYS), 690)
            world.add(f"correct{s}", partial(correct_site, site, names, by=world.owners[0], at=at))


def _rosters(world: World, rng: random.Random) -> None:
    for s, site in enumerate(world.sites):
        for n, worker in enumerate(world.workers):
            firm = world.numbers[f"firm{n}"]
            accepted = {1: f"accept{s}", 2: f"settle{s}"}.get(firm, "")
            if not world.knows(accepted) or rng.random() < 0.3:
                continue
            start = world.day(rng.randrange(2, 8))
            data = RosterData(trade=rng.choice(TRADES), position=rng.choice(["", "X001"]), work=f"作業{n}")
            how: Any = {"by": world.owners[firm], "at": moment(start, 450 + n)}
            world.add(f"roster{s}{n}", partial(_add, world, s, worker, data, start, how), f"link{n}", accepted)
            later, what = start + timedelta(days=rng.randrange(2, 6)), rng.random()
            if what < 0.3:
                world.add(f"off{s}{n}", partial(_off, site, worker, later, how), f"roster{s}{n}")
            elif what < 0.45:
                other = RosterData(trade=rng.choice(TRADES), work=f"変更{n}")
                later = min(later, _last_to_alter(world, s, n))
                world.add(f"alter{s}{n}", partial(_alter, site, worker, other, later, how), f"roster{s}{n}")
            elif what < 0.55:
                world.add(f"undo{s}{n}", partial(_undo, site, worker, how), f"roster{s}{n}")


def _add(world: World, s: int, worker: WorkerId, data: RosterData, start: date, how: Any) -> None:  # noqa: PLR0917 -- told by partial
    number = world.numbers[f"tenure{s}{world.firms.index(how['by'].subject_id)}"]
    add_to_roster(world.sites[s], number, [(worker, data)], from_on=start, **how)


def _moved_ends(world: World, rng: random.Random) -> None:
    """Ends that were said of places and of roster lines are said anew, later ones mostly, or taken back."""
    for s, site in enumerate(world.sites):
        end = world.numbers.get(f"end{s}", DAYS)
        if world.knows(f"end{s}") and not world.numbers[f"exchanged{s}"] and rng.random() < 0.7:
            until_on, how = rng.choice([None, world.day(end + 2)]), {"by": world.owners[0], "on": START}
            at = moment(START + timedelta(days=DAYS), 720)
            world.add(f"longer{s}", partial(_move_place, world, s, until_on, at, how), f"end{s}")
        for n, worker in enumerate(world.workers):
            if world.knows(f"off{s}{n}") and rng.random() < 0.5:
                by, until_on = world.owners[world.numbers[f"firm{n}"]], rng.choice([None, world.day(DAYS - 4)])
                at = moment(START + timedelta(days=DAYS), 730 + n)
                world.add(f"back{s}{n}", partial(_off, site, worker, until_on, {"by": by, "at": at}), f"off{s}{n}")


def _move_place(world: World, s: int, until_on: date | None, at: datetime, how: Any) -> None:
    end_place(world.numbers[f"tenure{s}1"], until_on=until_on, at=at, **how)


def _last_to_alter(world: World, s: int, n: int) -> date:
    """Once a line's place has ended, or its worker has left, nobody writes on it."""
    ends = (f"leave{n}", f"end{s}" if world.numbers[f"firm{n}"] == 1 else "")
    return world.day(min(world.numbers.get(one, DAYS) for one in ends) - 1)


def _line(site: SiteId, worker: WorkerId) -> int:
    (row,) = [row for row in list_roster(site, on=START) if row.worker_id == worker]
    return row.id


def _off(site: SiteId, worker: WorkerId, end: date | None, how: Any) -> None:
    end_roster_entry(_line(site, worker), until_on=end, **how)


def _alter(site: SiteId, worker: WorkerId, data: RosterData, from_on: date, how: Any) -> None:
    change_roster_entry(_line(site, worker), data, from_on=from_on, **how)


def _undo(site: SiteId, worker: WorkerId, how: Any) -> None:
    withdraw_roster_entry(_line(site, worker), **how)


def _touches(world: World, rng: random.Random) -> None:
    """Day and night shifts, forgotten ends, two sites a day; sent in pieces, some of them twice."""
    waiting: list[list[dict[str, Any]]] = [[], []]
    for n in range(len(world.workers)):
        for offset in range(DAYS):
            if rng.random() < 0.25:
                continue
            site = rng.randrange(2)
            begin = rng.choice([430, 470, 500, 1230])
            moments = [(site, begin, "in"), (site, begin + rng.choice([20, 480, 560]), "out")][
                : rng.choice([1, 2, 2, 2])
            ]
            if rng.random() < 0.15:
                moments.append((1 - site, begin + 600 + rng.randrange(0, 200, 40), ""))
            directed = rng.random() < 0.6
            for where, minute, direction in moments:
                touch = {
                    **rng.choice(world.credentials[n]), "direction": direction if directed else "",
                    "touched_at": moment(world.day(offset), minute + n).isoformat(), "site": str(world.sites[where]),
                    "method": rng.choice(["card", "card", "typed"]), "offset_s": rng.choice([0, 0, 0, 900]),
                }  # fmt: skip
                waiting[rng.choice([where, where, where, 1 - where])].append(touch)
    for g, touches in enumerate(waiting):
        numbered = [{"seq": seq, **touch} for seq, touch in enumerate(touches, 1)]
        rng.shuffle(numbered)
        for k, start in enumerate(range(0, len(numbered), 9)):
            piece = numbered[max(0, start - rng.randrange(4)) : start + 9]
            world.add(f"batch{g}{k}", partial(send_batch, world.gates[g], piece))


def send_batch(gate: tuple[int, bytes, str], touches: list[dict[str, Any]]) -> None:
    """Send touches by a gate; every one is stored, however often."""
    device, secret, store = gate
    body = json.dumps({"store": store, "touches": touches}).encode()
    taken = receive_touches(str(device), signature_of(secret, body), body, at=moment(START + timedelta(days=DAYS), 600))
    assert {one.status for one in taken.results} == {"stored"}
