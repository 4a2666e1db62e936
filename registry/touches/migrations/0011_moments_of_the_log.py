from pathlib import Path

from django.db import migrations

AWAY = """
DROP FUNCTION touches_moment_from, touches_moment_before, touches_number_since;
ALTER TABLE touches_orphan DROP COLUMN received_at;
"""


class Migration(migrations.Migration):
    dependencies = [("touches", "0010_partitions_alone")]

    operations = [
        migrations.RunSQL((Path(__file__).resolve().parent.parent / "sql" / "moments.sql").read_text(), AWAY),
    ]
