-- Which touches of a batch the log holds with the same content, each with its first receipt and the offset sent then.
-- The bounds let only the months of the batch be opened.
SELECT asked.place, (extract(epoch FROM t.received_at) * 1000)::bigint, t.offset_s
FROM unnest(%(places)s::int[], %(seqs)s::bigint[], %(times)s::bigint[], %(sites)s::bigint[],
  string_to_array(%(kinds)s, chr(31)), string_to_array(%(credentials)s, chr(31)),
  string_to_array(%(directions)s, chr(31)), string_to_array(%(methods)s, chr(31))
) AS asked(place, seq, ms, site_id, kind, credential, direction, method)
JOIN touches_touch t ON t.device_id = %(device)s::bigint AND t.seq = asked.seq
  AND t.touched_at = timestamptz 'epoch' + asked.ms * interval '1 millisecond'
  AND t.site_id = asked.site_id AND t.credential_kind = asked.kind AND t.credential = asked.credential
  AND t.direction = COALESCE(asked.direction, '') AND t.method = asked.method
WHERE t.touched_at BETWEEN %(first)s AND %(last)s
