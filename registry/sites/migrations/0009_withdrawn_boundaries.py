from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("worksites", "0008_users")]

    operations = [
        migrations.AddField("dayboundary", "withdrawn_at", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("dayboundary", "sites_boundary_once_a_day"),
        migrations.AddConstraint(
            "dayboundary",
            models.UniqueConstraint(
                condition=models.Q(withdrawn_at=None), fields=["site", "from_on"], name="sites_boundary_once_a_day"
            ),
        ),
    ]
