"""Days that wait for the prime's word are found without a walk over a site's years."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("histories", "0004_replies_self_approval")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX histories_month_waiting ON histories_month (site_id, month) WHERE waiting <> 0",
            "DROP INDEX histories_month_waiting",
        )
    ]
