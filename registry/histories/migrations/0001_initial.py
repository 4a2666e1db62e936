from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(
            (Path(__file__).resolve().parent.parent / "sql" / "tables.sql").read_text(), migrations.RunSQL.noop
        ),
    ]
