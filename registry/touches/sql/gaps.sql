-- Numbers from 1 to the highest that are in no range of those known: closed ranges, the first hundred.
CREATE FUNCTION touches_gaps(highest bigint, known int8multirange) RETURNS bigint[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY(SELECT ARRAY[lower(r), upper(r) - 1]
    FROM unnest(int8multirange(int8range(1, highest + 1)) - known) r ORDER BY r LIMIT 100)
$$;
CREATE INDEX touches_refused_by_age ON touches_refused (received_at);
