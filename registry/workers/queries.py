"""Reads of workers. What leaves towards a page goes through `disclosure`, which knows who looks."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from registry.core.ids import BusinessId, WorkerId
from registry.core.kana import search_form
from registry.workers.models import Affiliation, Credential, Insurance, Worker, WorkerTrade
from registry.workers.policy import BLOCKS, WORKER_POLICY

FOUND_AT_MOST = 50


@dataclass(frozen=True)
class AffiliationRow:
    """One link, as a page shows it."""

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


def worker_of_account(account_id: int) -> WorkerId | None:
    """The worker whose login an account is."""
    found = Worker.objects.filter(account_id=account_id).values_list("pk", flat=True).first()
    return WorkerId(found) if found else None


def _on(day: date) -> Q:
    return Q(from_on__lte=day) & (Q(until_on=None) | Q(until_on__gt=day))


def linked_workers(business_id: BusinessId, *, on: date) -> list[int]:
    """IDs of the workers linked to a firm on a day, by reading."""
    rows = Worker.objects.filter(
        pk__in=Affiliation.objects.filter(_on(on), business_id=business_id).values("worker_id")
    )
    return list(rows.order_by("family_kana", "given_kana", "pk").values_list("pk", flat=True))


def linked_businesses(worker_ids: Iterable[int], *, on: date) -> dict[int, set[int]]:
    """The registered firms of each worker on a day."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = Affiliation.objects.filter(_on(on), worker_id__in=set(worker_ids), business__isnull=False)
    for worker_id, business_id in rows.order_by("pk").values_list("worker_id", "business_id"):
        found[worker_id].add(business_id)
    return found


def search_workers(text: str, *, among: BusinessId | None, on: date) -> list[int]:
    """IDs of workers whose name or reading holds a text, at most fifty; with `among`, of that firm's linked people."""
    rows = Worker.objects.filter(search_text__contains=search_form(text))
    if among is not None:
        rows = rows.filter(pk__in=Affiliation.objects.filter(_on(on), business_id=among).values("worker_id"))
    return list(rows.order_by("family_kana", "given_kana", "pk").values_list("pk", flat=True)[:FOUND_AT_MOST])


def exists_worker(worker_id: int) -> bool:
    """Whether there is such a worker."""
    return Worker.objects.filter(pk=worker_id).exists()


def fields_of_workers(ids: Iterable[int], *, blocks: bool = False) -> dict[int, dict[str, Any]]:
    """The decided columns of workers, for `see_many` alone; with `blocks`, what hangs on them too."""
    names = [one.name for one in WORKER_POLICY.fields if one.name not in BLOCKS]
    query = Worker.objects.filter(pk__in=set(ids)).order_by("family_kana", "given_kana", "pk")
    rows = {row["id"]: row for row in query.values(*names)}
    if blocks:
        for name, found in _blocks(list(rows)).items():
            for worker_id, row in rows.items():
                row[name] = found.get(worker_id, [])
    return rows


def _blocks(ids: list[int]) -> dict[str, dict[int, list[Any]]]:
    found: dict[str, dict[int, list[Any]]] = {name: defaultdict(list) for name in BLOCKS}
    links = Affiliation.objects.filter(worker_id__in=ids).select_related("business").order_by("-principal", "-from_on")
    for link in links:
        name = link.business.name if link.business else link.business_name
        found["affiliations"][link.worker_id].append(
            AffiliationRow(link.business_id, name, link.from_on, link.until_on, link.principal, link.position)
        )
    for trade in WorkerTrade.objects.filter(worker_id__in=ids).order_by("place"):
        found["trades"][trade.worker_id].append(trade.trade)
    for one in Insurance.objects.filter(worker_id__in=ids).order_by("pk"):
        found["insurances"][one.worker_id].append(
            InsuranceRow(one.item, one.joined, one.kind, one.number, one.confirmation)
        )
    for row in Credential.objects.filter(worker_id__in=ids).order_by("acquired_on", "pk"):
        found["credentials"][row.worker_id].append(
            CredentialRow(row.block, row.name, row.number, row.body, row.acquired_on, row.valid_until, row.confirmation)
        )
    return found
