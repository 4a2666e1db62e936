-- New touches go to the log and to presence, what else devices say to their own rows, marks to the feed: all or nothing of
-- a device. Nothing at all of one whose row is no longer the one that its batch was judged by, or is held by somebody else:
-- it is missing in the answer, and nobody else's touches wait for it.
WITH free AS MATERIALIZED (
  SELECT id, sent_at FROM touches_device WHERE id = ANY(%(devices)s::bigint[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
), mine AS (
  UPDATE touches_device d SET
    seen = d.seen + b.new::int8multirange, refused = d.refused + b.refused::int8multirange,
    lost = d.lost + b.lost::int8multirange,
    highest = GREATEST(d.highest, b.highest), sent_at = GREATEST(d.sent_at, b.sent_at),
    last_seen_at = CASE WHEN is_fresh THEN b.at ELSE d.last_seen_at END,
    unsent = CASE WHEN is_fresh THEN COALESCE(b.unsent, d.unsent) ELSE d.unsent END,
    unsent_since = CASE WHEN is_fresh AND b.unsent IS NOT NULL THEN b.unsent_since ELSE d.unsent_since END,
    next_secret_asked = next_secret_asked AND secret_version = b.version, secret_version = b.version
  FROM unnest(%(devices)s::bigint[], string_to_array(%(rows)s, chr(31)), %(moments_of_receipt)s::timestamptz[],
    %(moments_of_sending)s::timestamptz[],
    string_to_array(%(new)s, chr(31)), string_to_array(%(refused)s, chr(31)), string_to_array(%(lost)s, chr(31)),
    %(highest)s::bigint[], %(unsent)s::int[], %(unsent_since)s::timestamptz[], %(versions)s::int[])
    AS b(device_id, row, at, sent_at, new, refused, lost, highest, unsent, unsent_since, version)
    JOIN free ON free.id = b.device_id
    -- A copy of an old request says nothing of the device as it is now. One with new touches is none, whatever its clock says.
    CROSS JOIN LATERAL (SELECT b.new <> '{{}}' OR COALESCE(b.sent_at >= free.sent_at, free.sent_at IS NULL) AS is_fresh) f
  WHERE d.id = b.device_id AND d.xmin = b.row::xid
  RETURNING d.id, b.at, d.highest, CASE WHEN dense AND d.seen + d.refused + d.lost <> int8multirange(int8range(1, d.highest + 1))
    THEN touches_gaps(d.highest, d.seen + d.refused + d.lost) ELSE '{{}}' END AS gaps
), new AS MATERIALIZED (
  SELECT mine.at, n.* FROM unnest(%(senders)s::bigint[], %(seqs)s::bigint[], %(times)s::bigint[], %(sent_sites)s::bigint[],
    %(sites)s::bigint[], %(offsets)s::float8[], string_to_array(%(kinds)s, chr(31)), string_to_array(%(credentials)s, chr(31)),
    string_to_array(%(directions)s, chr(31)), string_to_array(%(methods)s, chr(31)), string_to_array(%(refs)s, chr(31)),
    %(workers)s::bigint[], %(months)s::date[], %(moments)s::bigint[])
    AS n(device_id, seq, ms, sent_site_id, site_id, offset_s, kind, credential, direction, method, ref, worker_id, month, moment)
  JOIN mine ON mine.id = n.device_id
), logged AS (
  -- An interval is multiplied in floating point: in milliseconds at once it would be wrong some thousand years from now.
  INSERT INTO touches_touch (device_id, seq, touched_at, received_at, site_id, offset_s,
    credential_kind, credential, direction, method, ref)
  SELECT device_id, seq, timestamptz 'epoch' + ms / 1000 * interval '1 second' + ms %% 1000 * interval '1 millisecond', at, sent_site_id, offset_s,
    kind, credential, COALESCE(direction, ''), method, COALESCE(ref, '')
  FROM new
), owned AS MATERIALIZED (
  SELECT worker_id, site_id, month, moment FROM new WHERE worker_id IS NOT NULL
), {presence}
SELECT json_agg(json_build_array(id, highest, gaps)),
  -- Of repeats alone only the device's last sign of life is new: a crash may forget it, so nobody waits for the disk.
  CASE WHEN %(forgettable)s::boolean THEN set_config('synchronous_commit', 'off', true) END
FROM mine
