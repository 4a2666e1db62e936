from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("worksites", "0004_units")]

    operations = [
        migrations.AddField(
            model_name="terminal",
            name="poster_generation",
            field=models.SmallIntegerField(default=1),
        ),
    ]
