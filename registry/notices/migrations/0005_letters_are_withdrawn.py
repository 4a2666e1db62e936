from django.db import migrations
from registry.notices.states import LETTER_LIFE


class Migration(migrations.Migration):
    dependencies = [("notices", "0004_by_time_of_news")]

    # The trigger's function is replaced: it lets a letter be withdrawn that nobody needs any more.
    operations = [migrations.RunSQL(LETTER_LIFE.trigger_sql(), migrations.RunSQL.noop)]
