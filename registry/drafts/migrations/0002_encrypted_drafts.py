from django.db import migrations

import registry.core.encrypted


def encrypt(apps, schema_editor):
    """Carry what is there into the encrypted column."""
    for draft in apps.get_model("drafts", "Draft").objects.order_by("pk").iterator():
        draft.typed = draft.plain_typed
        draft.save(update_fields=["typed"])


class Migration(migrations.Migration):
    dependencies = [("drafts", "0001_initial")]

    operations = [
        migrations.RenameField("draft", "typed", "plain_typed"),
        migrations.AddField("draft", "typed", registry.core.encrypted.EncryptedJSONField(null=True)),
        migrations.RunPython(encrypt),
        migrations.RemoveField("draft", "plain_typed"),
        migrations.AlterField("draft", "typed", registry.core.encrypted.EncryptedJSONField()),
        # A column that is dropped stays in the files of the table until they are written anew.
        migrations.RunSQL("CLUSTER drafts_draft USING drafts_draft_pkey", migrations.RunSQL.noop),
    ]
