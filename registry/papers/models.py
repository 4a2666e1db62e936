"""Tables of papers."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from registry.accounts.models import Account
from registry.papers.states import PaperKind, PaperState
from registry.sites.models import Site
from registry.workers.models import Worker


class Paper(models.Model):
    """A wish for a paper, and the paper once it is made. Who asks is the account: its worker, or its firm."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    kind = models.CharField(max_length=20)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, null=True)
    first_month = models.DateField()
    last_month = models.DateField()
    state = models.CharField(max_length=10, default=PaperState.QUEUED)
    asked_at = models.DateTimeField()
    form_key = models.CharField(max_length=40, blank=True)  # of the form that asked: a repeated click is known by it
    made_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=40, blank=True)  # the code of an error
    # In the database as other files are: paper and state come and go in one transaction and lie in one backup.
    content = models.BinaryField(null=True)
    people = ArrayField(models.BigIntegerField(), default=list)  # whose days stand on it: who takes it sees them

    class Meta:
        db_table = "papers_paper"
        indexes = [
            models.Index(fields=["account", "-id"], name="papers_of_account"),
            models.Index(fields=["asked_at"], condition=~Q(state=PaperState.EXPIRED), name="papers_kept"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(PaperKind)), name="papers_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=PaperKind.SITE_DAYS, site__isnull=False)
                | (~Q(kind=PaperKind.SITE_DAYS) & Q(site__isnull=True)),
                name="papers_site_where_asked",
            ),
            models.CheckConstraint(
                condition=Q(kind=PaperKind.PERSON_DAYS, worker__isnull=False)
                | (~Q(kind=PaperKind.PERSON_DAYS) & Q(worker__isnull=True)),
                name="papers_person_where_asked",
            ),
            models.CheckConstraint(
                condition=Q(first_month=F("last_month"))
                | Q(kind__in=[PaperKind.WORKER_DAYS, PaperKind.PERSON_DAYS], first_month__lt=F("last_month")),
                name="papers_months_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(state=PaperState.MADE) | Q(content__isnull=False, made_at__isnull=False),
                name="papers_made_is_there",
            ),
            models.UniqueConstraint(
                fields=["account", "kind", "site", "worker", "first_month", "last_month"],
                condition=Q(state=PaperState.QUEUED),
                nulls_distinct=False,
                name="papers_one_wish_at_a_time",
            ),
        ]
