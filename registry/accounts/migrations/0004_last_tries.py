"""When somebody tried last: tries that are long past are forgotten."""

from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_revoked_devices")]

    operations = [
        migrations.AddField(
            model_name="wrongtries",
            name="last_at",
            field=models.DateTimeField(default=timezone.now),
            preserve_default=False,
        )
    ]
