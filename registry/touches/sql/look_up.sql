-- The device, with everything that its batch needs to know of the world, in one round trip.
SELECT d.xmin::text, d.store, d.secret_version, d.next_secret_asked, d.revoked_at,
  (SELECT COALESCE(json_object_agg(o.site_id, o.until_ms), '{}') FROM (
     SELECT t.site_id, CASE WHEN bool_or(p.until_at IS NULL) THEN NULL
       ELSE (extract(epoch FROM max(p.until_at)) * 1000)::bigint END AS until_ms
     FROM touches_pairing p JOIN sites_terminal t ON t.id = p.terminal_id WHERE p.device_id = d.id GROUP BY 1) o),
  CASE WHEN d.highest >= ANY(%(seqs)s::bigint[]) THEN ARRAY(SELECT s FROM unnest(%(seqs)s::bigint[]) s WHERE d.seen @> s)
    ELSE '{}' END,
  ARRAY(SELECT k FROM unnest(%(cards)s::bigint[]) k
    JOIN cards_card c ON c.worker_id = k / 100 AND c.branch = (k %% 100)::smallint),
  ARRAY(SELECT COALESCE(c.worker_id * 100 + c.branch, 0)
    FROM unnest(string_to_array(%(tokens)s, chr(31))) WITH ORDINALITY AS k(token, place)
    LEFT JOIN cards_card c ON c.token = k.token ORDER BY k.place)
FROM touches_device d WHERE d.id = %(device)s::bigint
