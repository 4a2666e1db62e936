-- Months of the log, made ahead of time. As the owner of the tables: the role that the server runs as makes none.
-- What already lies in the default partition, because nobody made its month in time, moves into it.
CREATE OR REPLACE FUNCTION touches_make_partitions(through date) RETURNS int LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
  month date := '2025-01-01';
  name text;
  begins_at timestamptz;
  ends_at timestamptz;
  made int := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('touches_make_partitions'));
  WHILE month <= least(through, (now() + interval '10 years')::date) LOOP
    name := 'touches_touch_' || to_char(month, 'YYYYMM');
    begins_at := month::timestamp AT TIME ZONE 'Asia/Tokyo';
    ends_at := (month + interval '1 month')::timestamp AT TIME ZONE 'Asia/Tokyo';
    IF to_regclass(name) IS NULL THEN
      IF EXISTS (SELECT FROM touches_touch_default WHERE touched_at >= begins_at AND touched_at < ends_at) THEN
        -- The log is only ever added to: the default partition is written anew without these rows. It is small. Nobody
        -- writes meanwhile: what came between the copy and the change of partitions would stand in neither.
        LOCK TABLE ONLY touches_touch IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('CREATE TABLE %I (LIKE touches_touch INCLUDING ALL)', name);
        EXECUTE format('INSERT INTO %I SELECT * FROM touches_touch_default WHERE touched_at >= %L AND touched_at < %L',
          name, begins_at, ends_at);
        ALTER TABLE touches_touch DETACH PARTITION touches_touch_default;
        ALTER TABLE touches_touch_default RENAME TO touches_touch_before;
        EXECUTE format('ALTER TABLE touches_touch ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, begins_at, ends_at);
        CREATE TABLE touches_touch_default PARTITION OF touches_touch DEFAULT;
        INSERT INTO touches_touch_default SELECT * FROM touches_touch_before
          WHERE NOT (touched_at >= begins_at AND touched_at < ends_at);
        DROP TABLE touches_touch_before;
      ELSE
        EXECUTE format('CREATE TABLE %I PARTITION OF touches_touch FOR VALUES FROM (%L) TO (%L)', name, begins_at, ends_at);
      END IF;
      made := made + 1;
    END IF;
    month := month + interval '1 month';
  END LOOP;
  RETURN made;
END $$;
