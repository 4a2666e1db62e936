"""The days that lack anything stand as a mask beside the others: sums need not look into the reasons of each row."""

from django.db import migrations

TABLES = """
ALTER TABLE histories_month ADD COLUMN lacking int NOT NULL DEFAULT 0;
UPDATE histories_month SET lacking =
  (SELECT bit_or(u.mask) FROM unnest(reasons) WITH ORDINALITY AS u(mask, n) WHERE u.n % 2 = 0) WHERE reasons <> '{}';
ALTER TABLE histories_month ALTER COLUMN lacking DROP DEFAULT;
"""


class Migration(migrations.Migration):
    dependencies = [("histories", "0010_self_approved_edits")]

    operations = [migrations.RunSQL(TABLES, "ALTER TABLE histories_month DROP COLUMN lacking")]
