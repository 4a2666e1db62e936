from itertools import islice

from django.db import migrations

import registry.core.encrypted

PARTS = ("blood_type", "health_checked_on", "blood_pressure")
AT_ONCE = 2000


def encrypt(apps, schema_editor):
    """Carry what is there into the encrypted columns."""
    Worker = apps.get_model("workers", "Worker")
    told = Worker.objects.exclude(plain_blood_type="", plain_health_checked_on=None, plain_blood_pressure="")
    rows = told.order_by("pk").iterator(AT_ONCE)
    while workers := list(islice(rows, AT_ONCE)):
        for worker in workers:
            for name in PARTS:
                setattr(worker, name, getattr(worker, f"plain_{name}"))
        Worker.objects.bulk_update(workers, PARTS)


class Migration(migrations.Migration):
    dependencies = [("workers", "0005_end_disputes")]

    operations = [
        *(migrations.RenameField("worker", name, f"plain_{name}") for name in PARTS),
        migrations.AddField(
            "worker",
            "blood_type",
            registry.core.encrypted.EncryptedCharField(blank=True, max_length=3, null=True),
        ),
        migrations.AddField("worker", "health_checked_on", registry.core.encrypted.EncryptedDateField(null=True)),
        migrations.AddField(
            "worker",
            "blood_pressure",
            registry.core.encrypted.EncryptedCharField(blank=True, max_length=10, null=True),
        ),
        migrations.RunPython(encrypt),
        *(migrations.RemoveField("worker", f"plain_{name}") for name in PARTS),
    ]
