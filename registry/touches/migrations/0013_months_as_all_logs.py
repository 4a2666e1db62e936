from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
# Also gives the partitions that stand already what keeps them from being emptied one by one.
MAKE = "SELECT touches_make_partitions((now() + interval '2 years')::date)"


class Migration(migrations.Migration):
    dependencies = [("touches", "0012_full_pages"), ("audit", "0002_months_of_looks")]

    operations = [
        migrations.RunSQL((SQL / "partitions.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL(MAKE, migrations.RunSQL.noop),
    ]
