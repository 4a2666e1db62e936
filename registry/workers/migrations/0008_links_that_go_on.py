from django.db import migrations, models
from django.db.models import Q


def whole_display_names(apps, _editor):
    """A worker's account is called by the whole name, the middle part too."""
    Worker, Account = apps.get_model("workers", "Worker"), apps.get_model("accounts", "Account")
    for account_id, *parts in Worker.objects.exclude(middle_name="").values_list(
        "account_id", "family_name", "middle_name", "given_name"
    ):
        Account.objects.filter(pk=account_id).update(display_name=" ".join(parts))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_account_logged_out_at"),
        ("workers", "0007_plain_health_gone"),
    ]

    operations = [
        migrations.AddField(
            model_name="affiliation",
            name="goes_on",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name="affiliation",
            constraint=models.CheckConstraint(
                condition=Q(goes_on=False) | Q(ended_at=None, until_on__isnull=False),
                name="workers_affiliation_goes_on_after_a_day",
            ),
        ),
        migrations.RunPython(whole_display_names, migrations.RunPython.noop),
    ]
