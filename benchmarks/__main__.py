"""`make bench`: the goals of the touch path, as ratios to what the same machine does in the same run."""

import os
import random
import time
from datetime import date, timedelta

from rich.console import Console
from rich.progress import Progress

from benchmarks.gates import Gate, bodies, send
from benchmarks.report import Row, write_section
from benchmarks.server import database, pgbench, server
from config.stack.postgres import Postgres

WORLD = {"workers": 3000, "firms": 60, "sites": 24, "months": 1, "seed": 1}
SECONDS = int(os.environ.get("BENCH_SECONDS", "10"))

S_TABLE = "CREATE TABLE bench_s (a bigint, b bigint, c timestamptz, d text)"
S = "INSERT INTO bench_s VALUES (1, 2, now(), 'one durable row');"
B = "INSERT INTO bench_s SELECT n, n, now(), 'a row of a batch' FROM generate_series(1, 500) n;"
X_TABLES = """
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
SELECT (:person + row_number() OVER ()) % 3000, 1, date_trunc('month', touched_at)::date, ARRAY[seq::int] FROM new
ORDER BY 1
ON CONFLICT (worker_id, month, site_id) DO UPDATE SET moments = p.moments || EXCLUDED.moments;
"""


def load() -> list[Gate]:
    """A world, and its devices with the people on their rosters."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from commands.management.commands.demo_world import load_world
    from registry.touches.derive import device_secret

    with Progress() as progress:
        load_world(progress, **WORLD, end=date.today() - timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(
            "SELECT d.id, d.store, d.highest, array_agg(e.worker_id || '-01' ORDER BY e.worker_id) FROM touches_device d"
            " JOIN touches_pairing p ON p.device_id = d.id JOIN sites_terminal t ON t.id = p.terminal_id"
            " JOIN structures_roster_entry e ON e.site_id = t.site_id GROUP BY d.id ORDER BY d.id"
        )
        rows = cursor.fetchall()
    connection.close()
    return [Gate(row[0], device_secret(settings.DEVICE_KEY, row[0], 1), row[1], row[2] + 1, row[3]) for row in rows]


def denominators(postgres: Postgres) -> dict[str, float]:
    """What this machine does today: S, B and X of the handbook."""
    import psycopg

    with psycopg.connect(postgres.url("owner", "registry"), autocommit=True) as link:
        for statement in (S_TABLE, *filter(str.strip, X_TABLES.split(";"))):
            link.execute(statement.encode())
    return {
        "S": pgbench(postgres, S, clients=32, seconds=SECONDS),
        "B": 500 * pgbench(postgres, B, clients=2, seconds=SECONDS),
        "X": 300 * pgbench(postgres, X, clients=2, seconds=SECONDS),
    }


def measure(postgres: Postgres, gates: list[Gate]) -> list[Row]:
    """All rows."""
    rng, base = random.Random(1), denominators(postgres)
    found = [Row(name, f"{value:,.0f} /s", "", "") for name, value in base.items()]
    with server():
        for gate in gates:  # the first request of a connection plans its statements
            send([bodies(gate, rng, count=2, size=20)])
        lanes = [bodies(gate, rng, count=30, size=300) for gate in gates[:4]]
        seconds, _ = send(lanes)
        rate = 4 * 30 * 300 / seconds
        found.append(Row("batches over HTTP", f"{rate:,.0f} touches/s", f"{rate / base['X']:.2f} X", "≥ 0.20 X"))
        again, _ = send(lanes)
        found.append(
            Row(
                "everything sent again", f"{4 * 30 * 300 / again:,.0f} touches/s", f"{seconds / again:.2f} ×", "≥ 1.2 ×"
            )
        )
        singles = [bodies(gates[n % len(gates)], rng, count=120, size=1) for n in range(16)]
        seconds, _ = send(singles)
        rate = 16 * 120 / seconds
        found.append(Row("one touch a request", f"{rate:,.0f} /s", f"{rate / base['S']:.3f} S", "≥ 0.04 S"))
    with server(binder=True):
        found += peak(gates, rng)
    return [*found, presence_bytes()]


def peak(gates: list[Gate], rng: random.Random, *, rate: int = 560) -> list[Row]:
    """The national peak from an open loop, with the binder beside it; then how far the binder is behind."""
    from registry.changes.queries import is_behind
    from registry.histories.operations.binder import FOLLOWER

    lanes = [bodies(gates[n % len(gates)], rng, count=rate * SECONDS // 16, size=1) for n in range(16)]
    _, each = send(lanes, rate=rate)
    begin = time.perf_counter()
    while is_behind(FOLLOWER):
        time.sleep(0.05)
    behind, ordered = time.perf_counter() - begin, sorted(each)
    p99 = ordered[int(len(ordered) * 0.99)] * 1000
    return [
        Row(f"{rate} requests/s for {SECONDS} s, p99", f"{p99:,.1f} ms", "", "≤ 25 ms"),
        Row("binder behind the last touch", f"{behind:,.1f} s", "", "≤ 30 s"),
    ]


def presence_bytes() -> Row:
    """Bytes of presence with its indexes for each worker-day."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_total_relation_size('touches_presence')::float8 / (SELECT count(*) FROM touches_presence p,"
            " LATERAL (SELECT DISTINCT (m >> 14) / 1440 FROM unnest(p.moments) m) d)"
        )
        size = cursor.fetchone()[0]
    return Row("presence, bytes a worker-day", f"{size:.1f} B", "", "≤ 20 B")


def main() -> None:
    """Measure and write the handbook's page."""
    with database() as postgres:
        write_section("touches", measure(postgres, load()), Console())


if __name__ == "__main__":
    main()
