from django.db import migrations

# Presence to the minute of the month: four bytes a touch in place of eight. Orphans keep what finds their owner.
TABLES = """
ALTER TABLE touches_orphan
  ADD COLUMN card_worker_id bigint,
  ADD COLUMN card_branch smallint,
  ADD COLUMN token text,
  ADD COLUMN moment int NOT NULL DEFAULT 0;
ALTER TABLE touches_orphan ALTER COLUMN moment DROP DEFAULT;
CREATE FUNCTION pg_temp.to_minutes(old bigint[]) RETURNS int[] LANGUAGE sql IMMUTABLE AS $$
  SELECT array_agg(DISTINCT packed ORDER BY packed) FROM (
    SELECT (((extract(day FROM local)::int - 1) * 24 + extract(hour FROM local)::int) * 60
            + extract(minute FROM local)::int) << 14
           | (CASE (moment & 3) WHEN 1 THEN 0 WHEN 2 THEN 2 ELSE 1 END) << 12
           | (moment >> 2 & 31)::int << 7 | (moment >> 7 & 127)::int AS packed
    FROM (SELECT moment, to_timestamp((moment >> 14) / 1000.0) AT TIME ZONE 'Asia/Tokyo' AS local
          FROM unnest(old) AS moment) AS touched
  ) AS converted
$$;
ALTER TABLE touches_presence ALTER COLUMN moments TYPE int[] USING pg_temp.to_minutes(moments);
"""


class Migration(migrations.Migration):
    dependencies = [("touches", "0001_initial")]

    operations = [migrations.RunSQL(TABLES, migrations.RunSQL.noop)]
