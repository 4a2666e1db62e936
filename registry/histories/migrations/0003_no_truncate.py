"""Edits and decisions are never emptied either."""

from django.db import migrations

TABLES = ("histories_day_edit", "histories_day_decision")


class Migration(migrations.Migration):
    dependencies = [("histories", "0002_claims_edits_decisions")]

    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
            f"DROP TRIGGER {table}_no_truncate ON {table}",
        )
        for table in TABLES
    ]
