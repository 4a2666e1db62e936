"""`make bench`: the goals of the touch path, as ratios to what the same machine does in the same run."""

import os
import time
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from statistics import mean, median

from rich.console import Console
from rich.progress import Progress

from benchmarks.gates import Gate, bodies, send
from benchmarks.lag import watched
from benchmarks.report import Row, write_section
from benchmarks.server import database, pgbench, server
from config.stack.postgres import Postgres

WORLD = {"workers": 6000, "firms": 100, "sites": 16, "months": 1, "seed": 1}
# Since when devices touch: the smallest site gets through several months, and none of them may still be to come.
AGO = timedelta(days=200)
SECONDS = int(os.environ.get("BENCH_SECONDS", "10"))
PEAK_SECONDS = 6 * SECONDS
ROUNDS = 4
BATCHES, SINGLES = 15, 250  # in each round, of each device
SENDING = 8
GROWING, DAYS_GROWN = 4, 22

S = "INSERT INTO bench_s VALUES (1, 2, now(), 'one durable row');"
B = "INSERT INTO bench_s SELECT n, n, now(), 'a row of a batch' FROM generate_series(1, 500) n;"
TABLES = """
CREATE TABLE bench_s (a bigint, b bigint, c timestamptz, d text);
CREATE TABLE bench_log (LIKE touches_touch INCLUDING ALL);
CREATE TABLE bench_presence (LIKE touches_presence INCLUDING ALL) WITH (fillfactor = 70);
CREATE SEQUENCE bench_seq;
"""
# Log and presence of 300 workers in SQL alone, without any look-up.
X = r"""
\set device random(1, 1000000000)
\set person random(1, 3000)
WITH new AS (
  INSERT INTO bench_log (device_id, seq, touched_at, received_at, site_id, credential_kind, credential, direction, method, ref)
  SELECT :device, nextval('bench_seq'), now() - n * interval '1 second', now(), 1, 'card', '12345678901821-01', 'in', 'card', ''
  FROM generate_series(1, 300) n
  RETURNING seq, touched_at
)
INSERT INTO bench_presence AS p (worker_id, site_id, month, moments)
SELECT (:person + row_number() OVER ()) % 3000, 1, date_trunc('month', touched_at)::date, substring(int8send(seq) FROM 6) FROM new
ORDER BY 1
ON CONFLICT (worker_id, month, site_id) DO UPDATE SET moments = p.moments || EXCLUDED.moments;
"""
# Script, clients, rows a transaction.
YARDSTICKS = {"S": (S, 32, 1), "B": (B, 2, 500), "X": (X, 2, 300)}


def load(postgres: Postgres) -> list[Gate]:
    """A world that ended some months ago, and its devices with the people on their rosters: what follows is still to come."""
    import django
    import psycopg

    django.setup()
    from django.conf import settings
    from django.db import connection

    from commands.management.commands.demo_world import load_world
    from registry.touches.derive.signing import device_secret

    first_day = (date.today() - AGO).replace(day=1)
    with Progress() as progress:
        load_world(progress, **WORLD, end=first_day)
    with psycopg.connect(postgres.url("owner", "registry"), autocommit=True) as link:
        # Work goes on everywhere: what is touched at a site that is over has its reason at once, and is looked at no further.
        link.execute("UPDATE sites_site SET closed_on = NULL")
        link.execute("UPDATE sites_period SET until_on = NULL")
        link.execute("VACUUM ANALYZE")  # what happens by itself within minutes
    with connection.cursor() as cursor:
        cursor.execute(  # everybody with the newest card, on one site of those whose rosters name them
            "SELECT d.id, d.store, d.highest, array_agg(e.worker_id || to_char(c.branch, '-FM00') ORDER BY e.worker_id)"
            " FROM touches_device d"
            " JOIN touches_pairing p ON p.device_id = d.id JOIN sites_terminal t ON t.id = p.terminal_id JOIN ("
            "  SELECT worker_id, (array_agg(site_id ORDER BY site_id))[1 + worker_id % count(*)] AS site_id"
            "  FROM structures_roster_entry GROUP BY worker_id) e ON e.site_id = t.site_id"
            " JOIN (SELECT worker_id, max(branch) AS branch FROM cards_card GROUP BY worker_id) c ON c.worker_id = e.worker_id"
            " GROUP BY d.id ORDER BY d.id"
        )
        rows = cursor.fetchall()
    connection.close()
    return [
        Gate(row[0], device_secret(settings.DEVICE_KEYS[0], row[0], 1), row[1], row[2] + 1, row[3], first_day)
        for row in rows
    ]


def yardstick(postgres: Postgres, name: str) -> float:
    """Rows a second that this machine makes durable just now: S, B or X of the handbook."""
    import psycopg

    script, clients, rows = YARDSTICKS[name]
    with psycopg.connect(postgres.url("owner", "registry"), autocommit=True) as link:
        for statement in filter(str.strip, TABLES.split(";")):
            link.execute(statement.encode())
        found = rows * pgbench(postgres, script, clients=clients, seconds=SECONDS)
        # Millions of rows that nobody else has: else a vacuum of them would run beside what is measured.
        link.execute("DROP TABLE bench_s, bench_log, bench_presence")
        link.execute("DROP SEQUENCE bench_seq")
    return found


def in_rounds(postgres: Postgres, name: str, one_round: Callable[[], float]) -> tuple[float, float, Row]:
    """Measure a rate several times, each time between two measurements of a yardstick.

    A machine that others use is not equally fast from minute to minute: a rate is compared only to what it could do just
    before and just after. Returns the median of the rates and of their ratios, and the yardstick's own row.
    """
    yardsticks, rates = [yardstick(postgres, name)], []
    for _ in range(ROUNDS):
        rates.append(one_round())
        yardsticks.append(yardstick(postgres, name))
    ratios = [rate / mean(around) for rate, around in zip(rates, pairwise(yardsticks), strict=True)]
    return median(rates), median(ratios), Row(name, f"{min(yardsticks):,.0f} to {max(yardsticks):,.0f} /s", "", "")


def measure(postgres: Postgres, gates: list[Gate]) -> list[Row]:
    """All rows."""
    found = [Row("B", f"{yardstick(postgres, 'B'):,.0f} /s", "", "")]
    with server():
        found += batches(postgres, gates)
    with server():  # anew: nothing that the batches needed is remembered
        found += singles(postgres, gates)
    with server(binder=True):
        found += peak(postgres, gates)
    with server():  # the last one: it begins with an empty table
        found += growth(postgres, gates)
    return found


def batches(postgres: Postgres, gates: list[Gate]) -> list[Row]:
    """A month of eight sites at once, device by device, a quarter at a time, and each quarter once more."""
    warm_up(gates)
    touches, again = SENDING * BATCHES * 300, []

    def quarter() -> float:
        plan = [bodies(gate, count=BATCHES, size=300) for gate in gates[:SENDING]]
        first = touches / send(plan)[0]
        again.append(touches / send(plan)[0] / first)
        return first

    rate, ratio, x = in_rounds(postgres, "X", quarter)
    return [
        x,
        Row("batches over HTTP", f"{rate:,.0f} touches/s", f"{ratio:.3f} X", "≥ 0.20 X"),
        Row("everything sent again", f"{rate * median(again):,.0f} touches/s", f"{median(again):.2f} ×", "≥ 1.2 ×"),
    ]


def growth(postgres: Postgres, gates: list[Gate]) -> list[Row]:
    """What a worker's day takes in presence that has grown from nothing: twenty touches at a time as people come, or 300.

    A month's working days of four sites each. In life a night lies between two days, in which the database clears by itself
    what the day has left behind: here a vacuum.
    """
    import psycopg

    with psycopg.connect(postgres.url("owner", "registry"), autocommit=True) as link:

        def grown(gates: list[Gate], size: int) -> str:
            link.execute("TRUNCATE touches_presence")
            for _ in range(DAYS_GROWN):
                day = [one for gate in gates for one in bodies(gate, count=-(-2 * len(gate.cards) // size), size=size)]
                send([day])
                link.execute("VACUUM touches_presence")
            return f"{presence_bytes() / worker_days():.1f} B"

        return [
            Row("presence, bytes a worker-day", grown(gates[SENDING:][:GROWING], 20), "", "≤ 20 B"),
            Row("the same, 300 touches at once", grown(gates[SENDING:][GROWING:], 300), "", ""),
        ]


def warm_up(gates: list[Gate]) -> None:
    """The first request of a thread plans its statements: all send at once, so that many threads answer."""
    send([bodies(gate, count=2, size=50) for gate in gates])


def singles(postgres: Postgres, gates: list[Gate]) -> list[Row]:
    """One touch a request, from sixteen connections."""
    send([bodies(gates[n], count=20, size=1) for n in range(16)])

    def some() -> float:
        return 16 * SINGLES / send([bodies(gates[n], count=SINGLES, size=1) for n in range(16)])[0]

    rate, ratio, s = in_rounds(postgres, "S", some)
    return [s, Row("one touch a request", f"{rate:,.0f} /s", f"{ratio:.3f} S", "≥ 0.04 S")]


def peak(postgres: Postgres, gates: list[Gate], *, rate: int = 560) -> list[Row]:
    """The national peak from an open loop, and how far the binder beside it is behind meanwhile.

    It begins as a morning begins: the binder has caught up with the measurements before, which ran without one, what they
    left to vacuum is vacuumed, and every thread of the server has answered before.
    """
    import psycopg

    from registry.histories.operations.binder import FOLLOWER

    wait_for_binder()
    with psycopg.connect(postgres.url("owner", "registry"), autocommit=True) as link:
        link.execute("VACUUM ANALYZE")
    send([bodies(gates[n], count=20, size=1) for n in range(16)])
    plan = [bodies(gates[n], count=rate * PEAK_SECONDS // 16, size=1) for n in range(16)]
    wait_for_binder()
    with watched(postgres, FOLLOWER) as lag:
        seconds, each = send(plan, rate=rate)
    p99, reached = sorted(each)[int(len(each) * 0.99)] * 1000, len(each) / seconds
    return [
        Row(
            f"{rate} requests/s for {PEAK_SECONDS} s, p99", f"{p99:,.1f} ms ({reached:,.0f} /s reached)", "", "≤ 25 ms"
        ),
        Row("binder behind these touches, p99", f"{lag.percentile(0.99):,.1f} s", "", "≤ 30 s"),
    ]


def wait_for_binder() -> None:
    """Wait until the binder has read everything."""
    from registry.changes.queries import is_behind
    from registry.histories.operations.binder import FOLLOWER

    while is_behind(FOLLOWER):
        time.sleep(0.05)


def _number(statement: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


def presence_bytes() -> int:
    """Presence with its indexes and what belongs to them."""
    return _number("SELECT pg_total_relation_size('touches_presence')")


def worker_days() -> int:
    """Days of workers on sites in presence."""
    return _number(
        "SELECT count(*) FROM touches_presence p, LATERAL ("
        "  SELECT (get_byte(moments, n) * 256 + get_byte(moments, n + 1)) / 1440"
        "  FROM generate_series(0, length(moments) - 3, 3) AS n"
        "  UNION SELECT (o >> 16) / 1440 FROM unnest(p.odd) o) d"
    )


def main() -> None:
    """Measure and write the handbook's page."""
    with database() as postgres:
        write_section("touches", measure(postgres, load(postgres)), Console())


if __name__ == "__main__":
    main()
