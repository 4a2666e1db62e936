"""Who stands where to a day that somebody speaks of, and how they are told: worker, employer, prime."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from registry.accounts.queries import find_account
from registry.accounts.states import Permission
from registry.businesses.queries import fields_of_businesses, list_users_of_unit
from registry.businesses.states import BusinessKind
from registry.changes.operations import note_change
from registry.changes.states import ChangeKind
from registry.core.actor import Actor, ActorKind
from registry.core.errors import NotAllowedError, RegistryError
from registry.core.ids import BusinessId
from registry.histories.queries import path_of_day
from registry.histories.rules import speaks_for_prime
from registry.histories.states import Side
from registry.notices.operations import write_notices
from registry.notices.states import NoticeKind
from registry.sites.queries import SiteRow, find_site, list_users_of_own_site
from registry.workers.derive import full_name
from registry.workers.models import Worker
from registry.workers.queries import linked_businesses, registered_trades


class TradeNotRegisteredError(RegistryError):
    """A day's trade is none that the worker has registered."""

    code = "TRADE_NOT_REGISTERED"


def check_trade(worker_id: int, trade: str, *, field: str = "trade") -> None:
    """Refuse a trade that a worker has never registered (ruling 29). Raises `TradeNotRegisteredError`."""
    if trade and trade not in registered_trades([worker_id]).get(worker_id, ()):
        raise TradeNotRegisteredError(field=field)


def one_at_a_time(*worker_ids: int) -> None:
    """Of two clicks on days of some workers the second waits here until the first is done; nobody where there is no such worker.

    An operation on several says them all at once: they are taken in one order, so that no two wait in a circle.
    """
    list(Worker.objects.select_for_update(no_key=True).filter(pk__in=worker_ids).order_by("pk"))


def side_of(by: Actor, worker_id: int, day: date) -> Side:
    """On which side somebody enters or edits a day: the worker, or a firm that he was linked to on it."""
    if by.kind is ActorKind.WORKER and by.subject_id == worker_id:
        return Side.WORKER
    linked = linked_businesses([worker_id], on=day).get(worker_id, set())
    if by.kind is ActorKind.BUSINESS and by.has(Permission.BUSINESS_WORKERS) and by.subject_id in linked:
        return Side.EMPLOYER
    raise NotAllowedError


def check_prime(site_id: int | None, by: Actor) -> SiteRow:
    """The site for which somebody speaks as its prime. Raises `NotAllowedError` for all others."""
    site = find_site(site_id) if site_id else None
    if site is None or not speaks_for_prime(site, by):
        raise NotAllowedError
    return site


def is_own_day(worker_id: int, site_id: int | None, day: date, by: Actor) -> bool:
    """自己承認: whether somebody of the prime answers for his own day (ruling 28).

    So it is in a firm of one person, and for an account in the worker's name.
    """
    path = path_of_day(worker_id, site_id or 0, day)
    if len(path) != 1:
        return False
    if fields_of_businesses(path)[path[0]]["kind"] == BusinessKind.ONE_PERSON:
        return True
    account, worker = find_account(by.account_id or 0), Worker.objects.get(pk=worker_id)
    names = (worker.family_name, worker.middle_name, worker.given_name), (worker.family_name, "", worker.given_name)
    own = {"".join(full_name(*parts).split()) for parts in names}  # people leave the middle part out
    return account is not None and "".join(account.display_name.split()) in own


def note_day(worker_id: int, site_id: int | None, day: date) -> None:
    """Tell the feed that something was said of a day."""
    note_change(
        ChangeKind.DAY, worker_id=worker_id, site_id=site_id, from_on=day, until_on=day + timedelta(days=1)
    )  # fmt: skip


def tell_firm(
    kind: NoticeKind, business_id: BusinessId, words: Mapping[str, str], *, site_id: int | None, at: datetime,
    about: str = "",
) -> None:  # fmt: skip
    """A message to those of a firm who handle its people; about a site of its own only to those who reach the site.

    What asks for something that can be taken back says `about` what it is.
    """
    site = find_site(site_id) if site_id else None
    if site and site.business_id == business_id:
        users = list_users_of_own_site(site)
    else:
        users = list_users_of_unit(business_id, None)
    told = [user.account.id for user in users if Permission.BUSINESS_WORKERS in user.account.rights]
    write_notices(kind, account_ids=told, data=words, at=at, about=about)


def tell_worker(
    kind: NoticeKind, worker_id: int, words: Mapping[str, str], *, at: datetime, about: str = ""
) -> None:  # fmt: skip
    """A message to the worker."""
    account_id = Worker.objects.values_list("account_id", flat=True).get(pk=worker_id)
    write_notices(kind, account_ids=[account_id], data=words, at=at, about=about)
