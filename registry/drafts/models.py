"""Table of drafts."""

from django.db import models

from registry.accounts.models import Account
from registry.core.encrypted import EncryptedJSONField


class Draft(models.Model):
    """What one login has typed into one form; `form` is the form's address, so what it is about is part of it.

    Health data are typed too, so all of it stands encrypted (docs/decisions/0015-what-stands-encrypted.md).
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    form = models.CharField(max_length=200)
    typed = EncryptedJSONField()
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "drafts_draft"
        constraints = [models.UniqueConstraint(fields=["account", "form"], name="drafts_once")]
