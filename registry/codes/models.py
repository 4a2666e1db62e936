"""One table for all code tables; what only some have stands in `details`."""

from django.db import models


class Code(models.Model):
    """One code, from when until when it may be used."""

    table = models.CharField(max_length=30)
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    kana = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    source = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        db_table = "codes_code"
        constraints = [models.UniqueConstraint(fields=["table", "code"], name="codes_code_once")]
