"""Tables of cards."""

from django.db import models
from django.db.models import F, Q

from registry.cards.states import COLOURS, CardState
from registry.workers.models import Worker


class Card(models.Model):
    """One card of a worker. `token` is what its chip gives: opaque, of whatever family the card is."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT)
    branch = models.SmallIntegerField()
    state = models.CharField(max_length=10, default=CardState.ACTIVE)
    issued_on = models.DateField()
    valid_until = models.DateField()
    colour = models.CharField(max_length=10)
    token = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001 -- unique, so "none" must not be a value
    stopped_at = models.DateTimeField(null=True)  # reported lost, or ended: from here its touches count for nothing
    shipped_at = models.DateTimeField(null=True)  # from here the 30 days of the card before it run (ruling 19)

    class Meta:
        db_table = "cards_card"
        constraints = [
            models.UniqueConstraint(fields=["worker", "branch"], name="cards_branch_once"),
            models.UniqueConstraint(
                fields=["worker"],
                condition=Q(state__in=[CardState.ACTIVE, CardState.STOPPED]),
                name="cards_one_usable_card",
            ),
            models.CheckConstraint(condition=Q(branch__gte=1, branch__lte=99), name="cards_branch_two_digits"),
            models.CheckConstraint(condition=Q(valid_until__gt=F("issued_on")), name="cards_valid_for_days"),
            models.CheckConstraint(condition=Q(colour__in=sorted(COLOURS.values())), name="cards_colour_known"),
            models.CheckConstraint(
                condition=~Q(state=CardState.STOPPED) | Q(stopped_at__isnull=False), name="cards_stopped_at_a_moment"
            ),
            models.CheckConstraint(
                condition=~Q(state=CardState.DEAD) | Q(stopped_at__isnull=False), name="cards_ended_at_a_moment"
            ),
        ]
