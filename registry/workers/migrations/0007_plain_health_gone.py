from django.db import migrations


class Migration(migrations.Migration):
    """A column that is dropped stays in the files of the table until they are written anew; here it must not."""

    atomic = False
    dependencies = [("workers", "0006_encrypted_health")]

    operations = [migrations.RunSQL("VACUUM FULL workers_worker", migrations.RunSQL.noop)]
