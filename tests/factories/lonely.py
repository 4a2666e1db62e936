"""Facts about touches that stand alone at first: without a day, without an owner, on a site that nobody registered."""

import random
import secrets
from datetime import timedelta
from functools import partial
from typing import Any

from registry.core.ids import BusinessId, IdKind, id_of_body
from registry.histories.operations.unregistered import join_unregistered_site
from registry.sites.operations.unregistered import BoardData, open_unregistered_site
from registry.sites.queries import list_terminals
from registry.touches.operations.devices import make_pairing_code, register_device
from registry.touches.operations.orphans import give_day, name_owner, name_site
from registry.touches.queries import find_unknown_card
from tests.factories.cast import OFFICE
from tests.factories.fact import DAYS, START, World, moment
from tests.factories.facts import REGISTERED, a_world, send_batch

# Numbers of touches: after those of the other batches.
_DATELESS, _OWNERLESS, _NOWHERE, _BOARD = 5000, 6000, 7000, 8000
_NEVER_LEFT_OUT = {"batch", "link"}  # without them there would be nothing to say
# No day begins in the afternoon: when the day is given, it does not matter which boundary is known.
_AFTERNOON = 780


def a_whole_world(seed: int, firms: list[BusinessId]) -> World:
    """A world with touches that somebody has to settle; what was settled is sent again."""
    world, rng = a_world(seed, firms), random.Random(f"lonely {seed}")
    for n in range(len(world.workers)):
        if rng.random() < 0.6:
            _dateless(world, n, rng)
        if rng.random() < 0.6:
            _ownerless(world, n, rng)
    _nowhere(world, rng)
    _board(world, random.Random(f"board {seed}"))
    return world


def half_a_world(seed: int, firms: list[BusinessId]) -> World:
    """The same without half of the kinds of facts, in each world other ones, and without what needs them.

    What covers up a mistake in one world is silent in another; and a world is told in half the time.
    """
    world, rng = a_whole_world(seed, firms), random.Random(f"left out {seed}")
    silent = {kind for kind in sorted({fact.kind for fact in world.facts} - _NEVER_LEFT_OUT) if rng.random() < 0.5}
    facts, world.facts = world.facts, []
    for fact in facts:
        if fact.kind not in silent and all(map(world.knows, fact.needs)):
            world.facts.append(fact)
    return world


def _dateless(world: World, n: int, rng: random.Random) -> None:
    """A clock that says the year 2000; the prime gives the day."""
    s, offset = rng.randrange(2), rng.randrange(DAYS)
    long_ago = moment(world.day(offset).replace(year=2000), _AFTERNOON + n)
    sent = _touch(world, _DATELESS + n, s, {"card": f"{world.workers[n]}-01"}, long_ago.isoformat())
    how: Any = {"by": world.owners[0], "at": moment(START + timedelta(days=DAYS), 620)}
    _told(world, f"dateless{n}", s, [sent])
    place = (world.gates[s][0], sent["seq"])
    world.add(
        f"given{n}",
        partial(give_day, world.sites[s], [place], world.day(rng.randrange(DAYS)), **how),
        f"batch_dateless{n}",
    )


def _ownerless(world: World, n: int, rng: random.Random) -> None:
    """A card that nobody has; the office says whose touch it was."""
    s, at = rng.randrange(2), moment(world.day(rng.randrange(DAYS)), _AFTERNOON + 60 + n)
    sent = _touch(world, _OWNERLESS + n, s, {"card": f"{world.workers[n]}-07"}, at.isoformat())
    _told(world, f"ownerless{n}", s, [sent])
    world.add(f"owner{n}", partial(_name_owner, world, n, (world.gates[s][0], sent["seq"])), f"batch_ownerless{n}")


def _name_owner(world: World, n: int, place: tuple[int, int]) -> None:
    unknown = find_unknown_card(*place)
    assert unknown
    at = moment(START + timedelta(days=DAYS), 640)
    assert name_owner(unknown, f"{world.workers[n]}-01", by=OFFICE, at=at) == 1


def _nowhere(world: World, rng: random.Random) -> None:
    """A site ID with a slip of the finger; the office says which site was meant."""
    wrong, s = id_of_body(str(rng.randrange(10**10, 10**11)), IdKind.SITE), rng.randrange(2)
    sent = [
        {**_touch(world, _NOWHERE + k, s, rng.choice(credentials), at.isoformat()), "site": str(wrong)}
        for k, credentials in enumerate(world.credentials)
        for at in [moment(world.day(rng.randrange(DAYS)), rng.choice([200, 300, 500]) + k)]
    ]
    _told(world, "nowhere", s, sent)
    meant = partial(
        name_site, wrong, world.sites[1 - s], by=OFFICE, at=moment(START + timedelta(days=DAYS), 660)
    )  # fmt: skip
    world.add("meant", meant, "batch_nowhere")


def _board(world: World, rng: random.Random) -> None:
    """A 仮現場 of firm 2, touched by its phone and by a device of another site; mostly it gets its site ID (ruling 30)."""
    by, s = world.owners[2], rng.randrange(2)
    here = open_unregistered_site(BoardData(name="掲示の現場"), by=by, at=REGISTERED)
    code, store = make_pairing_code(list_terminals(here)[0].id, by=by, at=REGISTERED), secrets.token_hex(16)
    made = register_device(code.code, store=store, name="電話", dense=True, at=REGISTERED)
    world.gates.append((made.device_id, bytes.fromhex(made.secret), store))
    for name, gate in (("phone", len(world.gates) - 1), ("stranger", s)):
        sent = [
            {**_touch(world, _BOARD + k, s, rng.choice(credentials), at.isoformat()), "site": str(here)}
            for k, credentials in enumerate(world.credentials)
            for at in [moment(world.day(rng.randrange(DAYS)), rng.choice([200, 300, 480]) + k)]
        ]
        _told(world, f"board_{name}", gate, sent)
    if rng.random() < 0.8:
        how: Any = {"by": by, "at": moment(START + timedelta(days=DAYS), 680)}
        world.add("merge", partial(join_unregistered_site, here, world.sites[s], **how))


def _touch(world: World, seq: int, s: int, credential: dict[str, str], touched_at: str) -> dict[str, Any]:
    return {"seq": seq, **credential, "touched_at": touched_at, "site": str(world.sites[s]), "direction": "in"}


def _told(world: World, name: str, s: int, sent: list[dict[str, Any]]) -> None:
    """Sent once, and once more at any time afterwards."""
    world.add(f"batch_{name}", partial(send_batch, world.gates[s], sent))
    world.add(f"repeat_{name}", partial(send_batch, world.gates[s], sent), f"batch_{name}")
