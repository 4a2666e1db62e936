from django.db import migrations, models

# What is sent again is found by this index. The raw text can be longer than a row of an index.
ONCE = """
DELETE FROM touches_refused r USING touches_refused o
WHERE o.id < r.id AND o.device_id = r.device_id AND o.seq IS NOT DISTINCT FROM r.seq AND o.received = r.received;
CREATE UNIQUE INDEX touches_refused_once ON touches_refused (device_id, seq, sha256(received)) NULLS NOT DISTINCT;
"""


class Migration(migrations.Migration):
    dependencies = [("touches", "0013_months_as_all_logs")]

    operations = [
        migrations.AddField(
            model_name="device",
            name="sent_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(ONCE, "DROP INDEX touches_refused_once"),
    ]
