from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
# All looks lie in the default partition by now, so each is moved into its month: were only months after the newest look
# made, the default one would keep the running month, and everything before it, for ever. No look is changed: the table
# that holds them leaves the log, they are added to it again in one statement, and it is dropped, all in one transaction.
MAKE = "SELECT audit_make_partitions((now() + interval '2 years')::date)"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL((SQL / "months.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL(MAKE, migrations.RunSQL.noop),
    ]
