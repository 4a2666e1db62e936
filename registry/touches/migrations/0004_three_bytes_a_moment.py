from django.db import migrations

# Three bytes a touch in place of four; the few that have more to say stand beside them.
TABLES = """
CREATE FUNCTION touches_in_order(moments bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT COALESCE(string_agg(moment, ''::bytea ORDER BY moment), '')
  FROM (SELECT DISTINCT substring(moments FROM place FOR 3) AS moment FROM generate_series(1, length(moments), 3) AS place) AS each
$$;
CREATE FUNCTION touches_first_minute(moments bytea, odd bigint[]) RETURNS int LANGUAGE sql IMMUTABLE AS $$
  SELECT LEAST(CASE WHEN moments <> '' THEN get_byte(moments, 0) * 256 + get_byte(moments, 1) END, (odd[1] >> 16)::int)
$$;
CREATE FUNCTION pg_temp.widened(old int) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT ((old >> 12)::bigint << 14) | ((old & 63) << 8) | ((old >> 7 & 31) << 1) | (old >> 6 & 1)
$$;
CREATE FUNCTION pg_temp.plain(old int[]) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT COALESCE(string_agg(substring(int8send(wide) FROM 5 FOR 3), ''::bytea ORDER BY wide), '')
  FROM (SELECT pg_temp.widened(moment) AS wide FROM unnest(old) AS moment) AS each WHERE wide & 255 = 0
$$;
CREATE FUNCTION pg_temp.odd(old int[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE AS $$
  SELECT array_agg(wide ORDER BY wide)
  FROM (SELECT pg_temp.widened(moment) AS wide FROM unnest(old) AS moment) AS each WHERE wide & 255 <> 0
$$;
ALTER TABLE touches_presence ADD COLUMN odd bigint[];
UPDATE touches_presence SET odd = pg_temp.odd(moments) WHERE pg_temp.odd(moments) IS NOT NULL;
ALTER TABLE touches_presence ALTER COLUMN moments TYPE bytea USING pg_temp.plain(moments);
ALTER TABLE touches_orphan ALTER COLUMN moment TYPE bigint USING pg_temp.widened(moment);
"""


class Migration(migrations.Migration):
    dependencies = [("touches", "0003_secrets_and_reports")]

    operations = [migrations.RunSQL(TABLES, migrations.RunSQL.noop)]
