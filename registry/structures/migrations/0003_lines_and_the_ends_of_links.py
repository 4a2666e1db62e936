"""A line that a link's end took back can hold again; lines put there when the link had an end already end with it."""

from django.db import migrations, models
from django.db.models import Q

# Of a worker's rows with one firm, the first that lasts beyond a line's first day and does not go on says where the link ends.
END_WITH_LINK = """
WITH ended AS (
  SELECT line.id, line.until_on, link.until_on AS link_ends FROM structures_roster_entry line
  JOIN sites_site site ON site.id = line.site_id
  LEFT JOIN structures_tenure tenure ON tenure.id = line.tenure_id
  CROSS JOIN LATERAL (
    SELECT until_on FROM workers_affiliation
    WHERE worker_id = line.worker_id AND business_id = COALESCE(tenure.business_id, site.business_id)
      AND NOT goes_on AND (until_on IS NULL OR until_on > line.from_on)
    ORDER BY from_on LIMIT 1
  ) link
  WHERE line.withdrawn_at IS NULL AND link.until_on < COALESCE(line.until_on, 'infinity')
), cut AS (
  UPDATE structures_roster_entry line SET until_on = ended.link_ends FROM ended WHERE line.id = ended.id
  RETURNING line.worker_id, line.site_id, ended.link_ends AS from_on, ended.until_on
)
INSERT INTO changes_change (kind, worker_id, site_id, from_on, until_on)
SELECT 'roster', worker_id, site_id, from_on, until_on FROM cut ORDER BY worker_id, site_id, from_on
"""


class Migration(migrations.Migration):
    dependencies = [
        ("changes", "0004_sites_since"),
        ("structures", "0002_site_keys_and_withdrawn_lines"),
        ("workers", "0008_links_that_go_on"),
    ]

    operations = [
        migrations.AddField(
            model_name="rosterentry",
            name="withdrawn_with_link",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name="rosterentry",
            constraint=models.CheckConstraint(
                condition=Q(withdrawn_with_link=False) | Q(withdrawn_at__isnull=False),
                name="structures_entry_withdrawn_with_link",
            ),
        ),
        migrations.RunSQL(END_WITH_LINK, migrations.RunSQL.noop),
    ]
