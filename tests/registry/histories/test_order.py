"""What days mean does not depend on the order in which the facts reach the system, nor on batches, repeats and kills."""

import os
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import psycopg
import pytest
from django.db import connection, transaction

from config.settings.base import database
from registry.changes.queries import is_behind
from registry.changes.states import ChangeKind
from registry.histories.derive.binding import BoundDay, bind
from registry.histories.derive.facts import EditFact
from registry.histories.models import Claim
from registry.histories.operations.binder import FOLLOWER, bind_months, follow
from registry.histories.queries import list_days_of_worker, load_facts
from registry.histories.states import ClaimState
from registry.touches.operations.presence import adopt_orphans
from registry.touches.queries import months_of_workers
from tests.factories.fact import START, Fact, World, moment
from tests.factories.facts import four_firms
from tests.factories.lonely import a_whole_world, half_a_world

WORLDS = int(os.environ.get("WORLDS", "40"))
ORDERS = int(os.environ.get("ORDERS", "10"))
PIECES = 8
MONTHS = (date(2026, 10, 1), date(2026, 11, 1))
AS_OF = tuple(moment(START + timedelta(days=days), 720) for days in (6, 12, 120))
# Facts that write each kind of mark.
TOLD_BY = {
    ChangeKind.TOUCH: ("batch",),
    ChangeKind.CARD: ("token", "stop", "lift", "dead", "renew", "given", "owner"),
    ChangeKind.AFFILIATION: ("link", "leave"),
    ChangeKind.SITE: ("period", "close", "boundary", "correct"),
    ChangeKind.WORKER: ("trades",),
    ChangeKind.STRUCTURE: ("first", "second", "accept", "settle", "end", "longer"),
    ChangeKind.ROSTER: ("roster", "off", "alter", "undo", "back"),
    ChangeKind.DAY: ("claim", "approve", "join", "edit", "late", "allow", "deny", "decide"),
}


class KilledError(Exception):
    """The binder dies before its transaction ends."""


def orders(facts: list[Fact], rng: random.Random) -> Iterator[Fact]:
    """The facts in a random order in which each comes after those it needs."""
    told: set[str] = set()
    waiting = list(facts)
    while waiting:
        fact = rng.choice([one for one in waiting if set(one.needs) <= told])
        waiting.remove(fact)
        told.add(fact.name)
        yield fact


@transaction.atomic
def _follow_and_die() -> None:
    follow()
    raise KilledError


def follow_sometimes(rng: random.Random) -> None:
    """Let the binder run now and then; sometimes it is killed half way."""
    chance = rng.random()
    if chance < 0.1:
        with pytest.raises(KilledError):
            _follow_and_die()
    elif chance < 0.3:
        follow()


def tell(world: World, rng: random.Random) -> None:
    """Tell all facts in a random order, alone or several in one transaction, the binder at work in between."""
    waiting = list(orders(world.facts, rng))
    while waiting:
        together = rng.choice([1, 1, 2, 4])
        with transaction.atomic():
            for fact in waiting[:together]:
                fact.tell()
        waiting = waiting[together:]
        follow_sometimes(rng)
    follow_all()


def follow_all() -> None:
    """Follow until nothing is unread; transactions of other databases of the server hold the feed back for moments."""
    while is_behind(FOLLOWER):
        if not follow():
            time.sleep(0.01)


class Words:
    """Bound days of a world in words that do not depend on numbers drawn."""

    def __init__(self, world: World) -> None:
        self._firms: dict[int, int] = {firm: n for n, firm in enumerate(world.firms)}
        self._sites: dict[int, int] = {site: n for n, site in enumerate(world.sites)}

    def of(self, worker: int, one: BoundDay) -> tuple[Any, ...]:
        """One day of the n-th worker."""
        to = one.assignment
        return (
            worker, one.day, self._sites.get(one.site_id or 0), self._firms.get(to.business_id or 0),
            tuple(self._firms[firm] for firm in to.path), to.trade, to.position, to.work, one.standing, one.reasons,
            one.first, one.last,
        )  # fmt: skip


def days(world: World) -> list[tuple[Any, ...]]:
    """All days of a world as they are stored."""
    words = Words(world)
    rows = (
        (n, row)
        for n, worker in enumerate(world.workers)
        for month in MONTHS
        for row in list_days_of_worker(worker, month)
    )
    return sorted((words.of(n, row.bound) for n, row in rows), key=repr)


def days_as_of(world: World, moments: Iterable[datetime]) -> list[list[tuple[Any, ...]]]:
    """All days of a world by what had been said of them at each moment: later entries, answers, edits and decisions apart."""
    words, facts = Words(world), load_facts(world.workers, MONTHS, on=MONTHS[-1])
    answers = Claim.objects.filter(worker__in=world.workers, answered_at__isnull=False).order_by("pk")
    answered: dict[int, Any] = dict(answers.values_list("pk", "answered_at"))
    found = []
    for at in moments:
        known = []
        for n, worker in enumerate(world.workers):
            told = facts.of(worker, facts.days_of(worker))
            claims = [
                one._replace(state=ClaimState.OPEN) if answered.get(one.id, at) > at else one
                for one in told.claims
                if one.recorded_at <= at
            ]
            told = msgspec.structs.replace(
                told, claims=claims, edits=[_edit_as_of(one, at) for one in told.edits if one.recorded_at <= at],
                decisions=[one for one in told.decisions if one.recorded_at <= at],
            )  # fmt: skip
            known += [words.of(n, one) for one in bind(told)]
        found.append(sorted(known, key=repr))
    return found


def _edit_as_of(edit: EditFact, at: datetime) -> EditFact:
    """A later word as it stood at a moment: an answer that came afterwards is not known yet."""
    return edit._replace(answer=None) if edit.answered_at and edit.answered_at > at else edit


def days_from_scratch(world: World) -> list[tuple[Any, ...]]:
    """The same after everything was bound anew."""
    adopt_orphans()
    bind_months(months_of_workers([(worker, MONTHS[0], MONTHS[-1]) for worker in world.workers]))
    return days(world)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("piece", range(PIECES))
def test_the_order_of_facts_changes_nothing(piece: int) -> None:
    """Days with reasons, as they are stored and at three dates; the month's freeze comes with the invoices."""
    firms = four_firms()
    for seed in range(piece, WORLDS, PIECES):
        expected, a_world = None, a_whole_world if seed // PIECES % 4 == 1 else half_a_world
        for order in range(ORDERS):
            world = a_world(seed, firms)
            tell(world, random.Random(f"{seed} {order}"))
            found = days(world), days_as_of(world, AS_OF)
            assert found[0], seed
            assert found == (expected or found), (seed, order)
            assert found[0] == days_from_scratch(world), (seed, order)
            expected = found


@pytest.mark.django_db(transaction=True)
def test_what_was_said_later_is_not_in_the_days_of_an_earlier_date() -> None:
    """The three dates differ: else the test above would say nothing about them."""
    firms = four_firms()
    worlds = [a_whole_world(seed, firms) for seed in range(3)]
    for world in worlds:
        tell(world, random.Random(world.seed))
    found = [days_as_of(world, AS_OF) for world in worlds]
    assert any(first != second for first, second, _ in found)
    assert any(second != third for _, second, third in found)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", list(ChangeKind))
def test_the_order_matters_as_soon_as_one_kind_of_mark_is_switched_off(kind: ChangeKind) -> None:
    firms = four_firms()
    with _forgetting(kind):
        assert any(_is_stale(a_whole_world(seed, firms), kind) for seed in range(12))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("word", "kind"),
    [
        *((word, ChangeKind.DAY) for word in ("claim", "approve", "join", "edit", "allow", "decide")),
        ("given", ChangeKind.CARD), ("owner", ChangeKind.CARD), ("correct", ChangeKind.SITE),
        ("longer", ChangeKind.STRUCTURE), ("back", ChangeKind.ROSTER),
    ],
)  # fmt: skip
def test_each_word_on_a_day_is_told_by_a_mark_of_its_own(word: str, kind: ChangeKind) -> None:
    """Above, one kind of mark is missing throughout; here only those of what is told last."""
    firms = four_firms()
    assert any(_is_stale_by(a_whole_world(seed, firms), word, kind) for seed in range(12))


def _is_stale_by(world: World, word: str, kind: ChangeKind) -> bool:
    """Whether days are wrong when some words come last, with no mark."""
    last = _tell_all_but(world, (word,))
    with _forgetting(kind):
        return _is_stale_after(world, last)


@contextmanager
def _forgetting(kind: ChangeKind) -> Iterator[None]:
    """One kind of mark is switched off."""
    with _as_owner() as owner:
        owner.execute(
            "CREATE FUNCTION forget_mark() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.worker_id := NULL;"
            " NEW.worker_ids := NULL; NEW.site_id := NULL; NEW.kind := ''site''; RETURN NEW; END'"
        )
        owner.execute(
            "CREATE TRIGGER forget_mark BEFORE INSERT ON changes_change FOR EACH ROW"
            f" WHEN (NEW.kind = '{kind}') EXECUTE FUNCTION forget_mark()"
        )
        try:
            yield
        finally:
            owner.execute("DROP FUNCTION forget_mark CASCADE")


def _as_owner() -> psycopg.Connection[Any]:
    """A connection as the role that owns the tables, to the database of the test."""
    as_owner = database(os.environ["MIGRATE_DATABASE_URL"])
    return psycopg.connect(
        dbname=connection.settings_dict["NAME"], user=as_owner["USER"], password=as_owner["PASSWORD"],
        host=as_owner["HOST"], port=as_owner["PORT"] or None, autocommit=True,
    )  # fmt: skip


def _is_stale(world: World, kind: ChangeKind) -> bool:
    """Whether days are wrong when what this kind of mark tells comes last."""
    return _is_stale_after(world, _tell_all_but(world, TOLD_BY[kind]))


def _tell_all_but(world: World, names: tuple[str, ...]) -> list[Fact]:
    """Tell all facts but those of some names, and what others need of them. Returns the rest."""
    last = {fact.name for fact in world.facts if fact.name.startswith(names)}
    for fact in reversed(world.facts):  # what others need is told with them
        if fact.name not in last:
            last -= set(fact.needs)
    facts, world.facts = world.facts, [fact for fact in world.facts if fact.name not in last]
    tell(world, random.Random(world.seed))
    return [fact for fact in facts if fact.name in last]


def _is_stale_after(world: World, last: list[Fact]) -> bool:
    """Whether days are wrong once the last facts are told."""
    for fact in last:
        fact.tell()
    follow_all()
    return days(world) != days_from_scratch(world)
