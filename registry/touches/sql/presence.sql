present AS (
  -- In the order of workers: two batches never wait for each other in a circle. Later moments are put behind the others.
  INSERT INTO touches_presence AS p (worker_id, site_id, month, moments, odd)
  SELECT worker_id, site_id, month,
    COALESCE(string_agg(DISTINCT plain, ''::bytea ORDER BY plain), ''),
    array_agg(DISTINCT moment ORDER BY moment) FILTER (WHERE plain IS NULL)
  FROM (SELECT *, CASE WHEN moment & 255 = 0 THEN substring(int8send(moment) FROM 5 FOR 3) END AS plain FROM owned) AS each
  GROUP BY worker_id, site_id, month ORDER BY worker_id, month, site_id
  ON CONFLICT (worker_id, month, site_id) DO UPDATE SET
    moments = CASE WHEN substring(p.moments FROM length(p.moments) - 2) < substring(EXCLUDED.moments FOR 3)
      THEN p.moments || EXCLUDED.moments ELSE touches_in_order(p.moments || EXCLUDED.moments) END,
    odd = CASE WHEN EXCLUDED.odd IS NULL THEN p.odd
      ELSE (SELECT array_agg(DISTINCT m ORDER BY m) FROM unnest(p.odd || EXCLUDED.odd) m) END
), changed AS (
  SELECT site_id, worker_id, month + (moment >> 16)::int / 1440 AS day FROM owned
), {marks}
