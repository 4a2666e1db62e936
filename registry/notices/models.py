"""Tables of notices."""

from django.db import models
from django.db.models import Q

from registry.accounts.models import Account
from registry.notices.states import LetterState


class Letter(models.Model):
    """A letter to print: to whom, which kind, what it tells. The secret in it is made at printing."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    kind = models.CharField(max_length=30)
    state = models.CharField(max_length=10, default=LetterState.QUEUED)
    recipient_name = models.CharField(max_length=200)
    postal_code = models.CharField(max_length=8)
    address = models.CharField(max_length=300)
    data = models.JSONField(default=dict)
    queued_at = models.DateTimeField()

    class Meta:
        db_table = "notices_letter"
        indexes = [models.Index(fields=["state", "id"], name="notices_letter_queue")]


class Notice(models.Model):
    """A message on somebody's portal. What asks for something names it in `about`: it may be taken back."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    kind = models.CharField(max_length=30)
    data = models.JSONField(default=dict)
    about = models.CharField(max_length=40, blank=True, default="")
    written_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_notice"
        indexes = [
            models.Index(fields=["account", "-written_at", "-id"], name="notices_by_time"),
            models.Index(fields=["about"], condition=~Q(about=""), name="notices_about"),
        ]
