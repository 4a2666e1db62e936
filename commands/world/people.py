"""Firms and workers of a made-up world, with their accounts, cards, links and trades."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from commands.world import names
from commands.world.tables import Tables
from registry.cards.derive import valid_until
from registry.cards.states import COLOURS
from registry.core.ids import IdKind, id_of_body
from registry.core.kana import search_form
from registry.workers.derive import search_text

TRADES = ("06-01", "01-01", "02-01", "09-01", "10-01", "12-01", "13-01", "14-01")
YEARS_VALID = 5
LEVEL_WEIGHTS = (60, 20, 12, 8)


@dataclass
class Firm:
    """A firm; `number` is its place in the list."""

    id: int
    number: int
    name: str
    owner: int  # the number of the user, not of the account


@dataclass
class Person:
    """A worker with what decides what his days mean. `firm` is None where nobody has linked him."""

    id: int
    firm: Firm | None
    trade: str
    night: bool
    new_card_at: datetime | None = None
    stopped_at: datetime | None = None


@dataclass
class People:
    """All of them."""

    firms: list[Firm] = field(default_factory=list)
    workers: list[Person] = field(default_factory=list)


def draw_id(rng: random.Random, kind: IdKind) -> int:
    """An ID as ruling 1 has it, from the world's own dice."""
    return id_of_body(str(rng.randrange(10**10, 10**11)), kind)


def at_noon(day: date) -> datetime:
    """12:00 in Japan of a day."""
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


def make_people(tables: Tables, rng: random.Random, *, workers: int, firms: int, start: date, end: date) -> People:
    """Make firms and workers, registered some time before the world starts."""
    people = People()
    for number in range(firms):
        people.firms.append(_firm(tables, rng, number, start - timedelta(days=rng.randrange(200, 1500))))
    primes = max(1, firms // 10)
    for number in range(workers):
        place = rng.randrange(primes, firms) if firms > primes and number % 12 else rng.randrange(primes)
        people.workers.append(_worker(tables, rng, number, people.firms[place], start, end))
    return people


def _firm(tables: Tables, rng: random.Random, number: int, registered: date) -> Firm:
    business_id, kind = draw_id(rng, IdKind.BUSINESS), number % len(names.FIRMS)
    family, kana = names.FAMILIES[number // len(names.FIRMS) % len(names.FAMILIES)]
    name, reading = f"{family}{names.FIRMS[kind]}株式会社", f"{kana}{names.FIRM_KANA[kind]}"
    prefecture, town = rng.choice(names.TOWNS)
    account = tables.number("accounts_account")
    tables.add(
        "accounts_account", id=account, login_id=str(business_id), portal="business", role="owner", state="initial",
        display_name=f"{family} 責任者", password="!", opened_at=at_noon(registered),
    )  # fmt: skip
    tables.add(
        "businesses_business", id=business_id, name=name, kana=reading, kind="corporation", representative=f"{family} 代表",
        postal_code="000-0000", prefecture=prefecture, address=f"{town}{number % 9 + 1}丁目{number + 1}番地",
        phone="00-0000-0000", officer_name=f"{family} 責任者", capital_yen=rng.choice([3, 5, 10, 20, 50]) * 1_000_000,
        registered_on=registered, valid_until=registered + timedelta(days=365 * YEARS_VALID),
        search_text=f"{search_form(name)} {search_form(reading)}",
    )  # fmt: skip
    owner = tables.number("businesses_user")
    tables.add("businesses_user", id=owner, business_id=business_id, account_id=account)
    return Firm(business_id, number, name, owner)


def _worker(tables: Tables, rng: random.Random, number: int, firm: Firm, start: date, end: date) -> Person:
    worker_id = draw_id(rng, IdKind.WORKER)
    (family, family_kana), (given, given_kana) = rng.choice(names.FAMILIES), rng.choice(names.GIVEN)
    prefecture, town = rng.choice(names.TOWNS)
    registered = start - timedelta(days=rng.randrange(30, 1200))
    level, account = rng.choices((1, 2, 3, 4), LEVEL_WEIGHTS)[0], tables.number("accounts_account")
    birth_on = date(rng.randrange(1955, 2007), rng.randrange(1, 13), rng.randrange(1, 29))
    tables.add(
        "accounts_account", id=account, login_id=str(worker_id), portal="worker", role="worker", state="initial",
        display_name=f"{family} {given}", password="!", opened_at=at_noon(registered),
    )  # fmt: skip
    tables.add(
        "workers_worker", id=worker_id, account_id=account, registration_kind=rng.choice(["simple", "detailed"]),
        family_name=family, given_name=given, family_kana=family_kana, given_kana=given_kana, birth_on=birth_on,
        sex="2" if rng.random() < 0.08 else "1", nationality="日本", postal_code="000-0000", prefecture=prefecture,
        address=f"{town}{number % 20 + 1}丁目{number % 30 + 1}番", phone="000-0000-0000", level=level,
        search_text=search_text(names=(family, "", given), kana=(family_kana, given_kana)), registered_on=registered,
    )  # fmt: skip
    person = Person(worker_id, firm, rng.choice(TRADES), night=rng.random() < 0.05)
    tables.add(
        "workers_trade", id=tables.number("workers_trade"), worker_id=worker_id, place=1, trade=person.trade,
        from_on=registered,
    )  # fmt: skip
    for item in ("health", "employment", "kentaikyo"):
        tables.add(
            "workers_insurance", id=tables.number("workers_insurance"), worker_id=worker_id, item=item,
            joined=rng.random() < 0.9, confirmation="unconfirmed",
        )  # fmt: skip
    _link(tables, rng, person, firm, registered, end)
    _cards(tables, rng, person, (registered, birth_on, level), (start, end))
    return person


def _link(tables: Tables, rng: random.Random, person: Person, firm: Firm, registered: date, end: date) -> None:
    """Most are linked; some left in the last weeks, some never were, some belong to a firm without an ID."""
    chance, name, until_on = rng.random(), "", None
    if chance < 0.02:
        person.firm = None
        return
    if chance < 0.05:
        until_on = end - timedelta(days=rng.randrange(3, 15))
    if 0.05 <= chance < 0.07:
        person.firm, name = None, "未登録の見本工業"
    tables.add(
        "workers_affiliation", id=tables.number("workers_affiliation"), worker_id=person.id, principal=True,
        business_id=None if name else firm.id, business_name=name, from_on=registered, until_on=until_on,
    )  # fmt: skip


def _cards(
    tables: Tables, rng: random.Random, person: Person, facts: tuple[date, date, int], days: tuple[date, date]
) -> None:
    """One card each; now and then it has run out, was lost, or a new one was made."""
    (registered, birth_on, level), (start, end) = facts, days
    chance = rng.random()
    somewhere = at_noon(end - timedelta(days=rng.randrange(3, max(4, min(25, (end - start).days)))))
    ends = valid_until(registered, birth_on) if chance > 0.015 else max(registered, start) + timedelta(days=10)
    renewed = 0.015 < chance < 0.035
    person.stopped_at = somewhere if 0.035 < chance < 0.045 else None
    person.new_card_at = somewhere if renewed else None
    for branch in (1, 2)[: 2 if renewed else 1]:
        old, issued = renewed and branch == 1, registered if branch == 1 else somewhere.date() - timedelta(days=3)
        add = tables.add if branch == 1 else tables.add_later
        add(
            "cards_card", id=tables.number("cards_card"), worker_id=person.id, branch=branch, state="active",
            issued_on=issued, valid_until=ends if branch == 1 else valid_until(issued, birth_on), colour=COLOURS[level],
            stopped_at=person.stopped_at, shipped_at=somewhere if branch == 2 else None,
        )  # fmt: skip
        if old:
            tables.after("UPDATE cards_card SET state = 'replaced' WHERE worker_id = %s AND branch = 1", person.id)
    if person.stopped_at:
        tables.after("UPDATE cards_card SET state = 'stopped' WHERE worker_id = %s", person.id)
