from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("changes", "0002_worker_ids")]

    # Readers that remember sites ask what changed since: a handful of marks among those of all touches.
    operations = [
        migrations.RunSQL(
            "CREATE INDEX changes_of_sites ON changes_change (xid) WHERE kind <> 'touch' AND site_id IS NOT NULL",
            "DROP INDEX changes_of_sites",
        ),
    ]
