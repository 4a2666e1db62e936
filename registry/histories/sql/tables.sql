-- One row a worker, month, site and assignment: its days as bits (bit 0 is the first of the month).
CREATE TABLE histories_month (
  worker_id bigint NOT NULL,
  site_id bigint NOT NULL,
  business_id bigint,
  tenure_id bigint,
  month date NOT NULL,
  part smallint NOT NULL,
  formal int NOT NULL,
  waiting int NOT NULL,
  claimed int NOT NULL,
  unapproved int NOT NULL,
  uncounted int NOT NULL,
  path bigint[] NOT NULL,
  trade text NOT NULL,
  position text NOT NULL,
  work text NOT NULL,
  times int[] NOT NULL,
  reasons int[] NOT NULL,
  PRIMARY KEY (worker_id, month, part)
) WITH (fillfactor = 85);
CREATE INDEX histories_month_of_site ON histories_month (site_id, month);
CREATE INDEX histories_month_of_firm ON histories_month (business_id, month);
