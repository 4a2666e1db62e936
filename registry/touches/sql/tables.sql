-- What a device has sent: stored, refused, said to be lost.
ALTER TABLE touches_device
  ADD COLUMN seen int8multirange NOT NULL DEFAULT '{}',
  ADD COLUMN refused int8multirange NOT NULL DEFAULT '{}',
  ADD COLUMN lost int8multirange NOT NULL DEFAULT '{}';

-- The raw log, as it came. No further index: the numbers live in `seen`.
CREATE TABLE touches_touch (
  device_id bigint NOT NULL,
  seq bigint NOT NULL,
  touched_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  site_id bigint NOT NULL,
  offset_s float8,
  credential_kind text NOT NULL,
  credential text NOT NULL,
  direction text NOT NULL,
  method text NOT NULL,
  ref text NOT NULL,
  PRIMARY KEY (device_id, seq, touched_at),
  CONSTRAINT touches_seq_in_range CHECK (seq BETWEEN 1 AND 9007199254740991)
) PARTITION BY RANGE (touched_at);
CREATE TABLE touches_touch_default PARTITION OF touches_touch DEFAULT;
DO $$
DECLARE month date := '2025-01-01';
BEGIN
  WHILE month < '2031-01-01' LOOP
    EXECUTE format('CREATE TABLE touches_touch_%s PARTITION OF touches_touch FOR VALUES FROM (%L) TO (%L)',
      to_char(month, 'YYYYMM'), month::timestamp AT TIME ZONE 'Asia/Tokyo', (month + interval '1 month')::timestamp AT TIME ZONE 'Asia/Tokyo');
    month := month + interval '1 month';
  END LOOP;
END $$;
CREATE TRIGGER touches_touch_append_only BEFORE UPDATE OR DELETE ON touches_touch
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER touches_touch_no_truncate BEFORE TRUNCATE ON touches_touch
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- One row a worker, site and month: the packed moments of the touches, sorted, each once.
CREATE TABLE touches_presence (
  worker_id bigint NOT NULL,
  site_id bigint NOT NULL,
  month date NOT NULL,
  moments bigint[] NOT NULL,
  PRIMARY KEY (worker_id, month, site_id)
) WITH (fillfactor = 70);
CREATE INDEX touches_presence_of_site ON touches_presence (site_id, month);

-- Touches whose card or site nobody knows yet, for those who mend them.
CREATE TABLE touches_orphan (
  device_id bigint NOT NULL,
  seq bigint NOT NULL,
  site_id bigint NOT NULL,
  touched_at timestamptz NOT NULL,
  code text NOT NULL,
  PRIMARY KEY (device_id, seq)
);

-- What could never be read as a touch, as received; kept thirteen months.
CREATE TABLE touches_refused (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  device_id bigint NOT NULL,
  seq bigint,
  received_at timestamptz NOT NULL,
  code text NOT NULL,
  received bytea NOT NULL
);
CREATE INDEX touches_refused_of_device ON touches_refused (device_id, received_at);
