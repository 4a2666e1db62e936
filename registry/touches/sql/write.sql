-- New touches go to the log and to presence, what else the device says to its own row, marks to the feed: all or nothing.
-- Nothing at all, and no row, where the device's row is no longer the one that the batch was judged by.
WITH mine AS (
  UPDATE touches_device d SET
    seen = seen + %(new)s::int8multirange, refused = refused + %(refused)s::int8multirange,
    lost = lost + %(lost)s::int8multirange,
    highest = GREATEST(highest, %(highest)s::bigint), last_seen_at = %(at)s,
    unsent = COALESCE(%(unsent)s::int, unsent),
    unsent_since = CASE WHEN %(unsent)s::int IS NULL THEN unsent_since ELSE %(unsent_since)s::timestamptz END,
    next_secret_asked = next_secret_asked AND secret_version = %(version)s::int, secret_version = %(version)s::int
  WHERE d.id = %(device)s::bigint AND d.xmin = %(row)s::text::xid
  RETURNING highest, CASE WHEN dense AND seen + refused + lost <> int8multirange(int8range(1, highest + 1))
    THEN touches_gaps(highest, seen + refused + lost) ELSE '{{}}' END AS gaps
), new AS MATERIALIZED (
  SELECT n.* FROM mine, {rows} AS n(seq, ms, sent_site_id, site_id, offset_s, kind, credential, direction, method, ref, worker_id, month, moment)
), logged AS (
  INSERT INTO touches_touch (device_id, seq, touched_at, received_at, site_id, offset_s,
    credential_kind, credential, direction, method, ref)
  SELECT %(device)s::bigint, seq, timestamptz 'epoch' + ms * interval '1 millisecond', %(at)s, sent_site_id, offset_s,
    kind, credential, COALESCE(direction, ''), method, COALESCE(ref, '')
  FROM new
), owned AS MATERIALIZED (
  SELECT worker_id, site_id, month, moment FROM new WHERE worker_id IS NOT NULL
), {presence}
SELECT json_build_array(highest, gaps),
  -- Of repeats alone only the device's last sign of life is new: a crash may forget it, so nobody waits for the disk.
  CASE WHEN %(forgettable)s::boolean THEN set_config('synchronous_commit', 'off', true) END
FROM mine
