"""The feed and the places up to which its followers have read."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Xid8Field(models.BigIntegerField):  # type: ignore[type-arg]  # generic for the type checker alone
    """A transaction's number: the database gives it."""

    def db_type(self, connection: object) -> str:  # noqa: ARG002 -- Django hands it in
        """PostgreSQL's 64-bit transaction number."""
        return "xid8"


class Change(models.Model):
    """One mark: from `from_on` until `until_on` (open if empty), something about these subjects is new."""

    xid = Xid8Field(db_default=models.Func(function="pg_current_xact_id"))
    kind = models.CharField(max_length=20)
    worker_id = models.BigIntegerField(null=True)
    worker_ids = ArrayField(models.BigIntegerField(), null=True)  # a batch of touches names its people in one mark
    site_id = models.BigIntegerField(null=True)
    business_id = models.BigIntegerField(null=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        db_table = "changes_change"
        indexes = [models.Index(fields=["xid", "id"], name="changes_by_xid")]


class Cursor(models.Model):
    """How far one follower has read: (xid, id) of the last mark it has worked on."""

    follower = models.CharField(max_length=40, primary_key=True)
    xid = Xid8Field()
    change_id = models.BigIntegerField()

    class Meta:
        db_table = "changes_cursor"
