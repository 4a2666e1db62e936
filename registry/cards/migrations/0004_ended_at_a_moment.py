from django.db import migrations, models

# Whoever ended a card, the log knows when; the day of its issue where the log should be silent.
GIVE_MOMENTS = """
UPDATE cards_card c SET stopped_at = coalesce(
  (SELECT max(m.at) FROM audit_move m WHERE m.noun = 'cards_card' AND m.subject_id = c.id AND m.move = 'end'),
  c.issued_on::timestamp AT TIME ZONE 'Asia/Tokyo')
WHERE c.state = 'dead' AND c.stopped_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("cards", "0003_shipped_at"), ("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(GIVE_MOMENTS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "dead"), _negated=True) | models.Q(("stopped_at__isnull", False)),
                name="cards_ended_at_a_moment",
            ),
        ),
    ]
