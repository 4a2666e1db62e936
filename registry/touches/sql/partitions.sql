-- Months of the log, made ahead of time. As the owner of the tables: the role that the server runs as makes none.
-- Not in SQL's own language, which would ask for `make_months` (of the audit log) already here.
CREATE OR REPLACE FUNCTION touches_make_partitions(through date) RETURNS int LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $$
BEGIN
  RETURN make_months('touches_touch', 'touched_at', through);
END $$;
