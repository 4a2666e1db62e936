"""Sites of a made-up world: periods, terminals, devices, structures up to five tiers, rosters."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from commands.world import names
from commands.world.people import Firm, People, Person, at_noon, draw_id
from commands.world.tables import Tables
from registry.core.ids import IdKind
from registry.sites.states import DAY_BOUNDARY

DEEPEST = 5
FIRMS_ON_A_SITE = 10


@dataclass
class Place:
    """A site with its device, and the firms on it with their tenures."""

    id: int
    prefecture: str
    device_id: int
    tenures: dict[int, int] = field(default_factory=dict)
    touched: int = 0


def make_sites(
    tables: Tables, rng: random.Random, people: People, *, sites: int, primes: int, start: date, end: date
) -> list[Place]:
    """Open the sites and build their structures and rosters. The first firms are the primes."""
    openers = people.firms[:primes]
    by_firm: dict[int, list[Person]] = {}
    for person in people.workers:
        if person.firm:
            by_firm.setdefault(person.firm.number, []).append(person)
    found = []
    for number in range(sites):
        prime = openers[number % primes]
        place = _open(tables, rng, number, prime, start, end)
        subs = rng.sample(people.firms[primes:], min(FIRMS_ON_A_SITE, len(people.firms) - primes))
        _structure(tables, rng, place, prime, subs, start)
        for firm in (prime, *subs):
            _roster(tables, rng, place, firm, by_firm.get(firm.number, []), start)
        found.append(place)
    return found


def _open(tables: Tables, rng: random.Random, number: int, prime: Firm, start: date, end: date) -> Place:
    prefecture, town = rng.choice(names.TOWNS)
    opened, site_id = start - timedelta(days=rng.randrange(10, 90)), draw_id(rng, IdKind.SITE)
    closed_on = end - timedelta(days=4) if number % 10 == 7 else None
    tables.add(
        "sites_site", id=site_id, business_id=prime.id, name=f"{names.FAMILIES[number % 18][0]}{names.SITES[number % 6]}{number + 1}",
        prefecture=prefecture, address=f"{town}現場町{number + 1}-1", public_works=number % 4 == 0, opened_at=at_noon(opened),
        closed_on=closed_on,
    )  # fmt: skip
    tables.add("sites_user", id=tables.number("sites_user"), site_id=site_id, user_id=prime.owner)
    until_on = end - timedelta(days=3) if number % 10 == 5 else None
    tables.add("sites_period", id=tables.number("sites_period"), site_id=site_id, from_on=opened, until_on=until_on)
    tables.add(
        "sites_day_boundary", id=tables.number("sites_day_boundary"), site_id=site_id, begins_at=DAY_BOUNDARY,
        from_on=opened,
    )  # fmt: skip
    terminal, device = tables.number("sites_terminal"), tables.number("touches_device")
    tables.add("sites_terminal", id=terminal, site_id=site_id, number=1, name="正面ゲート")
    tables.add(
        "touches_device", id=device, store=f"{rng.getrandbits(128):032x}", name="ゲートのPC", dense=True, state="active",
        secret_version=1, registered_at=at_noon(opened), last_seen_at=moment(end, 0), unsent=0,
    )  # fmt: skip
    tables.add(
        "touches_pairing", id=tables.number("touches_pairing"), device_id=device, terminal_id=terminal,
        from_at=at_noon(opened),
    )  # fmt: skip
    return Place(site_id, prefecture, device)


def _structure(
    tables: Tables, rng: random.Random, place: Place, prime: Firm, firms: list[Firm], start: date
) -> None:  # fmt: skip
    """A tree of random shape. Some firms stand by name, some have not answered, some came late."""
    nodes: list[tuple[int, int]] = []
    for n, firm in enumerate(firms):
        above = [one for one in nodes if one[1] < DEEPEST]
        parent, tier = rng.choice(above) if above and rng.random() < 0.6 else (None, 0)
        node, tenure = tables.number("structures_node"), tables.number("structures_tenure")
        tables.add("structures_node", id=node, site_id=place.id, parent_id=parent, tier=tier + 1)
        nodes.append((node, tier + 1))
        named = n == 0 and rng.random() < 0.15
        late = start + timedelta(days=rng.randrange(3, 20)) if rng.random() < 0.05 else start - timedelta(days=10)
        tables.add(
            "structures_tenure", id=tenure, node_id=node, business_id=None if named else firm.id, state="invited",
            business_name="未登録の見本組" if named else "", work=names.WORKS[n % len(names.WORKS)], from_on=late,
            invited_by_id=prime.id, invited_at=at_noon(late), answered_at=at_noon(late + timedelta(days=1)),
        )  # fmt: skip
        if named:
            tables.after("UPDATE structures_tenure SET state = 'named' WHERE id = %s", tenure)
        elif rng.random() < 0.95:
            tables.after("UPDATE structures_tenure SET state = 'accepted' WHERE id = %s", tenure)
            place.tenures[firm.number] = tenure


def _roster(tables: Tables, rng: random.Random, place: Place, firm: Firm, people: list[Person], start: date) -> None:
    """Most of a firm's people are on its roster."""
    is_prime = firm.number not in place.tenures
    for person in people:
        if rng.random() < 0.08 or (is_prime and rng.random() < 0.3):
            continue
        tables.add(
            "structures_roster_entry", id=tables.number("structures_roster_entry"), site_id=place.id, worker_id=person.id,
            tenure_id=place.tenures.get(firm.number), trade=person.trade, work=rng.choice(names.WORKS),
            position="X001" if rng.random() < 0.08 else "", from_on=start + timedelta(days=rng.choice([0, 0, 0, 5])),
            added_at=at_noon(start),
        )  # fmt: skip


def moment(day: date, minute: int) -> datetime:
    """A moment: minutes after 00:00 in Japan of a day."""
    return at_noon(day) + timedelta(minutes=minute - 720)
