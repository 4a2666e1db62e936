"""Writes of drafts. They leave no row in the audit log: nothing has been done yet."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from registry.drafts.derive import KEPT_AT_MOST, KEPT_FOR, Typed, cut
from registry.drafts.models import Draft


@transaction.atomic
def keep_draft(account_id: int, form: str, typed: Mapping[str, Typed], *, at: datetime) -> None:
    """Keep what a login has typed into a form, in place of what was kept before."""
    kept = {"typed": cut(typed), "saved_at": at}
    Draft.objects.update_or_create(account_id=account_id, form=form, defaults=kept)
    own = Draft.objects.filter(account_id=account_id)
    newest = own.order_by("-saved_at", "-pk").values_list("pk", flat=True)[:KEPT_AT_MOST]
    own.exclude(pk__in=list(newest)).delete()


def drop_draft(account_id: int, form: str) -> None:
    """Throw a draft away: it was sent, or nobody wants it. Harmless when repeated."""
    Draft.objects.filter(account_id=account_id, form=form).delete()


def forget_drafts(*, at: datetime) -> int:
    """Throw away what nobody has gone on with for 14 days. Returns how many."""
    return Draft.objects.filter(saved_at__lte=at - KEPT_FOR).delete()[0]


@transaction.atomic
def encrypt_drafts_anew() -> int:
    """Write all drafts by the newest key, so that the keys before it may go. Returns how many. Harmless when repeated."""
    drafts = list(Draft.objects.select_for_update().order_by("pk"))
    Draft.objects.bulk_update(drafts, ["typed"], batch_size=500)
    return len(drafts)
