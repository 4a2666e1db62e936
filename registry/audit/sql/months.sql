-- Months of a log that is partitioned by time, made ahead; each log has a function of its own that calls this as the owner
-- of the tables. What already lies in the default partition, because nobody made its month in time, moves into it.
CREATE OR REPLACE FUNCTION make_months(log text, moment text, through date) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  months date[];
  month date;
  is_filled boolean;
  part regclass;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext(log));
  months := ARRAY(
    SELECT one::date
    FROM generate_series(timestamp '2025-01-01', least(through, now() + interval '10 years')::timestamp, interval '1 month') one
    WHERE to_regclass(log || '_' || to_char(one, 'YYYYMM')) IS NULL ORDER BY one);
  IF cardinality(months) > 0 THEN
    -- Nobody writes meanwhile: what came between the copy and the change of partitions would stand in neither.
    EXECUTE format('LOCK TABLE ONLY %I IN ACCESS EXCLUSIVE MODE', log);
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE date_trunc(''month'', %I AT TIME ZONE ''Asia/Tokyo'')::date = ANY($1))',
      log || '_default', moment) INTO is_filled USING months;
  END IF;
  -- The log is only ever added to, by its owner too: the default partition is no longer part of it, all its rows are added
  -- anew, each now in its month, and it is dropped.
  IF is_filled THEN
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', log, log || '_default');
    EXECUTE format('ALTER TABLE %I RENAME TO %I', log || '_default', log || '_before');
    EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', log || '_default', log);
  END IF;
  FOREACH month IN ARRAY months LOOP
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', log || '_' || to_char(month, 'YYYYMM'), log,
      month::timestamp AT TIME ZONE 'Asia/Tokyo', (month + interval '1 month')::timestamp AT TIME ZONE 'Asia/Tokyo');
  END LOOP;
  IF is_filled THEN
    EXECUTE format('INSERT INTO %I OVERRIDING SYSTEM VALUE SELECT * FROM %I', log, log || '_before');
    EXECUTE format('DROP TABLE %I', log || '_before');
  END IF;
  -- A partition takes over the row triggers of its log, but not the one against TRUNCATE.
  FOR part IN
    SELECT inhrelid FROM pg_inherits WHERE inhparent = log::regclass
      AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = inhrelid AND tgname = log || '_no_truncate')
  LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
      log || '_no_truncate', part);
  END LOOP;
  RETURN cardinality(months);
END $$;

CREATE OR REPLACE FUNCTION audit_make_partitions(through date) RETURNS int LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $$
BEGIN
  RETURN make_months('audit_look', 'at', through);
END $$;
