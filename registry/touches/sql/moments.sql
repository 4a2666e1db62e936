-- What pages ask of the log, one device at a time. A page that wrote these questions into its own statement would have all
-- months of the log planned at each visit, also where nothing is missing; a function plans them once a connection.
CREATE FUNCTION touches_moment_from(device bigint, number bigint) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT touched_at FROM touches_touch WHERE device_id = device AND seq >= number ORDER BY seq LIMIT 1);
END $$;
CREATE FUNCTION touches_moment_before(device bigint, number bigint) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT touched_at FROM touches_touch WHERE device_id = device AND seq < number ORDER BY seq DESC LIMIT 1);
END $$;
CREATE FUNCTION touches_number_since(device bigint, moment timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT min(seq) FROM touches_touch WHERE device_id = device AND touched_at >= moment);
END $$;
-- When a touch that waits arrived stands with it: the first page of a firm asks for it at each visit.
ALTER TABLE touches_orphan ADD COLUMN received_at timestamptz;
UPDATE touches_orphan o SET received_at = t.received_at FROM touches_touch t WHERE (t.device_id, t.seq) = (o.device_id, o.seq);
ALTER TABLE touches_orphan ALTER COLUMN received_at SET NOT NULL;
