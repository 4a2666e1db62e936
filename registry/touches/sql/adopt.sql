-- Touches whose card became known go to presence, with marks of their days.
WITH owned AS MATERIALIZED (
  SELECT * FROM unnest(%(workers)s::bigint[], %(sites)s::bigint[], %(months)s::date[], %(moments)s::bigint[])
    AS o(worker_id, site_id, month, moment)
), {presence}
SELECT
