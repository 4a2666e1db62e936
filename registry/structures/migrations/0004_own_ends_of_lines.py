"""A line keeps the end that was said of itself, which a link that lasts longer does not undo."""

from django.db import migrations, models

# A line that a link's end took back still has the end that it would have had.
OF_LINES_TAKEN_BACK = "UPDATE structures_roster_entry SET own_until_on = until_on WHERE withdrawn_with_link"


class Migration(migrations.Migration):
    dependencies = [("structures", "0003_lines_and_the_ends_of_links")]

    operations = [
        migrations.AddField("rosterentry", "own_until_on", models.DateField(null=True)),
        migrations.RunSQL(OF_LINES_TAKEN_BACK, migrations.RunSQL.noop),
    ]
