import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("touches", "0004_three_bytes_a_moment"),
        ("workers", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="device",
            name="worker",
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, to="workers.worker"),
        ),
    ]
