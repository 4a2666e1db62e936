"""What waits for somebody of the firm, the most urgent first: each with the way to where it is done.

Every kind is one query or two, however much there is; what the viewer may not do is not asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.base.access import viewer_of
from portals.base.records import full_name
from portals.base.templatetags.ds import jmonth
from portals.business.views_firm import business_of
from registry.accounts.states import Permission
from registry.audit.operations import Seen
from registry.businesses.queries import names_of_businesses
from registry.core.days import JST, end_of_next_month, jst_day, month_after, month_before
from registry.disclosure.queries import see_ending_credentials
from registry.histories.queries import (
    LackingOnSite,
    list_claims_to_confirm,
    list_claims_waiting,
    list_decisions_waiting,
    list_edits_waiting,
    list_lacking_of_people,
    list_lacking_on_own_sites,
    list_two_places,
)
from registry.histories.queries.waiting import MANY
from registry.histories.states import Reason
from registry.sites.queries import list_ending_sites, list_unjoined_sites, names_of_sites
from registry.sites.rules import may_open_unregistered
from registry.structures.queries import list_invitations, list_refusals, sites_with_part
from registry.touches.queries import list_bare_terminals, list_troubled_devices, sites_with_unplaced
from registry.workers.queries import list_link_requests, list_open_disputes
from registry.workers.states import LinkSide

SHOWN = 20
_UNSENT_FOR = timedelta(days=1)
_AHEAD, _BACK = timedelta(days=31), timedelta(days=31)
_REGISTRATION_AHEAD = timedelta(days=90)
_SOON, _LATER = timedelta(days=3), timedelta(days=14)


class Kind(StrEnum):
    """What there is to do."""

    APPROVE = "approve"
    CONFIRM = "confirm"
    DECIDE = "decide"
    TWO_PLACES = "two_places"
    CORRECT = "correct"
    UNSENT = "unsent"
    GAP = "gap"
    UNREADABLE = "unreadable"
    UNPLACED = "unplaced"
    REVOKED = "revoked"
    NO_DEVICE = "no_device"
    INVITATION = "invitation"
    DECLINED = "declined"
    STRUCTURE = "structure"
    ROSTER = "roster"
    PLACE = "place"
    LINK = "link"
    ANSWER_LINK = "answer_link"
    ANSWER_END = "answer_end"
    SITE_ENDS = "site_ends"
    UNREGISTERED = "unregistered"
    CREDENTIAL = "credential"
    REGISTRATION = "registration"


# After how many days of waiting a matter without a deadline is as urgent as one whose deadline is today.
WITHIN = {
    Kind.REVOKED: 0, Kind.NO_DEVICE: 0, Kind.UNSENT: 1, Kind.UNREADABLE: 7, Kind.UNPLACED: 7, Kind.INVITATION: 7, Kind.ANSWER_LINK: 7,
    Kind.ANSWER_END: 7, Kind.DECLINED: 7, Kind.STRUCTURE: 60, Kind.ROSTER: 60, Kind.PLACE: 60, Kind.LINK: 60, Kind.DECIDE: 30, Kind.TWO_PLACES: 30,
    Kind.CORRECT: 14,
    Kind.UNREGISTERED: 365,  # no deadline runs, and the site ID is another firm's to get
}  # fmt: skip


@dataclass(frozen=True)
class ToDo:
    """One line: what, where it is done, and until when, or since when it waits."""

    kind: Kind
    text: str
    url: str
    today: date
    due: date | None = None
    since: date | None = None
    of_month: bool = False  # the day since when is not known or does not matter: only the month is said

    @property
    def urgent_on(self) -> date:
        """The day on which it has to be done, or should be."""
        return self.due or (self.since or self.today) + timedelta(days=WITHIN[self.kind])

    @property
    def tone(self) -> str:
        """How urgent it looks."""
        left = self.urgent_on - self.today
        return "bad" if left <= _SOON else "waiting" if left <= _LATER else "neutral"

    @property
    def when(self) -> str:
        """The days that are left, or that it has waited."""
        if self.due:
            left = (self.due - self.today).days
            key = "todo.left" if left > 0 else "todo.today" if left == 0 else "todo.overdue"
            return _(key).format(days=abs(left))
        if self.of_month:
            return _("todo.since_month").format(month=jmonth(self.since))
        if self.since is None:
            return _("todo.at_once")
        days = (self.today - self.since).days
        return _("todo.waits").format(days=days) if days > 0 else _("todo.new")

    @property
    def verb(self) -> str:
        """What stands on the button."""
        return _(f"todo.{self.kind}.do")


def _number(count: int, unit: str) -> str:
    """So many; above `MANY` nobody has counted."""
    return _(f"todo.{unit}_or_more").format(count=MANY) if count > MANY else _(f"todo.{unit}").format(count=count)


class _Wait:
    """All that waits for one viewer."""

    def __init__(self, request: HttpRequest, firm: Seen) -> None:
        self.viewer, self.firm, self.own = viewer_of(request), firm, business_of(request)
        self.reach = self.viewer.reach
        self.at: datetime = timezone.now()
        self.today = jst_day(self.at)
        self.last_month = month_before(self.today)

    def line(self, kind: Kind, url: str, *, due: date | None = None, since: date | None = None, **said: Any) -> ToDo:
        return ToDo(kind, _(f"todo.{kind}").format(**said), url, self.today, due, since)

    def all(self) -> Iterator[ToDo]:
        if self.viewer.has(Permission.SITE_MANAGE):
            yield from self._days()
            yield from self._sites()
            yield from self._devices()
        if may_open_unregistered(self.viewer.actor()):
            yield from self._unregistered()
        if self.viewer.has(Permission.BUSINESS_SITES) and self.reach.is_whole:
            yield from self._invitations()
        if self.viewer.has(Permission.BUSINESS_WORKERS):
            yield from self._people()
        if self.viewer.has(Permission.BUSINESS_USERS) and self.reach.is_whole:
            yield from self._registration()

    def _registration(self) -> Iterator[ToDo]:
        until = self.firm.get("valid_until")
        if isinstance(until, date) and until - self.today <= _REGISTRATION_AHEAD:
            yield self.line(Kind.REGISTRATION, reverse("business:own"), due=until - timedelta(days=1))

    def _days(self) -> Iterator[ToDo]:
        claims, days = (
            list_claims_waiting(self.own, reach=self.reach, on=self.today),
            list_decisions_waiting(self.own, reach=self.reach, on=self.today),
        )
        edits = list_edits_waiting(self.own, reach=self.reach)
        apart = list_two_places(self.own, reach=self.reach, since=self.last_month)
        names = names_of_sites(one.site_id for one in [*claims, *days, *edits, *apart])
        for one in claims:
            yield self.line(
                Kind.APPROVE, reverse("business:site_days", args=[one.site_id]), site=names[one.site_id],
                count=_number(one.number, "cases"), due=end_of_next_month(one.first_on),
            )  # fmt: skip
        for one in edits:
            where, count = reverse("business:site_days", args=[one.site_id]), _number(one.number, "cases")
            yield self.line(Kind.CORRECT, where, site=names[one.site_id], count=count, since=one.first_on)
        for kind, one in [*((Kind.DECIDE, one) for one in days), *((Kind.TWO_PLACES, one) for one in apart)]:
            where = reverse("business:site_days_of_month", args=[one.site_id, one.first_on.year, one.first_on.month])
            count = _number(one.number, "days")
            yield self.line(kind, where, site=names[one.site_id], count=count, since=one.first_on)

    def _sites(self) -> Iterator[ToDo]:
        lacking = list_lacking_on_own_sites(self.own, reach=self.reach, since=self.last_month)
        refusals = list_refusals(self.own, reach=self.reach, on=self.today, since=self.at - _BACK)
        names = names_of_sites([*(one.site_id for one in lacking), *(row.site_id for row in refusals)])
        for one in lacking:
            yield self._lack(Kind.STRUCTURE, "business:structure", one, names)
        for row in refusals:
            since = jst_day(row.answered_at) if row.answered_at else None
            where = reverse("business:tenure", args=[row.site_id, row.id])
            yield self.line(Kind.DECLINED, where, site=names[row.site_id], firm=row.name, since=since)
        begin, end = self.today - _BACK, self.today + _AHEAD
        for site in list_ending_sites(self.own, reach=self.reach, from_on=begin, until_on=end, limit=MANY + 1):
            where, last_on = reverse("business:extend", args=[site.id]), site.until_on - timedelta(days=1)
            yield self.line(Kind.SITE_ENDS, where, site=site.name, due=last_on)

    def _unregistered(self) -> Iterator[ToDo]:
        for row in list_unjoined_sites(business_id=self.own, limit=MANY + 1):
            where = reverse("business:unregistered_site", args=[row.id])
            text, since = _(f"todo.{Kind.UNREGISTERED}").format(site=row.name), jst_day(row.opened_at)
            yield ToDo(Kind.UNREGISTERED, text, where, self.today, since=since, of_month=True)

    def _lack(self, kind: Kind, page: str, one: LackingOnSite, names: dict[int, str]) -> ToDo:
        where = reverse(page, args=[] if kind in {Kind.LINK, Kind.PLACE} else [one.site_id])
        text = _(f"todo.{kind}").format(site=names[one.site_id], count=_number(one.people, "people"))
        return ToDo(kind, text, where, self.today, since=one.month, of_month=True)

    def _devices(self) -> Iterator[ToDo]:
        since = datetime(self.last_month.year, self.last_month.month, 1, tzinfo=JST)
        troubled = list_troubled_devices(
            self.own, reach=self.reach, unsent=self.at - _UNSENT_FOR, since=since, limit=MANY + 1
        )
        bare = list_bare_terminals(
            self.own, reach=self.reach, on=self.today, soon=self.today + timedelta(days=7), limit=MANY + 1
        )
        unplaced = sites_with_unplaced(self.own, self.reach)
        sites = {
            *(one.site_id for one in troubled),
            *(place.site_id for place in bare),
            *(one.site_id for one in unplaced),
        }
        names = names_of_sites(sites)
        for waiting in unplaced:
            where, count = reverse("business:unplaced", args=[waiting.site_id]), _number(waiting.number, "cases")
            yield self.line(
                Kind.UNPLACED, where, site=names[waiting.site_id], count=count, since=jst_day(waiting.first_at)
            )
        for one in troubled:
            where = reverse("business:devices", args=[one.site_id])
            said: dict[str, Any] = {"site": names[one.site_id], "name": one.name}
            if one.unsent and one.unsent_since:
                count = _number(one.unsent, "cases")
                yield self.line(Kind.UNSENT, where, **said, count=count, since=jst_day(one.unsent_since))
            if one.gap_at:
                yield self.line(Kind.GAP, where, **said, due=end_of_next_month(jst_day(one.gap_at)))
            if one.refused_at:
                yield self.line(Kind.UNREADABLE, where, **said, since=jst_day(one.refused_at))
        for place in bare:
            kind = Kind.REVOKED if place.was_revoked else Kind.NO_DEVICE
            where = reverse("business:pairing_code", args=[place.site_id, place.id])
            yield self.line(kind, where, site=names[place.site_id], place=place.name)

    def _invitations(self) -> Iterator[ToDo]:
        rows = list_invitations(self.own, on=self.today)[: MANY + 1]
        names, firms = (
            names_of_sites(row.site_id for row in rows),
            names_of_businesses(row.invited_by_id for row in rows),
        )
        for row in rows:
            where, since = reverse("business:invitations"), jst_day(row.invited_at)
            site, firm = names[row.site_id], firms[row.invited_by_id]
            yield self.line(Kind.INVITATION, where, site=site, firm=firm, since=since)

    def _people(self) -> Iterator[ToDo]:
        due = [claim.row.due_on for claim in list_claims_to_confirm(self.own, on=self.today) if not claim.is_done]
        if due:
            count = _number(len(due), "cases")
            yield self.line(Kind.CONFIRM, reverse("business:days"), due=min(due), count=count)
        yield from self._links()
        yield from self._lacking_people()
        for seen in see_ending_credentials(
            self.viewer, from_on=self.today - _BACK, until_on=self.today + _AHEAD, at=self.at
        ):
            where, rows = reverse("business:worker", args=[seen.subject_id]), seen.get("credentials")
            for row in rows if isinstance(rows, list) else []:
                yield self.line(Kind.CREDENTIAL, where, name=full_name(seen), what=row.name, due=row.valid_until)

    def _links(self) -> Iterator[ToDo]:
        asked = [row for row in list_link_requests(business_id=self.own) if row.asked_by is LinkSide.WORKER]
        where = reverse("business:links")
        for kind, moments in (
            (Kind.ANSWER_LINK, [row.asked_at for row in asked]),
            (Kind.ANSWER_END, list_open_disputes(self.own)),
        ):
            if moments:
                yield self.line(kind, where, count=_number(len(moments), "people"), since=jst_day(min(moments)))

    def _lacking_people(self) -> Iterator[ToDo]:
        lacking = list_lacking_of_people(self.own, reach=self.reach, since=self.last_month)
        names = names_of_sites(one.site_id for one in lacking)
        open_to_us = sites_with_part([one.site_id for one in lacking], self.own)
        invitations = sorted(list_invitations(self.own, on=self.today), key=lambda row: row.from_on, reverse=True)
        invited = {row.site_id: row.from_on for row in invitations}
        for one in lacking:
            answers_first = invited.get(one.site_id, date.max) < month_after(one.month)
            if one.reason is Reason.NOT_LINKED:
                yield self._lack(Kind.LINK, "business:links", one, names)
            elif one.site_id in open_to_us and self.viewer.has(Permission.SITE_MANAGE):
                yield self._lack(Kind.ROSTER, "business:roster", one, names)
            elif (
                one.site_id not in open_to_us
                and not answers_first
                and self.viewer.has(Permission.BUSINESS_SITES)
                and self.reach.is_whole
            ):
                yield self._lack(Kind.PLACE, "business:join_site", one, names)  # no roster before there is a place


@dataclass(frozen=True)
class ToDoList:
    """The most urgent lines, and how many more there are."""

    found: list[ToDo]

    @cached_property
    def rows(self) -> list[ToDo]:
        """Those that a page shows."""
        return self.found[:SHOWN]

    @property
    def more(self) -> str:
        """How many it does not show; nothing where it shows all."""
        rest = len(self.found) - SHOWN
        return _number(rest, "cases") if rest > 0 else ""


def to_do_of(request: HttpRequest, firm: Seen) -> ToDoList:
    """What waits for the viewer's firm and that the viewer may do; `firm` is the firm's own data as the viewer sees it."""
    found = list(_Wait(request, firm).all())
    return ToDoList(sorted(found, key=lambda one: (one.urgent_on, list(Kind).index(one.kind), one.text)))
