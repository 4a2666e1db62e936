CREATE TABLE audit_look (
  id bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL,
  account_id bigint,
  business_id bigint,
  items bigint NOT NULL,
  subjects bigint[] NOT NULL,
  noun varchar(20) NOT NULL,
  relation varchar(20) NOT NULL,
  purpose varchar(20) NOT NULL,
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE audit_look_default PARTITION OF audit_look DEFAULT;
CREATE INDEX audit_look_subjects ON audit_look USING gin (subjects);
CREATE TRIGGER audit_look_append_only BEFORE UPDATE OR DELETE ON audit_look
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_look_no_truncate BEFORE TRUNCATE ON audit_look
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_move_append_only BEFORE UPDATE OR DELETE ON audit_move
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_move_no_truncate BEFORE TRUNCATE ON audit_move
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
