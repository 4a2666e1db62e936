from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("touches", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE touches_orphan
              ADD COLUMN card_worker_id bigint,
              ADD COLUMN card_branch smallint,
              ADD COLUMN token text,
              ADD COLUMN moment bigint NOT NULL;
            """,
            migrations.RunSQL.noop,
        ),
    ]
