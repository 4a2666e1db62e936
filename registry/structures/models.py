"""Tables of structures. Tenures and roster entries are rows of days `[from_on, until_on)`, closed and never overwritten."""

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from registry.businesses.models import Business
from registry.core.dated import has_days, once_at_a_time
from registry.sites.models import Site
from registry.structures.states import LIVE, TenureState
from registry.workers.models import Worker


class Node(models.Model):
    """A position in a site's structure: below another one, or directly below the prime (tier 1)."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    tier = models.SmallIntegerField()

    class Meta:
        db_table = "structures_node"
        indexes = [models.Index(fields=["site"], name="structures_nodes_of_site")]
        constraints = [
            models.CheckConstraint(
                condition=Q(parent=None, tier=1) | Q(parent__isnull=False, tier__gte=2), name="structures_tier_fits"
            )
        ]


class Tenure(models.Model):
    """Which firm holds a position from day to day: one with an ID that was asked, or one that stands by name."""

    node = models.ForeignKey(Node, on_delete=models.PROTECT)
    business = models.ForeignKey(Business, on_delete=models.PROTECT, null=True)
    business_name = models.CharField(max_length=200, blank=True)
    work = models.CharField(max_length=200, blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    state = models.CharField(max_length=10, default=TenureState.INVITED)
    invited_by = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "structures_tenure"
        indexes = [models.Index(fields=["business", "state"], name="structures_tenures_of_firm")]
        constraints = [
            has_days("structures_tenure_has_days"),
            models.CheckConstraint(condition=Q(state__in=list(TenureState)), name="structures_tenure_state_known"),
            models.CheckConstraint(
                condition=Q(business__isnull=False, business_name="") | (Q(business=None) & ~Q(business_name="")),
                name="structures_tenure_names_a_firm",
            ),
            once_at_a_time("node", name="structures_one_firm_at_a_time", condition=Q(state__in=list(LIVE))),
        ]


class SiteKey(models.Model):
    """現場キー: who types it takes a place below `parent`, or below the prime. It is handed on until a day, or taken back."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    parent = models.ForeignKey(Node, on_delete=models.PROTECT, null=True)
    code = models.CharField(max_length=20, unique=True)
    made_by = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    until_on = models.DateField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "structures_site_key"
        constraints = [
            models.UniqueConstraint(
                "site",
                Coalesce("parent", Value(0)),
                condition=Q(withdrawn_at=None),
                name="structures_one_key_at_a_time",
            ),
            models.CheckConstraint(condition=~Q(code=""), name="structures_key_has_signs"),
        ]


class RosterEntry(models.Model):
    """A worker on a site's roster, under the firm that holds a position; without a tenure, under the prime itself."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    tenure = models.ForeignKey(Tenure, on_delete=models.PROTECT, null=True)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT)
    trade = models.CharField(max_length=60)
    position = models.CharField(max_length=20, blank=True)
    work = models.CharField(max_length=200, blank=True)
    hazardous = models.BooleanField(default=False)
    collects = models.BooleanField(default=False)
    from_on = models.DateField()
    # The first of the ends that a line can have: its own, that of its firm's place, that of the link. Of these the own one alone
    # is not written elsewhere.
    until_on = models.DateField(null=True)
    own_until_on = models.DateField(null=True)
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)  # put there by mistake, or replaced from its first day on
    # Taken back as it would have begun when the link had ended: it holds again where that end moves behind its first day.
    withdrawn_with_link = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "structures_roster_entry"
        indexes = [
            models.Index(fields=["worker", "site"], name="structures_entries_of_worker"),
            models.Index(fields=["site", "tenure"], name="structures_roster_of_site"),
        ]
        constraints = [
            has_days("structures_entry_has_days"),
            models.CheckConstraint(condition=~Q(trade=""), name="structures_entry_has_a_trade"),
            models.CheckConstraint(
                condition=Q(withdrawn_with_link=False) | Q(withdrawn_at__isnull=False),
                name="structures_entry_withdrawn_with_link",
            ),
            once_at_a_time(
                "site",
                Coalesce("tenure", Value(0)),
                "worker",
                name="structures_on_a_roster_once",
                condition=Q(withdrawn_at=None),
            ),
        ]
