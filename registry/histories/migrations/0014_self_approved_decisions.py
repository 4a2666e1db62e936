from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("histories", "0013_what_asks_the_prime")]

    operations = [
        migrations.AddField(
            model_name="daydecision",
            name="self_approved",
            field=models.BooleanField(default=False),
        ),
    ]
