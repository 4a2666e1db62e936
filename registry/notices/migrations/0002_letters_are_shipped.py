from django.db import migrations
from registry.notices.states import LETTER_LIFE


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]

    # The trigger's function is replaced: it lets a printed letter be shipped.
    operations = [migrations.RunSQL(LETTER_LIFE.trigger_sql(), migrations.RunSQL.noop)]
