"""`make bench-pages`: how long the pages take with ten years of days behind 20,000 workers.

The month that runs and the one before are a made-up world, bound like real touches. The 118 months before are copies of
the full one, made in SQL: pages read presence and bound months, and these are as many and as long as if they had grown.
"""

import http.client
import os
import time
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import islice

from rich.console import Console
from rich.progress import Progress

from benchmarks.report import Row, write_section
from benchmarks.server import PORT, database, server
from config.stack.postgres import Postgres

WORKERS = int(os.environ.get("BENCH_WORKERS", "20000"))
MONTHS = 120
WORLD = {"workers": WORKERS, "firms": max(20, WORKERS // 40), "sites": max(2, WORKERS // 330), "primes": 1, "seed": 1}
LOOKS = 200
OLDER_MONTHS = """
INSERT INTO {table} ({columns}) SELECT {values} FROM {table}, generate_series(1, {months}) back
WHERE month = date '{month}' ORDER BY back DESC, worker_id
"""


def copy_months(postgres: Postgres, month: date, progress: Progress) -> None:
    """Fill the ten years up to a month with copies of it."""
    import psycopg

    with psycopg.connect(postgres.url("owner", "registry"), autocommit=True) as link:
        tables = ("touches_presence", "histories_month")
        for table in progress.track(tables, description="ten years"):
            columns = [
                name
                for (name,) in link.execute(
                    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
                    [table],
                )
            ]
            values = ["(month - back * interval '1 month')::date" if name == "month" else name for name in columns]
            link.execute(
                OLDER_MONTHS.format(
                    table=table, columns=", ".join(columns), values=", ".join(values), months=MONTHS - 2, month=month
                ).encode()
            )
        link.execute("VACUUM ANALYZE")


def let_all_in() -> None:
    """Take all accounts through their first login, for nobody's password is known here."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_account SET state = 'code_wanted' WHERE state = 'initial'")
        cursor.execute("UPDATE accounts_account SET state = 'active' WHERE state = 'code_wanted'")


def session(account_id: int) -> str:
    """The cookie of somebody who has logged in."""
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from portals.base.middleware import ACCOUNT

    now, store = timezone.now().isoformat(), SessionStore()
    store.update({ACCOUNT: account_id, "began_at": now, "used_at": now})
    store.create()
    return f"sessionid={store.session_key}"


def times_of(visits: Iterable[tuple[str, str]]) -> list[float]:
    """Seconds from the request to the whole page, one after the other, over one connection. The first ones warm up."""
    link, found = http.client.HTTPConnection("127.0.0.1", PORT), []
    for cookie, path in visits:
        begin = time.perf_counter()
        link.request("GET", path, headers={"Cookie": cookie, "Accept-Language": "ja"})
        answer = link.getresponse()
        answer.read()
        found.append(time.perf_counter() - begin)
        if answer.status != http.client.OK:
            raise SystemExit(f"{path} answered {answer.status}")
    link.close()
    return found[LOOKS // 10 :]


def row_of(what: str, visits: Iterable[tuple[str, str]], goal: int) -> Row:
    """A row of the report: p50 and p95 of a page."""
    ordered = sorted(times_of(visits))
    p50, p95 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.95))
    return Row(f"{what}, p95 of {len(ordered)}", f"{p95:,.0f} ms (p50 {p50:,.0f})", "", f"≤ {goal} ms")


def measure(month: date) -> list[Row]:
    """The pages: a worker's ten years, a site's day and month, a prime's month over its sites, an employer's month."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT account_id FROM workers_worker ORDER BY id LIMIT %s", [LOOKS])
        workers = [session(account_id) for (account_id,) in cursor.fetchall()]
        cursor.execute(
            "SELECT s.id, u.account_id FROM sites_site s JOIN businesses_user u ON u.business_id = s.business_id"
            " JOIN accounts_account a ON a.id = u.account_id WHERE a.role = 'owner' ORDER BY s.id"
        )
        sites = cursor.fetchall()
        cursor.execute(
            "SELECT u.account_id FROM businesses_user u JOIN accounts_account a ON a.id = u.account_id"
            " WHERE a.role = 'owner' ORDER BY u.business_id LIMIT %s",
            [LOOKS],
        )
        firms = [session(account_id) for (account_id,) in cursor.fetchall()]
    prime, years_ago = session(sites[0][1]), month.replace(year=month.year - 7)
    numbers = [str(site_id) for site_id, _account in sites]

    def of_sites(path: str) -> Iterable[tuple[str, str]]:
        return ((prime, path.format(site=numbers[n % len(numbers)])) for n in range(LOOKS))

    return [
        row_of("worker: home", ((one, "/worker/") for one in workers), 60),
        row_of("worker: month and ten years", ((one, "/worker/days/") for one in workers), 60),
        row_of(
            "worker: a month seven years ago",
            ((one, f"/worker/days/{years_ago.year}-{years_ago.month}/") for one in workers), 60,
        ),
        row_of("site: its day", of_sites("/business/sites/{site}/"), 60),
        row_of("site: its month", of_sites("/business/sites/{site}/days/"), 150),
        row_of("prime: home", ((prime, "/business/") for _ in range(LOOKS)), 150),
        row_of("employer: home", (pair for _ in range(5) for pair in islice(((one, "/business/") for one in firms), 40)), 150),
        row_of("prime: all sites' month", ((prime, "/business/sites/days/") for _ in range(LOOKS)), 150),
        row_of("employer: the month", (pair for _ in range(5) for pair in islice(((one, "/business/days/") for one in firms), 40)), 150),
    ]  # fmt: skip


def main() -> None:
    """Load, measure, write the handbook's page."""
    import django

    with database() as postgres:
        django.setup()
        from django.db import connection
        from django.utils import timezone

        from commands.management.commands.demo_world import load_world
        from registry.core.days import jst_day, month_before

        today = jst_day(timezone.now())
        last_month = month_before(today)
        with Progress() as progress:
            load_world(progress, **WORLD, months=2, end=today + timedelta(days=1))
            copy_months(postgres, last_month, progress)
        let_all_in()
        connection.close()
        with server():
            rows = measure(last_month)
    write_section("pages", rows, Console())


if __name__ == "__main__":
    main()
