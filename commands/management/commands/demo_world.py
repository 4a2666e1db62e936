"""`manage.py demo_world`: loads a made-up world, deterministic by its seed, set by set; then binds it like real touches."""

import random
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone
from rich.progress import Progress

from commands.world.days import make_days
from commands.world.people import People, make_people
from commands.world.sites import Place, make_sites
from commands.world.tables import Tables
from registry.core.days import jst_day
from registry.histories.operations.binder import TOGETHER, bind_months
from registry.touches.queries import months_of_sites

WORKERS_AT_ONCE = 500


class Command(BaseCommand):
    """Load a made-up world."""

    help = "Load a made-up world: firms, workers, sites, structures, months of touches, and what the days mean."

    def add_arguments(self, parser: CommandParser) -> None:
        """Its size, its seed, and the day on which it ends."""
        parser.add_argument("--workers", type=int, default=300)
        parser.add_argument("--firms", type=int, default=30)
        parser.add_argument("--sites", type=int, default=12)
        parser.add_argument("--months", type=int, default=1)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--until", type=date.fromisoformat, help="first day that is not loaded (default: today)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load, unless production settings forbid it."""
        if not settings.DEMO:
            raise CommandError("Demo data is refused by these settings.")
        end = options["until"] or jst_day(timezone.now())
        with Progress(disable=not options["verbosity"]) as progress:
            load_world(
                progress, end=end, **{key: options[key] for key in ("workers", "firms", "sites", "months", "seed")}
            )


def load_world(
    progress: Progress,
    *,
    workers: int,
    firms: int,
    sites: int,
    months: int,
    seed: int,
    end: date,
    primes: int | None = None,
) -> People:
    """Load a world that ends before a day. Returns its firms and workers.

    The first firms are the primes: one in ten, unless told how many.
    """
    rng, tables, start = random.Random(seed), Tables(), _months_before(end, months)
    loading = progress.add_task("loading", total=workers)
    with transaction.atomic():
        people = make_people(tables, rng, workers=workers, firms=firms, start=start, end=end)
        places = make_sites(
            tables, rng, people, sites=sites, primes=primes or max(1, firms // 10), start=start, end=end
        )
        tables.copy()
        for count, _ in enumerate(make_days(tables, rng, people, places, start=start, end=end), 1):
            if count % WORKERS_AT_ONCE == 0:
                tables.copy()
                progress.update(loading, completed=count)
        tables.copy()
        _note_numbers(places)
    progress.update(loading, completed=workers)
    _bind(progress, [place.id for place in places], start, end)
    return people


def _months_before(day: date, months: int) -> date:
    """The first of the month so many months before a day; the month that runs counts as one."""
    for _ in range(months):
        day = (day - timedelta(days=1)).replace(day=1)
    return day


def _note_numbers(places: list[Place]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE touches_device SET highest = %s, seen = int8multirange(int8range(1, %s, '[]')) WHERE id = %s",
            [(place.touched, place.touched, place.device_id) for place in places if place.touched],
        )


def _bind(progress: Progress, site_ids: list[int], start: date, end: date) -> None:
    """Work out what the days mean, by the same binding as behind real touches."""
    found = sorted(
        months_of_sites([(site_id, start.replace(day=1), end) for site_id in site_ids]), key=lambda one: one[::-1]
    )
    binding = progress.add_task("binding", total=len(found))
    for begin in range(0, len(found), TOGETHER):
        bind_months(found[begin : begin + TOGETHER])
        progress.update(binding, completed=begin + TOGETHER)
