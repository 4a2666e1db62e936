-- What the log holds under the same number and instant. The bounds let only the months of the batch be opened.
SELECT t.seq, asked.ms, (extract(epoch FROM t.received_at) * 1000)::bigint,
  t.site_id, t.offset_s, t.credential_kind, t.credential, t.direction, t.method, t.ref
FROM unnest(%(seqs)s::bigint[], %(times)s::bigint[]) AS asked(seq, ms)
JOIN touches_touch t ON t.device_id = %(device)s::bigint AND t.seq = asked.seq
  AND t.touched_at = timestamptz 'epoch' + asked.ms * interval '1 millisecond'
WHERE t.touched_at BETWEEN %(first)s AND %(last)s
