"""People whose days on a site lack a firm in the structure or a line on the roster: those whom the firm's to-do counts."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from portals.business.site_access import SiteAccess
from portals.business.views_days import names_of
from registry.audit.operations import Seen
from registry.businesses.queries import names_of_businesses
from registry.core.days import month_before
from registry.core.ids import grouped
from registry.histories.queries import LackingPerson, list_lacking_on_site
from registry.histories.queries.waiting import MANY
from registry.histories.states import Reason
from registry.structures.derive import TenureFact
from registry.structures.queries import RosterRow


@dataclass(frozen=True)
class ShownLack:
    """One of them in words; `url` leads to the roster's line that begins too late, `invite_url` to an invitation of the firm.

    `no_line`: why no line of the roster mends the first of the days, in words; "" where one does.

    Each firm is offered to be invited once, and not where it has an invitation to answer.
    """

    row: LackingPerson
    name: str
    id: str
    firm: str
    url: str
    invite_url: str
    is_invited: bool
    no_line: str


def lacking_people(
    access: SiteAccess, reason: Reason, *, business_id: int | None = None
) -> tuple[list[LackingPerson], bool]:
    """Who lacks something on a site since last month, as the to-do asks, the first of them, and whether there are more.

    With a firm only its own people.
    """
    rows = list_lacking_on_site(access.site.id, reason, since=month_before(access.on), business_id=business_id)
    return rows[:MANY], len(rows) > MANY


def shown_lacking(
    rows: Sequence[LackingPerson], people: Mapping[int, Seen], late: Mapping[int, RosterRow], *, site_id: int,
    invited: Collection[TenureFact] = (), not_before: date = date.min, no_line: Callable[[date], str] = lambda _day: "",
) -> list[ShownLack]:  # fmt: skip
    """The same in words; `late` are the first lines of those who stand on the roster already, by worker.

    `not_before` is the first day of the firm's place, on which a line can begin. `invited` are open invitations: one asks
    for no other where it has the first day of its firm.
    """
    names, firms = names_of(people), names_of_businesses({row.business_id for row in rows if row.business_id})
    first_of = {row.business_id: row for row in reversed(rows)}
    since = {row.business_id: row.first_on for row in sorted(rows, key=lambda row: row.first_on, reverse=True)}
    waiting = {one.business_id for one in invited if one.business_id in since and one.holds(since[one.business_id])}
    return [
        ShownLack(
            row, names.get(row.worker_id, grouped(row.worker_id)),
            grouped(row.worker_id) if row.worker_id in names else "", firms.get(row.business_id or 0, ""),
            _way_to_begin(late[row.worker_id], max(row.first_on, not_before), site_id) if row.worker_id in late else "",
            f"{reverse('business:invite', args=[site_id])}?firm={row.business_id}"
            if row.business_id and row.business_id not in waiting and first_of[row.business_id] is row else "",
            row.business_id in waiting, no_line(row.first_on),
        )
        for row in rows
    ]  # fmt: skip


def _way_to_begin(line: RosterRow, first: date, site_id: int) -> str:
    """Where a line is made to begin on an earlier day; "" where it begins as early as it can."""
    if line.from_on <= first:
        return ""
    return f"{reverse('business:change_entry', args=[site_id, line.id])}?from={first.isoformat()}"


def invitation_for(access: SiteAccess, firm: str) -> dict[str, Any]:
    """What an invitation of a firm says at first so that all the days which lack it become complete, however long ago; {} where none do.

    `firm` is the ID as an address names it. Where the firm has a place on later days already, the new one ends before it.
    """
    lately = [row for row in lacking_people(access, Reason.STRUCTURE_MISSING)[0] if str(row.business_id) == firm]
    if not lately:
        return {}
    business_id, since = lately[0].business_id, access.site.from_on.replace(day=1)
    rows = list_lacking_on_site(access.site.id, Reason.STRUCTURE_MISSING, since=since, business_id=business_id)
    first = min(row.first_on for row in rows)
    places = [one for one in access.structure.tenures if one.business_id == business_id]
    later = [one.from_on for one in places if one.from_on > first]
    last = min(later) - timedelta(days=1) if later else None
    return {"business_id": business_id, "from_on": first, "last_on": last}


def first_day(rows: Iterable[LackingPerson], *, not_before: date) -> date:
    """From when lines on the roster mend all their days, as far as these may reach back."""
    return max(not_before, min((row.first_on for row in rows), default=not_before))
