-- What the log holds of numbers of a device. The bounds let only the months of the batch be opened.
SELECT json_agg(json_build_array((date_part('epoch', touched_at) * 1000)::bigint, site_id, credential_kind, credential,
  direction, method, seq, (date_part('epoch', received_at) * 1000)::bigint, offset_s))
FROM touches_touch
WHERE device_id = %(device)s::bigint AND seq = ANY(%(seqs)s::bigint[])
  AND touched_at BETWEEN %(first)s::timestamptz AND %(last)s::timestamptz
