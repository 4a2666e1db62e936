"""Reads of workers. What leaves towards a page goes through `disclosure`, which knows who looks."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from django.db.models import Q, QuerySet

from registry.accounts.states import AccountState
from registry.core.actor import Actor
from registry.core.dated import on_day
from registry.core.ids import BusinessId, WorkerId
from registry.core.kana import search_form
from registry.files.queries import Draft, StoredFile, find_draft, get_file
from registry.workers.derive import TradeFact
from registry.workers.models import Affiliation, Credential, EndDispute, Insurance, LinkRequest, Worker, WorkerTrade
from registry.workers.policy import BLOCKS, OWN_BLOCKS, WORKER_POLICY
from registry.workers.states import EndDisputeState, LinkRequestState, LinkSide

FOUND_AT_MOST = 50


@dataclass(frozen=True)
class AffiliationRow:
    """The days on which a link was principal, or was not; a link that went on has several."""

    business_id: int | None
    business_name: str
    from_on: date
    until_on: date | None
    principal: bool
    position: str


@dataclass(frozen=True)
class InsuranceRow:
    """One insurance, as a page shows it."""

    item: str
    joined: bool
    kind: str
    number: str
    confirmation: str
    confirmed_on: date | None
    evidence: str


@dataclass(frozen=True)
class CredentialRow:
    """One certificate, as a page shows it."""

    block: str
    name: str
    number: str
    body: str
    acquired_on: date | None
    valid_until: date | None
    confirmation: str
    confirmed_on: date | None
    evidence: str


def worker_of_account(account_id: int) -> WorkerId | None:
    """The worker whose login an account is."""
    found = Worker.objects.filter(account_id=account_id).values_list("pk", flat=True).first()
    return WorkerId(found) if found else None


def workers_of_accounts(account_ids: Collection[int]) -> dict[int, int]:
    """The workers whose logins some accounts are, by account."""
    return dict(Worker.objects.filter(account__in=account_ids).order_by("pk").values_list("account_id", "pk"))


def find_registered(form_key: str | None) -> WorkerId | None:
    """The worker that the form of a key (`key_of_form`) registered."""
    found = Worker.objects.filter(form_key=form_key).values_list("pk", flat=True).first() if form_key else None
    return WorkerId(found) if found else None


def linked_workers(business_id: BusinessId, *, on: date, start: int = 0) -> list[int]:
    """IDs of the workers linked to a firm on a day, by reading; one more than a page, to know if there is more."""
    rows = Worker.objects.filter(
        pk__in=Affiliation.objects.filter(on_day(on), business_id=business_id).values("worker_id")
    )
    return _page(rows, start)


def _page(rows: QuerySet[Worker], start: int) -> list[int]:
    ids = rows.order_by("family_kana", "given_kana", "pk").values_list("pk", flat=True)
    return list(ids[start : start + FOUND_AT_MOST + 1])


def linked_businesses(worker_ids: Iterable[int], *, on: date) -> dict[int, set[int]]:
    """The registered firms of each worker on a day."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = Affiliation.objects.filter(on_day(on), worker_id__in=set(worker_ids), business__isnull=False)
    for worker_id, business_id in rows.order_by("pk").values_list("worker_id", "business_id"):
        found[worker_id].add(business_id)
    return found


def link_periods(worker_ids: Iterable[int], business_id: int) -> dict[int, list[tuple[date, date | None]]]:
    """On which days each worker was linked to a firm: first day, and first day no more."""
    found: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    rows = Affiliation.objects.filter(worker_id__in=set(worker_ids), business_id=business_id).order_by("from_on")
    for worker_id, from_on, until_on in rows.values_list("worker_id", "from_on", "until_on"):
        found[worker_id].append((from_on, until_on))
    return found


def link_ends(worker_ids: Iterable[int], business_id: int, *, on: date) -> dict[int, date | None]:
    """The workers who are linked to a firm on a day, and from which day on that link, all its rows, no longer holds."""
    found: dict[int, date | None] = {}
    going: dict[int, date | None] = {}
    rows = Affiliation.objects.filter(
        Q(until_on=None) | Q(until_on__gt=on), worker_id__in=set(worker_ids), business_id=business_id
    ).order_by("from_on")
    for worker_id, from_on, until_on, goes_on in rows.values_list("worker_id", "from_on", "until_on", "goes_on"):
        if from_on <= on or from_on == going.get(worker_id):
            found[worker_id] = until_on
            going[worker_id] = until_on if goes_on else None
    return found


def is_without_password(worker_id: int) -> bool:
    """Whether a worker has not chosen a password: the first one can be sent again."""
    return Worker.objects.filter(pk=worker_id, account__state=AccountState.INITIAL).exists()


def search_workers(text: str, *, among: BusinessId | None, on: date, start: int = 0) -> list[int]:
    """IDs of workers whose name or reading holds a text; with `among`, of that firm's linked people.

    One more than a page, to know if there is more. A text of blanks and dots alone finds nobody: it would
    stand in every name.
    """
    words = search_form(text)
    if not words:
        return []
    rows = Worker.objects.filter(search_text__contains=words)
    if among is not None:
        rows = rows.filter(pk__in=Affiliation.objects.filter(on_day(on), business_id=among).values("worker_id"))
    return _page(rows, start)


def exists_worker(worker_id: int) -> bool:
    """Whether there is such a worker."""
    return Worker.objects.filter(pk=worker_id).exists()


def fields_of_workers(
    ids: Iterable[int], *, blocks_on: date | None = None, only: Collection[str] | None = None
) -> dict[int, dict[str, Any]]:
    """The decided columns of workers, for `see_many` alone, or only some; with a day, what hangs on them on it too."""
    names = [
        one.name
        for one in WORKER_POLICY.fields
        if one.name not in BLOCKS and (only is None or one.name in only or one.name == "id")
    ]
    query = Worker.objects.filter(pk__in=set(ids)).order_by("family_kana", "given_kana", "pk")
    rows = {row["id"]: row for row in query.values(*names)}
    if blocks_on:
        for name, found in _blocks(list(rows), on=blocks_on).items():
            for worker_id, row in rows.items():
                row[name] = found.get(worker_id, [])
    return rows


def _blocks(ids: list[int], *, on: date) -> dict[str, dict[int, list[Any]]]:
    found: dict[str, dict[int, list[Any]]] = {name: defaultdict(list) for name in OWN_BLOCKS}
    links = Affiliation.objects.filter(worker_id__in=ids).select_related("business").order_by("-principal", "-from_on")
    for link in links:
        name = name_of_firm(link)
        found["affiliations"][link.worker_id].append(
            AffiliationRow(link.business_id, name, link.from_on, link.until_on, link.principal, link.position)
        )
    for trade in WorkerTrade.objects.filter(on_day(on), worker_id__in=ids).order_by("place"):
        found["trades"][trade.worker_id].append(trade.trade)
    for model, shape, name, order in (
        (Insurance, InsuranceRow, "insurances", "pk"), (Credential, CredentialRow, "credentials", "acquired_on"),
    ):  # fmt: skip
        names = [one.name for one in fields(shape)]
        for values in model.objects.filter(worker_id__in=ids).order_by(order, "pk").values("worker_id", *names):
            found[name][values.pop("worker_id")].append(shape(**values))
    return found


@dataclass(frozen=True)
class LinkRequestRow:
    """A question for a link."""

    id: int
    worker_id: int
    business_id: int
    business_name: str
    asked_by: LinkSide
    from_on: date
    principal: bool
    asked_at: datetime
    state: LinkRequestState


def _request_rows(requests: QuerySet[LinkRequest]) -> list[LinkRequestRow]:
    found = requests.order_by("pk").values_list(
        "pk", "worker_id", "business_id", "business__name", "asked_by", "from_on", "principal", "asked_at", "state"
    )
    return [LinkRequestRow(*row[:4], LinkSide(row[4]), *row[5:8], LinkRequestState(row[8])) for row in found]


def get_link_request(request_id: int) -> LinkRequestRow:
    """One question for a link, wherever it stands."""
    return _request_rows(LinkRequest.objects.filter(pk=request_id))[0]


def list_link_requests(*, worker_id: int | None = None, business_id: int | None = None) -> list[LinkRequestRow]:
    """Open questions for links of a worker or of a firm, the oldest first."""
    mine = Q(worker=worker_id) if worker_id is not None else Q(business=business_id)
    return _request_rows(LinkRequest.objects.filter(mine, state=LinkRequestState.ASKED))


def beginnings_of(rows: Iterable[Affiliation]) -> dict[int, date]:
    """On which day the link began that each row is of: a row may go on where another one of the same firm stopped.

    Where the row that goes on is not among them, no other one stands for it.
    """
    found: dict[int, date] = {}
    going: dict[tuple[int, int | None, str, date | None], date] = {}
    for row in sorted(rows, key=attrgetter("from_on")):
        link = (row.worker_id, row.business_id, row.business_name)
        found[row.pk] = going.pop((*link, row.from_on), row.from_on)
        if row.goes_on:
            going[*link, row.until_on] = found[row.pk]
    return found


def _last_rows(rows: Iterable[Affiliation]) -> dict[int, Affiliation]:
    """The last row of the link that each row is of: it says how the link ends, if it does."""
    found: dict[int, Affiliation] = {}
    following: dict[tuple[int | None, str, date | None], Affiliation] = {}
    for row in sorted(rows, key=attrgetter("from_on"), reverse=True):
        firm = (row.business_id, row.business_name)
        found[row.pk] = following.get((*firm, row.until_on), row) if row.goes_on else row
        following[*firm, row.from_on] = found[row.pk]
    return found


@dataclass(frozen=True)
class LinkRow:
    """A link that has not ended: `id` is of the row that holds today, `from_on` the first day of the whole."""

    id: int
    business_id: int | None
    business_name: str
    from_on: date
    until_on: date | None
    principal: bool
    ended_by: str  # the side that announced an end; "" for the office, and where there is none


@dataclass(frozen=True)
class EndDisputeRow:
    """One side's objection to the day on which a link ended."""

    id: int
    asked_by: LinkSide
    until_on: date
    reason: str
    state: EndDisputeState


@dataclass(frozen=True)
class EndedLinkRow:
    """A link with an end, who ended it, and the last objection to the day."""

    id: int
    worker_id: int
    business_id: int
    business_name: str
    from_on: date
    until_on: date
    ended_by: str
    dispute: EndDisputeRow | None


def list_links(worker_id: int, *, on: date) -> list[LinkRow]:
    """The links of a worker that hold on a day, the principal one first."""
    rows = list(Affiliation.objects.filter(worker=worker_id).select_related("business").order_by("-principal", "pk"))
    first, last = beginnings_of(rows), _last_rows(rows)
    return [
        LinkRow(
            row.pk,
            row.business_id,
            name_of_firm(row),
            first[row.pk],
            last[row.pk].until_on,
            row.principal,
            last[row.pk].ended_by,
        )
        for row in rows
        if row.from_on <= on and (row.until_on is None or row.until_on > on)
    ]


def is_end_disputed(affiliation_id: int) -> bool:
    """Whether an objection to the day of a link's end waits for an answer."""
    return EndDispute.objects.filter(affiliation=affiliation_id, state=EndDisputeState.OPEN).exists()


def is_principal_since(worker_id: int, business_id: int, *, on: date) -> bool:
    """Whether a firm is a worker's principal employer on a day, or will be from a later one on."""
    rows = Affiliation.objects.filter(worker=worker_id, business=business_id, principal=True)
    return rows.filter(Q(until_on=None) | Q(until_on__gt=on)).exists()


def name_of_firm(link: Affiliation) -> str:
    """What the firm of a link is called, whether it is registered or stands by name."""
    return link.business.name if link.business else link.business_name


def list_ended_links(
    *, since: date, worker_id: int | None = None, business_id: int | None = None
) -> list[EndedLinkRow]:  # fmt: skip
    """Links of a worker or of a firm that ended on a day or later, the last first."""
    mine = Q(worker=worker_id) if worker_id is not None else Q(business=business_id)
    shown = Q(until_on__gte=since) | Q(goes_on=True)
    rows = list(
        Affiliation.objects.filter(mine, shown, business__isnull=False)
        .select_related("business")
        .order_by("-until_on", "-pk")
    )
    first, ended = beginnings_of(rows), [row for row in rows if not row.goes_on]
    disputes = EndDispute.objects.filter(affiliation__in=ended).order_by("pk")
    last = {
        one.affiliation_id: EndDisputeRow(
            one.pk, LinkSide(one.asked_by), one.until_on, one.reason, EndDisputeState(one.state)
        )
        for one in disputes
    }
    return [
        EndedLinkRow(
            row.pk, row.worker_id, row.business_id, name_of_firm(row), first[row.pk], row.until_on, row.ended_by,
            last.get(row.pk),
        )
        for row in ended if row.business_id and row.until_on
    ]  # fmt: skip


def list_open_disputes(business_id: int) -> list[datetime]:
    """Since when objections of workers to the day of an end wait for a firm's answer, the oldest first."""
    rows = EndDispute.objects.filter(
        affiliation__business=business_id, state=EndDisputeState.OPEN, asked_by=LinkSide.WORKER
    )
    return list(rows.order_by("asked_at", "pk").values_list("asked_at", flat=True))


def list_ending_credentials(
    business_id: int, *, on: date, from_on: date, until_on: date, limit: int
) -> list[tuple[int, CredentialRow]]:
    """Certificates of a firm's people that end in some days, each with its worker, the first first."""
    names = [one.name for one in fields(CredentialRow)]
    linked = Affiliation.objects.filter(on_day(on), business_id=business_id).values("worker_id")
    rows = Credential.objects.filter(worker__in=linked, valid_until__gte=from_on, valid_until__lt=until_on)
    found = rows.order_by("valid_until", "pk").values("worker_id", *names)[:limit]
    return [(values.pop("worker_id"), CredentialRow(**values)) for values in found]


def parties_of_dispute(dispute_id: int) -> tuple[int, int]:
    """Worker and firm of an objection."""
    one = EndDispute.objects.select_related("affiliation").get(pk=dispute_id).affiliation
    return one.worker_id, one.business_id or 0


def parties_of_link(affiliation_id: int) -> tuple[int, int] | None:
    """Worker and firm of a link; None where the firm stands by name, or there is no such link."""
    found = Affiliation.objects.filter(pk=affiliation_id, business__isnull=False).values_list(
        "worker_id", "business_id"
    )
    return found.first()


def load_trades(worker_ids: Collection[int]) -> dict[int, list[TradeFact]]:
    """All registered trades of workers, by place."""
    found: dict[int, list[TradeFact]] = defaultdict(list)
    rows = WorkerTrade.objects.filter(worker__in=worker_ids).order_by("place", "from_on")
    for row in rows.values_list("worker_id", "place", "trade", "from_on", "until_on"):
        found[row[0]].append(TradeFact(*row[1:]))
    return found


def registered_trades(worker_ids: Collection[int]) -> dict[int, list[str]]:
    """The trades that each worker has or had, the first one first: as one of these a day may be worked (ruling 29)."""
    return {
        worker_id: list(dict.fromkeys(fact.trade for fact in sorted(facts, key=lambda fact: fact.until_on is not None)))
        for worker_id, facts in load_trades(worker_ids).items()
    }


def get_photo(file_id: int) -> StoredFile:
    """A worker's photo by its number, for `disclosure`, which knows who looks."""
    return get_file(file_id)


def find_kept_photo(key: str, *, by: Actor, at: datetime) -> Draft | None:
    """A photo that somebody has sent in for a worker who is not registered yet."""
    return find_draft(key, by=by, at=at)
