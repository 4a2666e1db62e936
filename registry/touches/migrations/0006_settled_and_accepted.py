from django.db import migrations

# Orphans that were settled stay, for when they are sent again: who looks for those that wait passes them by.
# What a site's prime has accepted as lost: numbers of a device, and when; what it said unsent until then is meant too.
TABLES = """
CREATE INDEX touches_orphan_waiting ON touches_orphan (code, site_id) WHERE code <> 'SETTLED';
CREATE TABLE touches_accepted (
  device_id bigint NOT NULL,
  site_id bigint NOT NULL,
  numbers int8multirange NOT NULL,
  accepted_at timestamptz NOT NULL,
  PRIMARY KEY (device_id, site_id)
);
"""


class Migration(migrations.Migration):
    dependencies = [("touches", "0005_device_of_a_worker")]

    operations = [migrations.RunSQL(TABLES, migrations.RunSQL.noop)]
