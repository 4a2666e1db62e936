"""Health data, which stand encrypted: written anew when their key is."""

from django.db import transaction
from django.db.models import Q

from registry.workers.models import Worker

_HEALTH = ("blood_type", "health_checked_on", "blood_pressure")
_AT_ONCE = 500


def encrypt_health_anew() -> int:
    """Write all health data by the newest key, so that the keys before it may go. Returns of how many people.

    The data stay as they are, so nothing is noted of anybody. Harmless when repeated.
    """
    known, last = 0, 0
    while workers := _written_anew(last):
        known, last = known + len(workers), workers[-1].pk
    return known


@transaction.atomic
def _written_anew(after: int) -> list[Worker]:
    """The next people by their IDs, held while they are written."""
    told = Q(*[(f"{name}__isnull", False) for name in _HEALTH], _connector=Q.OR)
    rows = Worker.objects.select_for_update(no_key=True).filter(told, pk__gt=after).only(*_HEALTH).order_by("pk")
    workers = list(rows[:_AT_ONCE])
    Worker.objects.bulk_update(workers, _HEALTH)
    return workers
