from django.db import migrations

# Asked at each batch of touches, by statements that are planned once a connection. Planned while the feed is short it would
# be read from end to end ever after, also when a morning has made it long: here the index is all that may be chosen.
SITES_SINCE = """
CREATE FUNCTION changes_sites_since(known pg_snapshot) RETURNS bigint[]
LANGUAGE plpgsql STABLE STRICT SET enable_seqscan = off AS $$
BEGIN
  RETURN (SELECT array_agg(site_id) FROM changes_change
    WHERE kind <> 'touch' AND site_id IS NOT NULL AND xid >= pg_snapshot_xmin(known)
      AND NOT pg_visible_in_snapshot(xid, known));
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("changes", "0003_marks_of_sites")]

    operations = [migrations.RunSQL(SITES_SINCE, "DROP FUNCTION changes_sites_since")]
