"""What firms read in messages: who is not linked to them is known by the worker ID alone (ruling 37)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from config.texts import read_texts
from registry.businesses.queries import list_users
from registry.core.ids import grouped
from registry.notices.models import Notice
from registry.notices.states import NoticeKind
from registry.workers.operations.ends import answer_end_dispute, dispute_end
from registry.workers.operations.links import ask_for_link, decline_link
from registry.workers.operations.principals import make_principal
from registry.workers.queries import list_ended_links, list_links
from tests.factories.cast import NOW, a_firm, a_worker, owner_of
from tests.factories.links import link, unlink
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db
TODAY, BEGAN = NOW.date(), date(2026, 11, 1)


class Strangers:
    """A worker with a name that is seen, and a firm that has, or soon will have, no link with him."""

    def __init__(self) -> None:
        self.firm, self.worker = a_firm(), a_worker(None, "秘密野", middle_name="内緒").worker_id
        self.by_firm, self.by_worker = owner_of(self.firm), worker_as_actor(self.worker)
        self.owner = list_users(self.firm)[0].account.id

    def asked(self) -> None:
        ask_for_link(self.worker, self.firm, from_on=TODAY, principal=False, by=self.by_worker, at=NOW)

    def declined(self) -> None:
        request = ask_for_link(self.worker, self.firm, from_on=TODAY, principal=False, by=self.by_firm, at=NOW)
        decline_link(request, by=self.by_worker, at=NOW)

    def answered_worker(self, *, by_firm: bool) -> None:
        request = ask_for_link(self.worker, self.firm, from_on=TODAY, principal=False, by=self.by_worker, at=NOW)
        decline_link(request, by=self.by_firm if by_firm else self.by_worker, at=NOW)

    def left(self, until_on: date = TODAY, *, by_firm: bool = False) -> int:
        link(self.worker, self.firm, from_on=BEGAN)
        Notice.objects.all().delete()
        by = self.by_firm if by_firm else self.by_worker
        unlink(self.worker, self.firm, until_on=until_on, by=by, at=NOW)
        return list_ended_links(since=BEGAN, worker_id=self.worker)[0].id

    def disputed(self) -> int:
        wanted = TODAY - timedelta(days=1)
        return dispute_end(self.left(by_firm=True), wanted, reason="違う日", by=self.by_worker, at=NOW)

    def disputed_and_settled(self, *, agree: bool = False, by_firm: bool = True) -> None:
        answer_end_dispute(self.disputed(), agree=agree, by=self.by_firm if by_firm else self.by_worker, at=NOW)

    def answered(self, *, agree: bool) -> None:
        dispute = dispute_end(self.left(), TODAY - timedelta(days=1), reason="違う日", by=self.by_firm, at=NOW)
        answer_end_dispute(dispute, agree=agree, by=self.by_worker, at=NOW)

    def told(self) -> list[tuple[str, str]]:
        found = Notice.objects.filter(account_id=self.owner, data__has_key="name").order_by("pk")
        return [(one.kind, one.data["name"]) for one in found]


def _has_lost_the_principal_place(some: Strangers) -> None:
    """A link that was principal ends today; the worker says that from an earlier day on it was another one."""
    link(some.worker, some.firm, from_on=BEGAN, principal=True)
    other = a_firm("出向先の会社")
    link(some.worker, other, from_on=BEGAN)
    unlink(some.worker, some.firm, until_on=TODAY, by=some.by_worker, at=NOW)
    Notice.objects.all().delete()
    chosen = next(row.id for row in list_links(some.worker, on=TODAY) if row.business_id == other)
    make_principal(some.worker, chosen, from_on=BEGAN + timedelta(days=1), by=some.by_worker, at=NOW)


# Each message in whose text a person can be named, and how it comes to a firm that is not linked, or no longer.
BY_ID: dict[NoticeKind, Callable[[Strangers], object]] = {
    NoticeKind.LINK_ASKED: Strangers.asked,
    NoticeKind.LINK_ASKED_DECLINED: lambda some: some.answered_worker(by_firm=True),
    NoticeKind.LINK_ASKED_WITHDRAWN: lambda some: some.answered_worker(by_firm=False),
    NoticeKind.LINK_DECLINED: Strangers.declined,
    NoticeKind.UNLINKED: Strangers.left,
    NoticeKind.PRINCIPAL_LOST: _has_lost_the_principal_place,
    NoticeKind.END_DISPUTED: Strangers.disputed,
    NoticeKind.END_DISPUTED_AGREED: lambda some: some.disputed_and_settled(agree=True),
    NoticeKind.END_DISPUTED_KEPT: Strangers.disputed_and_settled,
    NoticeKind.END_DISPUTED_WITHDRAWN: lambda some: some.disputed_and_settled(by_firm=False),
    NoticeKind.END_AGREED: lambda some: some.answered(agree=True),
    NoticeKind.END_KEPT: lambda some: some.answered(agree=False),
}
# To workers alone, or to firms to which the worker is linked on that day.
TO_THOSE_WHO_KNOW = {
    NoticeKind.UNLINKED_BY_NAME, NoticeKind.PRINCIPAL_GAINED, NoticeKind.LINK_ACCEPTED, NoticeKind.LINK_ACCEPTED_FURTHER,
    NoticeKind.END_WITHDRAWN,
}  # fmt: skip


def test_every_message_that_names_somebody_is_walked_here() -> None:
    texts = read_texts()
    named = {kind for kind in NoticeKind if "{name}" in str(texts[f"notice.{kind}.body"])}
    assert named == BY_ID.keys() | TO_THOSE_WHO_KNOW


@pytest.mark.parametrize("kind", BY_ID)
def test_who_is_not_linked_is_known_by_the_id(kind: NoticeKind) -> None:
    some = Strangers()
    BY_ID[kind](some)
    assert some.told()[-1] == (kind, grouped(some.worker))
    everything = str(list(Notice.objects.filter(account_id=some.owner).values_list("data", flat=True)))
    assert "秘密野" not in everything


def test_while_the_link_holds_the_firm_reads_the_whole_name() -> None:
    some = Strangers()
    some.left(TODAY + timedelta(days=1))
    assert some.told() == [("unlinked", "秘密野 内緒 太郎")]
