from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("touches", "0009_renumbered_at")]

    operations = [
        migrations.RunSQL(
            (Path(__file__).resolve().parent.parent / "sql" / "partitions.sql").read_text(), migrations.RunSQL.noop
        ),
    ]
