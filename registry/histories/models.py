"""Facts that people add to days: claims, edits, decisions. What days mean stands in `sql/tables.sql`: it is worked out."""

from django.db import models
from django.db.models import Q

from registry.businesses.models import Business
from registry.core.form_keys import form_key_column
from registry.histories.states import ClaimState, Side
from registry.sites.models import Site
from registry.workers.models import Worker


class Claim(models.Model):
    """直接入力: a day that somebody says was worked, without a touch (ruling 28). A site without ID stands by name.

    It keeps that name once it is joined to the registered site (ruling 30).
    """

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True)
    site_name = models.CharField(max_length=200, blank=True)
    site_address = models.CharField(max_length=300, blank=True)
    day = models.DateField()
    trade = models.CharField(max_length=60, blank=True)
    work = models.CharField(max_length=200, blank=True)
    begins_at = models.TimeField(null=True)
    ends_at = models.TimeField(null=True)
    note = models.CharField(max_length=300, blank=True)
    entered_by = models.CharField(max_length=10)
    recorded_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default=ClaimState.OPEN)
    employer_confirmed_at = models.DateTimeField(null=True)
    first_tier_confirmed_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer_reason = models.CharField(max_length=300, blank=True)
    reply = models.CharField(max_length=300, blank=True)  # the worker's words to a refusal
    self_approved = models.BooleanField(default=False)  # 自己承認: approver and worker are one person
    form_key = form_key_column()

    class Meta:
        db_table = "histories_claim"
        indexes = [
            models.Index(fields=["worker", "day"], name="histories_claims_of_worker"),
            models.Index(fields=["site", "state"], name="histories_claims_of_site"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(site__isnull=False) | ~Q(site_name=""), name="histories_claim_has_a_site"
            ),
            models.CheckConstraint(
                condition=Q(joined_at=None) | Q(site__isnull=False) & ~Q(site_name=""), name="histories_claim_is_joined"
            ),
            models.CheckConstraint(condition=Q(entered_by__in=list(Side)), name="histories_claim_has_a_side"),
            models.UniqueConstraint(
                fields=["worker", "site", "day"],
                condition=Q(state__in=[ClaimState.OPEN, ClaimState.APPROVED]),
                name="histories_one_claim_a_day",
            ),
        ]


class DayEdit(models.Model):
    """A later word on a day's trades, position or work (ruling 29); of two the later recorded holds. Never changed.

    A `late` one, said after the end of the next month, holds once the prime has approved it.
    """

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT)
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    day = models.DateField()
    trade = models.CharField(max_length=60, blank=True)
    second_trade = models.CharField(max_length=60, blank=True, default="")
    position = models.CharField(max_length=20, blank=True)
    work = models.CharField(max_length=200, blank=True)
    side = models.CharField(max_length=10)
    recorded_at = models.DateTimeField()
    late = models.BooleanField(default=False)

    class Meta:
        db_table = "histories_day_edit"
        indexes = [
            models.Index(fields=["worker", "day"], name="histories_edits_of_worker"),
            models.Index(fields=["site"], condition=Q(late=True), name="histories_late_edits_of_site"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(side__in=list(Side)), name="histories_edit_has_a_side"),
            models.CheckConstraint(
                condition=~Q(trade="") | ~Q(second_trade="") | ~Q(position="") | ~Q(work=""),
                name="histories_edit_says_something",
            ),
        ]


class EditAnswer(models.Model):
    """The word on an edit that came late: the prime approves or refuses, or who said it takes it back. Never changed.

    To one in time the prime may refuse the position alone.
    """

    edit = models.OneToOneField(DayEdit, on_delete=models.PROTECT, related_name="answer")
    answer = models.CharField(max_length=10)
    business = models.ForeignKey(Business, on_delete=models.PROTECT, null=True)  # the prime that answered
    reason = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    self_approved = models.BooleanField(default=False)  # 自己承認: approver and worker are one person

    class Meta:
        db_table = "histories_edit_answer"
        constraints = [
            models.CheckConstraint(
                condition=Q(answer=ClaimState.WITHDRAWN, business__isnull=True)
                | Q(answer__in=[ClaimState.APPROVED, ClaimState.REFUSED], business__isnull=False),
                name="histories_answer_is_the_primes",
            ),
            models.CheckConstraint(
                condition=~Q(answer=ClaimState.REFUSED) | ~Q(reason=""), name="histories_refused_edit_says_why"
            ),
        ]


class DayDecision(models.Model):
    """The prime's word on a day that waits for one: it counts, or it does not. The later recorded holds.

    Without either, what was said is taken back: the day stands as before.
    """

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT)
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    day = models.DateField()
    counts = models.BooleanField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    self_approved = models.BooleanField(default=False)  # 自己承認: approver and worker are one person

    class Meta:
        db_table = "histories_day_decision"
        indexes = [models.Index(fields=["worker", "day"], name="histories_decisions_of_worker")]
        constraints = [
            models.CheckConstraint(condition=~Q(counts=False) | ~Q(reason=""), name="histories_refused_day_says_why")
        ]
