"""Viewers, relations, and the reading of persons and firms."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from registry.accounts.queries import find_account
from registry.accounts.states import AccountState, Permission, Portal
from registry.audit.operations import Seen, see_many
from registry.audit.queries import SHOWN_AT_MOST as LOOKS_AT_MOST
from registry.audit.queries import list_looks
from registry.businesses.policy import BUSINESS_POLICY
from registry.businesses.queries import FOUND_AT_MOST as FIRMS_AT_MOST
from registry.businesses.queries import (
    businesses_of_accounts,
    fields_of_businesses,
    names_of_businesses,
    search_businesses,
)
from registry.cards.derive import age
from registry.cards.queries import newest_cards
from registry.core.actor import ActorKind
from registry.core.days import JST, jst_day, month_after, month_before
from registry.core.errors import NotFoundError
from registry.core.ids import BusinessId, IdKind, is_id
from registry.core.numbers import stored_number
from registry.core.reach import WHOLE
from registry.core.read_policy import Purpose, ReadPolicy, Relation
from registry.core.viewer import Viewer
from registry.files.queries import StoredFile
from registry.histories.queries import list_days_elsewhere, was_lately_at, workers_at_work_for, workers_bound_below
from registry.notices.states import LetterKind
from registry.sites.queries import find_site, firm_and_reach, prime_and_unit
from registry.structures.queries import (
    RosterRow,
    firms_of_expected,
    has_part_in,
    is_on_roster_for,
    workers_on_rosters_below,
)
from registry.workers import derive
from registry.workers.derive import NAME_PARTS, fields_of_address
from registry.workers.policy import WORKER_POLICY
from registry.workers.queries import (
    FOUND_AT_MOST,
    exists_worker,
    fields_of_workers,
    get_photo,
    linked_businesses,
    linked_workers,
    list_ending_credentials,
    search_workers,
    worker_of_account,
    workers_of_accounts,
)
from registry.workers.states import DayItem

_PURPOSES = {
    ActorKind.WORKER: Purpose.OWN_WORK,
    ActorKind.BUSINESS: Purpose.EMPLOYMENT,
    ActorKind.OFFICE: Purpose.DESK,
}


def read_policies() -> list[ReadPolicy]:
    """The read policies of all personal nouns."""
    return [WORKER_POLICY, BUSINESS_POLICY]


# What lists of people show; nothing else is read for them, and nothing else stands in the look.
LISTED = frozenset({*NAME_PARTS, "family_kana", "given_kana"})
FOUND = LISTED | {"level", "card_valid"}


@dataclass(frozen=True)
class Found:
    """One page of a list, and whether there is another."""

    rows: list[Seen]
    more: bool


def viewer_for(account_id: int | None, *, since: datetime | None = None) -> Viewer:
    """The viewer that an account is; a stranger when there is none, or it is gone or not active.

    Nor by a session that was begun (`since`) before all were ended.
    """
    account = find_account(account_id) if account_id is not None else None
    if account_id is None or account is None or account.state is not AccountState.ACTIVE:
        return Viewer()
    if since and account.logged_out_at and since < account.logged_out_at:
        return Viewer()
    kind, business_id, reach = ActorKind(account.portal), None, WHOLE
    if account.portal is Portal.BUSINESS:
        business_id, reach = firm_and_reach(account)
    return Viewer(
        account_id=account_id,
        kind=kind,
        worker_id=worker_of_account(account_id) if account.portal is Portal.WORKER else None,
        business_id=business_id,
        reach=reach,
        rights=account.rights,
        purpose=_PURPOSES[kind],
        login_id=account.login_id,
        display_name=account.display_name,
    )


def relations_to_workers(viewer: Viewer, ids: Iterable[int], *, at: datetime) -> dict[int, frozenset[Relation]]:
    """How a viewer stands to workers. One query for a list."""
    wanted = set(ids)
    if viewer.has(Permission.OFFICE_SEARCH):
        return dict.fromkeys(wanted, frozenset({Relation.OFFICE}))
    if viewer.worker_id is not None:
        return {viewer.worker_id: frozenset({Relation.SELF})} if viewer.worker_id in wanted else {}
    if viewer.business_id is None:
        return {}
    firms = linked_businesses(wanted, on=jst_day(at))
    return {
        one: frozenset({Relation.EMPLOYER if viewer.business_id in firms.get(one, ()) else Relation.OTHER})
        for one in wanted
    }


def _relations_to_one(viewer: Viewer, worker_id: int, *, at: datetime) -> dict[int, frozenset[Relation]]:
    """How a viewer stands to one worker, the work on sites included (ruling 38).

    The prime and the firms above see who stands on a roster there, or has a day there that can still be answered in
    time (ruling 28): from the first of last month on. After that the lists of days still name him, his page is closed.
    """
    found = relations_to_workers(viewer, [worker_id], at=at)
    firm, reach, day = viewer.business_id, viewer.reach, jst_day(at)
    if firm is None or not viewer.has(Permission.SITE_MANAGE):
        return found
    since = month_before(day)
    if is_on_roster_for(worker_id, firm, reach=reach, on=day) or was_lately_at(
        worker_id, firm, reach=reach, since=since
    ):
        found[worker_id] |= {Relation.UPPER_FIRM}
    return found


def _known_above(row: Mapping[str, Any], *, on: date) -> dict[str, Any]:
    """A worker's row with what the firms above may know: the age, the employer, insurances without their numbers."""
    principal = [one.business_name for one in row["affiliations"] if one.principal and one.from_on <= on]
    return {
        **row, "age": age(row["birth_on"], on), "employer": "・".join(principal[:1]),
        "insurances": [replace(one, number="") for one in row["insurances"]],
    }  # fmt: skip


_READS_NUMBERS = {Relation.SELF, Relation.EMPLOYER, Relation.OFFICE}


def see_worker(viewer: Viewer, worker_id: int, *, at: datetime, only: Collection[str] | None = None) -> Seen:
    """All that a viewer may read of one worker, or only some. Raises `NotFoundError` when that is nothing."""
    day = jst_day(at)
    rows = _with_cards(fields_of_workers([worker_id], blocks_on=day), on=day)
    relations = _relations_to_one(viewer, worker_id, at=at) if rows else {}
    if _READS_NUMBERS.isdisjoint(relations.get(worker_id, ())):
        rows = {one: _known_above(row, on=day) for one, row in rows.items()}
    if only is not None:
        rows = {one: {name: row[name] for name in row if name in only} for one, row in rows.items()}
    seen = see_many(viewer, WORKER_POLICY, rows, relations, at=at)
    if not seen:
        raise NotFoundError
    return seen[0]


def see_photo(viewer: Viewer, worker_id: int, *, at: datetime) -> StoredFile:
    """A worker's face, for those who may see it. Raises `NotFoundError` for all others, and where there is none."""
    photo: int | None = fields_of_workers([worker_id]).get(worker_id, {}).get("photo")
    rows = {worker_id: {"photo": photo}}
    relations = {} if photo is None else _relations_to_one(viewer, worker_id, at=at)
    if photo is None or not see_many(viewer, WORKER_POLICY, rows, relations, at=at):
        raise NotFoundError
    return get_photo(photo)


def _with_cards(rows: Mapping[int, Mapping[str, Any]], *, on: date) -> dict[int, dict[str, Any]]:
    """Rows of workers with what their newest card adds: whether it can be used on a day. One query for a list."""
    cards = newest_cards(list(rows))
    return {one: {**row, "card_valid": one in cards and cards[one].is_valid(on)} for one, row in rows.items()}


def find_workers(viewer: Viewer, text: str, *, at: datetime, start: int = 0, only: Collection[str] = FOUND) -> Found:
    """Workers by worker ID, name or reading, as far as the read policy lets through (ruling 37).

    The office finds everybody; a firm finds its linked people by name, and anybody by the exact ID: then
    only ID, validity and level colour are visible. An empty text lists a firm's own people.
    """
    day = jst_day(at)
    among = None if viewer.business_id is None else BusinessId(viewer.business_id)
    number = stored_number(text)
    if is_id(number, IdKind.WORKER):
        ids = [number] if exists_worker(number) else []
    elif among is None and not viewer.has(Permission.OFFICE_SEARCH):
        ids = []
    elif not text and among is not None:
        ids = linked_workers(among, on=day, start=start)
    else:
        ids = search_workers(text, among=among, on=day, start=start)
    shown = ids[:FOUND_AT_MOST]
    rows = fields_of_workers(shown, only=only)
    if "card_valid" in only:
        rows = _with_cards(rows, on=day)
    seen = see_many(viewer, WORKER_POLICY, rows, relations_to_workers(viewer, shown, at=at), at=at)
    return Found(seen, more=len(ids) > len(shown))


def full_name(seen: Seen) -> str:
    """Family, middle and given name, as far as they may be read."""
    return derive.full_name(*(seen.get(key) for key in NAME_PARTS))


def see_workers(viewer: Viewer, ids: Iterable[int], *, at: datetime) -> dict[int, Seen]:
    """The names of several workers, each as the viewer stands to them. One query and one look row for all."""
    rows = fields_of_workers(ids, only=LISTED)
    seen = see_many(viewer, WORKER_POLICY, rows, relations_to_workers(viewer, rows, at=at), at=at)
    return {one.subject_id: one for one in seen}


def see_ending_credentials(viewer: Viewer, *, from_on: date, until_on: date, at: datetime) -> list[Seen]:
    """A firm's people with certificates that end in some days: name and these certificates, nothing else."""
    found = list_ending_credentials(
        BusinessId(viewer.business_id or 0), on=jst_day(at), from_on=from_on, until_on=until_on, limit=FOUND_AT_MOST
    )
    rows = fields_of_workers({worker_id for worker_id, _ in found}, only=LISTED)
    for worker_id, row in found:
        rows[worker_id].setdefault("credentials", []).append(row)
    return see_many(viewer, WORKER_POLICY, rows, relations_to_workers(viewer, rows, at=at), at=at)


def see_workers_on_site(
    viewer: Viewer, site_id: int, ids: Iterable[int], *, at: datetime, only: Collection[str] | None = LISTED,
    roster: Iterable[RosterRow] = (), days: Mapping[int, Collection[DayItem]] | None = None,
) -> dict[int, Seen]:  # fmt: skip
    """People of a site, as the prime and the firms above them may see them (ruling 38), and their own firm.

    With `roster`, each one's lines of it stand beside the name; `days` says what of whose days is shown beside it.

    Raises `NotFoundError` where the viewer's firm has no part in the site.
    """
    wanted, firm = set(ids), viewer.business_id
    found = prime_and_unit(site_id)
    if found is None or firm is None or not viewer.reach.holds_site(site_id, found[1]):
        raise NotFoundError
    is_prime = found[0] == firm
    if not is_prime and not has_part_in(site_id, firm):
        raise NotFoundError
    below = wanted
    if not is_prime:
        below = wanted & (workers_on_rosters_below(site_id, firm) | workers_bound_below(site_id, firm))
    relations = dict(relations_to_workers(viewer, wanted, at=at))
    relations |= {one: relations.get(one, frozenset()) | {Relation.UPPER_FIRM} for one in below}
    rows = fields_of_workers(wanted, only=only)
    for line in roster:
        rows[line.worker_id].setdefault("roster", []).append(line)
    _add_days(rows, days or {})
    return {one.subject_id: one for one in see_many(viewer, WORKER_POLICY, rows, relations, at=at)}


def see_workers_at_work(
    viewer: Viewer, ids: Iterable[int], *, at: datetime, elsewhere_in: date | None = None,
    days: Mapping[int, Collection[DayItem]] | None = None,
) -> dict[int, Seen]:  # fmt: skip
    """People of days on any site, as the firms of these days see them: prime, firms above, own firm (ruling 38).

    With `elsewhere_in`, what an employer knows of their days for other firms in that month stands beside the name;
    `days` says what of whose days is shown beside it.
    """
    wanted = set(ids)
    relations = dict(relations_to_workers(viewer, wanted, at=at))
    below = workers_at_work_for(wanted, viewer.business_id) if viewer.business_id is not None else set()
    relations |= {one: relations.get(one, frozenset()) | {Relation.UPPER_FIRM} for one in below}
    rows = fields_of_workers(wanted, only=LISTED)
    if elsewhere_in is not None:
        elsewhere = list_days_elsewhere(wanted, viewer.business_id or 0, elsewhere_in)
        for worker_id, row in rows.items():
            row["days_elsewhere"] = elsewhere.get(worker_id, [])
    _add_days(rows, days or {})
    return {one.subject_id: one for one in see_many(viewer, WORKER_POLICY, rows, relations, at=at)}


def _add_days(rows: Mapping[int, dict[str, Any]], days: Mapping[int, Collection[DayItem]]) -> None:
    """Days are read where they are listed; what is shown of them stands here for the look (ruling 40)."""
    for worker_id, items in days.items():
        if worker_id in rows:
            rows[worker_id].update(dict.fromkeys(items, True))


def see_names_at_gate(site_ids: Iterable[int], *, at: datetime) -> dict[int, str]:
    """The names of those expected today, for the receipts of a site's own device, which may be offline.

    The device looks as the prime does (ruling 38); of each person it is told the name and nothing else.
    """
    names: dict[int, str] = {}
    for site_id in site_ids:
        site, expected = find_site(site_id), firms_of_expected(site_id, on=jst_day(at))
        if site is None or not expected:
            continue
        viewer = Viewer(kind=ActorKind.BUSINESS, business_id=site.business_id, purpose=Purpose.SITE)
        rows = {one: {key: row[key] for key in NAME_PARTS} for one, row in fields_of_workers(expected).items()}
        relations = dict.fromkeys(rows, frozenset({Relation.UPPER_FIRM}))
        for seen in see_many(viewer, WORKER_POLICY, rows, relations, at=at):
            names[seen.subject_id] = full_name(seen)
    return names


def _relations_to_businesses(viewer: Viewer, ids: Iterable[int]) -> dict[int, frozenset[Relation]]:
    if viewer.has(Permission.OFFICE_SEARCH):
        return dict.fromkeys(ids, frozenset({Relation.OFFICE}))
    return {
        one: frozenset({Relation.SELF if one == viewer.business_id else Relation.OTHER})
        for one in ids
        if viewer.business_id is not None
    }


def see_business(viewer: Viewer, business_id: int, *, at: datetime) -> Seen:
    """All that a viewer may read of one firm. Raises `NotFoundError` when that is nothing."""
    rows = fields_of_businesses([business_id])
    seen = see_many(viewer, BUSINESS_POLICY, rows, _relations_to_businesses(viewer, rows), at=at)
    if not seen:
        raise NotFoundError
    return seen[0]


def find_businesses(viewer: Viewer, text: str, *, at: datetime, start: int = 0) -> Found:
    """Firms by business ID, name or reading."""
    number = stored_number(text)
    ids = [number] if is_id(number, IdKind.BUSINESS) else search_businesses(text, start=start)
    shown = ids[:FIRMS_AT_MOST]
    rows = fields_of_businesses(shown)
    seen = see_many(viewer, BUSINESS_POLICY, rows, _relations_to_businesses(viewer, rows), at=at)
    return Found(seen, more=len(ids) > len(shown))


@dataclass(frozen=True)
class LookedAt:
    """Looks at the own data on one day: when, how often, who, by what right, which items. No firm means the operator."""

    first_at: datetime
    last_at: datetime
    number: int
    business_id: int | None
    firm: str
    right: Relation
    items: list[str]


@dataclass(frozen=True)
class LooksPage:
    """One page of looks, and whether there is another."""

    rows: list[LookedAt]
    more: bool


def list_looks_at_me(viewer: Viewer, month: date, *, start: int = 0) -> LooksPage:
    """Who looked at a worker's data in a month, newest first: for that worker alone (ruling 40)."""
    if viewer.worker_id is None:
        raise NotFoundError
    from_at, until_at = (datetime.combine(day, time(), JST) for day in (month.replace(day=1), month_after(month)))
    found = list_looks(WORKER_POLICY.noun, viewer.worker_id, from_at=from_at, until_at=until_at, start=start)
    shown = found[:LOOKS_AT_MOST]
    firms = names_of_businesses(row.business_id for row in shown if row.business_id)
    rows = [
        LookedAt(
            row.first_at, row.last_at, row.number, row.business_id, firms.get(row.business_id or 0, ""),
            Relation(row.relation), WORKER_POLICY.names(row.items),
        )
        for row in shown
    ]  # fmt: skip
    return LooksPage(rows, more=len(found) > len(shown))


def see_recipients(
    viewer: Viewer, account_ids: Collection[int], *, at: datetime, printed: Iterable[tuple[int, LetterKind]] = ()
) -> None:
    """The look at those to whom letters go: their names, and of the `printed` ones, each an account, also where they live."""
    workers, firms = workers_of_accounts(account_ids), businesses_of_accounts(account_ids)
    people = fields_of_workers(
        workers.values(), only={*NAME_PARTS, "postal_code", "address", "card_postal_code", "card_address"}
    )
    businesses = fields_of_businesses(firms.values())
    shown = {one: {name: people[one][name] for name in NAME_PARTS} for one in workers.values()}
    of_firms = {one: {"name": businesses[one]["name"]} for one in firms.values()}
    for account_id, kind in printed:
        if one := workers.get(account_id):
            shown[one] |= {name: people[one][name] for name in fields_of_address(kind, people[one]["card_address"])}
        elif one := firms.get(account_id):
            of_firms[one] |= {name: businesses[one][name] for name in ("postal_code", "address")}
    see_many(viewer, WORKER_POLICY, shown, relations_to_workers(viewer, shown, at=at), at=at)
    see_many(viewer, BUSINESS_POLICY, of_firms, _relations_to_businesses(viewer, of_firms), at=at)
