present AS (
  -- In the order of workers: two batches never wait for each other in a circle. Later moments are put behind the others.
  INSERT INTO touches_presence AS p (worker_id, site_id, month, moments)
  SELECT worker_id, site_id, month, array_agg(DISTINCT moment ORDER BY moment) FROM owned
  GROUP BY worker_id, site_id, month ORDER BY worker_id, month, site_id
  ON CONFLICT (worker_id, month, site_id) DO UPDATE SET moments =
    CASE WHEN p.moments[cardinality(p.moments)] < EXCLUDED.moments[1] THEN p.moments || EXCLUDED.moments
      ELSE (SELECT array_agg(DISTINCT m ORDER BY m) FROM unnest(p.moments || EXCLUDED.moments) m) END
  WHERE NOT p.moments @> EXCLUDED.moments
), changed AS (
  SELECT site_id, worker_id, month + (moment >> 14) / 1440 AS day FROM owned
), {marks}
