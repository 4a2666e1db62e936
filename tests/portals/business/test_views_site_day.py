"""A site's day: who came, who is here; what looks and files say of the days of a site."""

import re
from datetime import UTC, date, datetime

import pytest

from registry.audit.models import Look
from registry.businesses.queries import list_users
from registry.disclosure.queries import viewer_for
from registry.histories.operations.binder import bind_months
from registry.histories.operations.claims import ClaimData, approve_claims, enter_claim, refuse_claim
from registry.papers.kinds.days import sheet_of
from registry.papers.queries import list_days
from registry.papers.rules import Wish
from registry.papers.states import PaperKind
from registry.structures.operations.rosters import RosterData, add_to_roster
from registry.workers.policy import WORKER_POLICY
from tests.factories.cast import NOW, a_touch, a_worker, owner_of
from tests.factories.days import bind_all
from tests.factories.site_days import Place
from tests.factories.visitors import worker_as_actor

pytestmark = pytest.mark.django_db
DAY = NOW.date()
MONTH = f"{DAY.year}-{DAY.month}"


def tile(page: str, label: str) -> int:
    """The number under a label."""
    found = re.search(rf">{label}</a></h3><p class=\"ds-number\">(\d+)人", page)
    assert found, label
    return int(found[1])


def test_who_only_entered_a_day_has_not_come(place: Place) -> None:
    worker, day = place.theirs.worker_id, date(2026, 11, 18)
    claim = place.enter(worker, day)
    path, month = (
        f"/business/sites/{place.gate.site_id}/days/{MONTH}-18/",
        f"/business/sites/{place.gate.site_id}/days/{MONTH}/",
    )

    def numbers() -> tuple[int, int, int]:
        bind_months([(worker, day.replace(day=1))])
        page = place.page("prime", path)
        came = re.search(rf'{path}">.*?data-label="入場者">(\d+)人', place.page("prime", month))
        assert came
        return tile(page, "来た人"), tile(page, "承認のない入力"), int(came[1])

    assert numbers() == (0, 1, 0)
    assert "下 太郎" in place.page("prime", f"{path}?show=entered")
    refuse_claim(claim, reason="いません", by=owner_of(place.prime), at=NOW)
    assert numbers() == (0, 1, 0)
    again = place.enter(worker, day)
    approve_claims([again], by=owner_of(place.prime), at=NOW)
    assert numbers() == (1, 0, 1)


def test_who_went_out_is_not_here_any_more(place: Place) -> None:
    """Two touches that say nothing are in and out; one that says `in` came back."""
    path = f"/business/sites/{place.gate.site_id}/days/{MONTH}-20/"
    assert tile(place.page("prime", path), "今いる人") == 2
    assert tile(place.page("below", path), "今いる人") == 1
    place.gate.send(a_touch(3, place.own, "2026-11-20T10:00:00+09:00"))
    bind_all()
    assert (tile(page := place.page("prime", path), "今いる人"), tile(page, "来た人")) == (1, 2)
    place.gate.send(a_touch(4, place.own, "2026-11-20T10:30:00+09:00", direction="in"))
    place.gate.send(a_touch(5, place.theirs, "2026-11-20T10:31:00+09:00", direction="out"))
    bind_all()
    page = place.page("prime", f"{path}?show=here")
    assert tile(page, "今いる人") == 1
    assert ("元 太郎" in page, "下 太郎" in page) == (True, False)
    assert "今いる人" in place.page("prime", f"/business/sites/{place.gate.site_id}/")
    before = place.page("prime", f"/business/sites/{place.gate.site_id}/days/{MONTH}-19/")
    assert ("今いる人" in before, "来なかった人" in before) == (False, True)


def test_a_look_says_what_of_whose_days_was_shown(place: Place) -> None:
    """Ruling 40: the pages and the file of the prime and the employer, each with what stands there and no more."""
    place.enter(place.theirs.worker_id)
    site, own, theirs = place.gate.site_id, place.own.worker_id, place.theirs.worker_id
    every = {"days", "day_times", "day_role", "day_firm"}
    for who, path, seen in (
        ("prime", f"/business/sites/{site}/days/{MONTH}-20/", dict.fromkeys((own, theirs), every - {"day_role"})),
        ("prime", f"/business/sites/{site}/days/{MONTH}/", {own: {"days"}, theirs: every - {"day_firm"}}),
        ("prime", f"/business/sites/{site}/days/{MONTH}/list.csv", dict.fromkeys((own, theirs), every)),
        ("prime", f"/business/sites/days/{MONTH}/", {own: {"days"}, theirs: {"days"}}),
        ("prime", f"/business/sites/days/{MONTH}/list.csv", dict.fromkeys((own, theirs), every)),
        ("below", f"/business/days/{MONTH}/list.csv", {theirs: every}),
        ("below", f"/business/workers/{theirs}/days/{MONTH}/", {theirs: every}),
        ("prime", f"/business/sites/{site}/days/{MONTH}/workers/{theirs}/", {theirs: every}),
        ("prime", f"/business/sites/{site}/roster/", {own: {"days"}}),
    ):
        before = Look.objects.count()
        place.page(who, path)
        found: dict[int, set[str]] = {}
        for look in Look.objects.order_by("pk")[before:]:
            for one in look.subjects:
                found[one] = set(WORKER_POLICY.names(look.items)) & every
        assert {one: items for one, items in found.items() if items} == seen, path


def test_how_a_day_was_approved_is_told_to_employer_and_prime(place: Place) -> None:
    """期限後承認 on the pages, in the file and on paper (ruling 28); what was in time is the prime's approval."""
    worker, early, late = place.theirs.worker_id, date(2026, 9, 18), date(2026, 9, 17)
    by, then = worker_as_actor(worker), datetime(2026, 9, 19, 3, tzinfo=UTC)
    for day, at in ((early, then), (late, NOW)):
        claim = enter_claim(worker, ClaimData(day=day, site_id=place.gate.site_id), by=by, at=then)
        approve_claims([claim], by=owner_of(place.prime), at=at)
    bind_months([(worker, early.replace(day=1))])
    site = f"/business/sites/{place.gate.site_id}/days/2026-9"
    assert "期限後承認" in place.page("prime", f"{site}-17/")
    assert "期限後承認" not in place.page("prime", f"{site}-18/")
    assert place.page("below", f"/business/workers/{worker}/days/2026-9/").count("期限後承認") == 1
    assert place.page("prime", f"{site}/list.csv").count("期限後承認") == 1
    days = list_days(
        viewer_for(list_users(place.prime)[0].account.id), Wish(PaperKind.SITE_DAYS, early.replace(day=1), early.replace(day=1), place.gate.site_id), at=NOW
    )  # fmt: skip
    sheet = sheet_of(days)
    assert [row[9] for row in sheet["days"]["rows"]] == ["正式（期限後承認）", "正式（元請の承認）"]
    assert [row[0] for row in sheet["legends"][0]["rows"]][-1] == "期限後承認"


def test_who_came_leads_to_the_days_here_and_who_is_expected_to_the_record(place: Place) -> None:
    expected = a_worker(place.prime, "予定").worker_id
    people = [(expected, RosterData(trade="06-01"))]
    add_to_roster(place.gate.site_id, None, people, from_on=DAY, by=owner_of(place.prime), at=NOW)
    where = f"/business/sites/{place.gate.site_id}/days/"
    pages = [place.page("prime", f"{where}{MONTH}-{DAY.day}/?show={show}") for show in ("came", "expected")]
    links = [set(re.findall(r'<th scope="row"><a href="([^"]+)">', page)) for page in pages]
    came = {f"{where}{MONTH}/workers/{one.worker_id}/" for one in (place.own, place.theirs)}
    assert links == [came, {f"/business/workers/{expected}/"}]
