-- Devices, with everything that their batches need to know of the world, in one round trip.
SELECT json_build_array(
  (SELECT json_agg(json_build_array(d.id, d.xmin::text, d.store, d.secret_version, d.next_secret_asked,
      (extract(epoch FROM d.revoked_at) * 1000)::bigint,
      -- What it sent before it was registered stood in the store that it was before: the first places reach back, as far as
      -- any clock does.
      ARRAY(SELECT ARRAY[t.site_id,
          CASE WHEN p.from_at <= d.registered_at THEN -9223372036854775807 ELSE (extract(epoch FROM p.from_at) * 1000)::bigint END,
          COALESCE((extract(epoch FROM p.until_at) * 1000)::bigint, 9223372036854775807), u.joined_id]
        FROM touches_pairing p JOIN sites_terminal t ON t.id = p.terminal_id
        LEFT JOIN sites_unregistered u ON u.site_id = t.site_id WHERE p.device_id = d.id),
      CASE WHEN d.highest >= ANY(%(seqs)s::bigint[]) THEN ARRAY(
          SELECT seq FROM unnest(%(senders)s::bigint[], %(seqs)s::bigint[]) AS s(sender, seq)
          WHERE sender = d.id AND d.seen @> seq)
        ELSE '{}' END,
      d.worker_id))
    FROM touches_device d WHERE d.id = ANY(%(devices)s::bigint[])),
  ARRAY(SELECT k FROM unnest(%(cards)s::bigint[]) k
    JOIN cards_card c ON c.worker_id = k / 100 AND c.branch = (k %% 100)::smallint),
  ARRAY(SELECT COALESCE(c.worker_id * 100 + c.branch, 0)
    FROM unnest(string_to_array(%(tokens)s, chr(31))) WITH ORDINALITY AS k(token, place)
    LEFT JOIN cards_card c ON c.token = k.token ORDER BY k.place))
