import django.db.models.deletion
from django.db import migrations, models

# Each site needs somebody who manages it: the firm's owners, and whom the name that was typed means.
GIVE = """
INSERT INTO sites_user (site_id, user_id)
SELECT s.id, u.id FROM sites_site s JOIN businesses_user u ON u.business_id = s.business_id
JOIN accounts_account a ON a.id = u.account_id
WHERE a.state <> 'closed' AND (a.role = 'owner' OR a.role IN ('tier_manager', 'site_manager')
  AND regexp_replace(a.display_name, '[[:space:]　]', '', 'g') = regexp_replace(s.manager_name, '[[:space:]　]', '', 'g'))
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_account_logged_out_at"),
        ("businesses", "0005_whole_permits"),
        ("worksites", "0007_unregistered_sites"),
    ]

    operations = [
        migrations.CreateModel(
            name="SiteUser",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "site",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="worksites.site"),
                ),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="businesses.businessuser"),
                ),
            ],
            options={"db_table": "sites_user"},
        ),
        migrations.AddConstraint(
            model_name="siteuser",
            constraint=models.UniqueConstraint(fields=("user", "site"), name="sites_user_once"),
        ),
        migrations.RunSQL(GIVE, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="site", name="manager_name"),
    ]
