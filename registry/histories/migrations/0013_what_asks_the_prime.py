"""What asks a prime to act is found without a walk over a site's months. The numbers are the places in `Reason`."""

from django.db import migrations

INDEXES = """
CREATE INDEX histories_month_no_structure ON histories_month (site_id, month, worker_id) WHERE reasons && '{0}'::int[];
CREATE INDEX histories_month_two_places ON histories_month (site_id, month) WHERE reasons && '{15}'::int[];
"""
AWAY = "DROP INDEX histories_month_no_structure, histories_month_two_places"


class Migration(migrations.Migration):
    dependencies = [("histories", "0012_refusals_taken_back")]

    operations = [migrations.RunSQL(INDEXES, AWAY)]
