"""Tables of files."""

from django.db import models
from django.db.models import Q


class File(models.Model):
    """One stored file. While it has a draft key it belongs to a form that is not finished, and goes after a day."""

    media_type = models.CharField(max_length=40)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)  # SHA-256; a check in SQL holds it against the content
    stored_at = models.DateTimeField()
    draft_key = models.CharField(max_length=40, null=True, unique=True)  # noqa: DJ001 -- unique, so "none" must not be a value
    drafted_by = models.BigIntegerField(null=True)  # the account; accounts stand below files

    class Meta:
        db_table = "files_file"
        indexes = [models.Index(fields=["stored_at"], condition=Q(draft_key__isnull=False), name="files_drafts")]
