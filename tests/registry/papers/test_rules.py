from datetime import date

import pytest

from registry.accounts.states import Role
from registry.papers.rules import Wish, may_ask
from registry.papers.states import RIGHTS, PaperKind
from tests.factories.cast import NOW, a_firm, owner_of
from tests.factories.links import unlink
from tests.factories.papers import NOVEMBER, Days
from tests.factories.visitors import user_as_actor, worker_viewer

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def test_every_kind_has_its_right() -> None:
    assert set(RIGHTS) == set(PaperKind)


def test_who_may_ask_for_which() -> None:
    days = Days()
    wishes, stranger = days.wishes(), a_firm("別の会社")
    actors = {
        "worker": worker_viewer(days.worker).actor(), "prime": owner_of(days.prime), "below": owner_of(days.below),
        "other": owner_of(stranger), "clerk": user_as_actor(days.prime, Role.PROXY_CLERK),
        "viewer": user_as_actor(days.prime, Role.SITE_VIEWER),
    }  # fmt: skip
    allowed = {(who, kind) for who, by in actors.items() for kind in PaperKind if may_ask(by, wishes[kind], on=TODAY)}
    assert allowed == {
        ("worker", PaperKind.WORKER_DAYS), ("prime", PaperKind.FIRM_DAYS), ("prime", PaperKind.SITE_DAYS),
        ("below", PaperKind.FIRM_DAYS), ("below", PaperKind.SITE_DAYS), ("other", PaperKind.FIRM_DAYS),
        ("clerk", PaperKind.FIRM_DAYS), ("prime", PaperKind.PERSON_DAYS), ("clerk", PaperKind.PERSON_DAYS),
        ("prime", PaperKind.SITES_DAYS), ("below", PaperKind.SITES_DAYS), ("other", PaperKind.SITES_DAYS),
    }  # fmt: skip


def test_a_site_that_is_none_has_no_papers() -> None:
    by = owner_of(a_firm())
    assert not may_ask(by, Wish(PaperKind.SITE_DAYS, NOVEMBER, NOVEMBER, 1), on=TODAY)


def test_of_somebody_who_has_left_a_firm_has_the_months_worked_for_it() -> None:
    days = Days()
    by = owner_of(days.prime)
    unlink(days.worker, days.prime, until_on=TODAY, by=by, at=NOW)
    for month, allowed in ((NOVEMBER, True), (date(2026, 9, 1), False)):
        assert may_ask(by, Wish(PaperKind.PERSON_DAYS, month, month, worker_id=days.worker), on=TODAY) is allowed
