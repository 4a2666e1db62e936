"""Tables of the audit log. `audit_look` is partitioned by month in SQL; Django only reads its shape here."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Move(models.Model):
    """One move of one thing through its workflow, or one write that has no workflow (`from_state` is empty)."""

    at = models.DateTimeField()
    noun = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    move = models.CharField(max_length=40)
    from_state = models.CharField(max_length=40, blank=True)
    to_state = models.CharField(max_length=40, blank=True)
    actor_kind = models.CharField(max_length=10)
    account_id = models.BigIntegerField(null=True)
    actor_subject_id = models.BigIntegerField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        db_table = "audit_move"
        indexes = [models.Index(fields=["noun", "subject_id", "id"], name="audit_move_subject")]


class Look(models.Model):
    """One reading of personal data: who, by what right, why, which items of whom (ruling 40)."""

    at = models.DateTimeField()
    account_id = models.BigIntegerField(null=True)
    business_id = models.BigIntegerField(null=True)
    noun = models.CharField(max_length=20)
    relation = models.CharField(max_length=20)
    purpose = models.CharField(max_length=20)
    items = models.BigIntegerField()
    subjects = ArrayField(models.BigIntegerField())

    class Meta:
        db_table = "audit_look"
        managed = False
