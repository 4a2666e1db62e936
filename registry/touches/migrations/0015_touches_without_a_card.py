"""A phone is no use of a card: what stands in presence of a worker's own phone, or of the QR on a phone, names no branch."""

from django.db import migrations

# A touch in presence is a minute of its month, two bits of turn, six of branch; `odd` holds eight bits more below, whose last
# is the 64 of the branch. Of the marks each worker's months are bound anew.
# By the log's own site and time: touches that were given a site or a day later stand elsewhere in presence, and are left.
FORGET_BRANCHES = r"""
WITH touched AS (
  SELECT COALESCE(d.worker_id, left(t.credential, 14)::bigint) AS worker_id, COALESCE(u.joined_id, t.site_id) AS site_id,
    CASE t.direction WHEN 'in' THEN 0 WHEN 'out' THEN 2 ELSE 1 END AS turn,
    (t.touched_at - CASE WHEN abs(t.offset_s) > 600 AND abs(t.offset_s) <= 400 * 86400
      THEN t.offset_s * interval '1 second' ELSE interval '0' END) AT TIME ZONE 'Asia/Tokyo' AS at
  FROM touches_touch t JOIN touches_device d ON d.id = t.device_id LEFT JOIN sites_unregistered u ON u.site_id = t.site_id
  WHERE d.worker_id IS NOT NULL
    OR t.credential_kind = 'qr' AND t.credential ~ '^[1-9][0-9]{13}-[0-9]{2}[.][0-9a-f]+[.][0-9a-f]+$'
), by_month AS (
  SELECT worker_id, site_id, date_trunc('month', at)::date AS month, array_agg(((extract(day FROM at)::int - 1) * 1440
    + extract(hour FROM at)::int * 60 + extract(minute FROM at)::int) * 4 + turn) AS turns
  FROM touched GROUP BY 1, 2, 3
), written AS (
  UPDATE touches_presence p SET
    moments = touches_in_order(COALESCE((
      SELECT string_agg(CASE
        WHEN (get_byte(p.moments, n) << 10) + (get_byte(p.moments, n + 1) << 2) + (get_byte(p.moments, n + 2) >> 6) = ANY(b.turns)
        THEN set_byte(substring(p.moments FROM n + 1 FOR 3), 2, get_byte(p.moments, n + 2) & 192)
        ELSE substring(p.moments FROM n + 1 FOR 3) END, ''::bytea)
      FROM generate_series(0, length(p.moments) - 1, 3) AS n), '')),
    odd = (SELECT array_agg(number ORDER BY number) FROM (
      SELECT DISTINCT CASE WHEN (o >> 14)::int = ANY(b.turns) THEN o & ~(63 << 8 | 1)::bigint ELSE o END AS number
      FROM unnest(p.odd) AS o) AS each)
  FROM by_month b WHERE (p.worker_id, p.site_id, p.month) = (b.worker_id, b.site_id, b.month)
  RETURNING p.worker_id, p.month
)
INSERT INTO changes_change (kind, from_on, worker_ids)
SELECT 'card', min(month), ARRAY[worker_id] FROM written GROUP BY worker_id ORDER BY worker_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("touches", "0014_sent_at_and_refused_once"),
        ("changes", "0004_sites_since"),
        ("worksites", "0007_unregistered_sites"),
    ]

    operations = [migrations.RunSQL(FORGET_BRANCHES, migrations.RunSQL.noop)]
