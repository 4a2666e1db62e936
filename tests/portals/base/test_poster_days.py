"""Days by a printed poster's code on the pages: until when they wait, and in which way they were approved (ruling 28)."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.businesses.models import Business
from registry.businesses.states import BusinessKind
from registry.core.days import JST
from registry.histories.models import DayDecision
from registry.histories.operations.edits import decide_days
from registry.sites.operations.sites import close_site
from tests.factories.cast import NOW, a_gate, a_touch, logged_in, owner_of
from tests.factories.days import bind_all
from tests.factories.own_days import DAY, TODAY, Own
from tests.factories.visitors import as_firm

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> Own:
    own = Own()
    own.gate.send(a_touch(1, own.card, method="poster"))
    bind_all()
    as_firm(own.prime)  # from here on it can log in
    return own


def read(login: int, path: str) -> str:
    """What somebody reads who logs in now."""
    answer = logged_in(str(login)).get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def prime_s_page(own: Own, path: str) -> str:
    return read(own.prime, f"/business/sites/{own.gate.site_id}/days/{path}")


def test_the_worker_reads_how_long_the_day_waits(own: Own) -> None:
    assert "承認の期限まであと41日です" in own.page()
    with time_machine.travel(datetime(2027, 1, 10, 3, tzinfo=UTC), tick=False):
        assert "元請は期限のあとでも承認できます" in read(own.worker, TODAY)


def test_days_on_many_sites_cost_the_worker_s_page_no_more_questions_for_sites(own: Own) -> None:
    asked: list[list[str]] = []
    for _ in range(2):
        a_gate(own.prime, name="もう一つの現場").send(a_touch(1, own.card, method="poster"))
        bind_all()
        with CaptureQueriesContext(connection) as queries:
            assert own.page().count("承認の期限まであと41日です") == len(asked) + 2
        asked.append([one["sql"] for one in queries if 'FROM "sites_' in one["sql"]])
    assert len(asked[0]) == len(asked[1])


def test_a_late_and_own_approval_is_shown_to_worker_and_prime(own: Own) -> None:
    Business.objects.filter(pk=own.prime).update(kind=BusinessKind.ONE_PERSON)
    late = datetime(2027, 1, 1, 12, tzinfo=JST)
    decide_days(own.gate.site_id, [(own.worker, DAY)], counts=True, by=owner_of(own.prime), at=late)
    bind_all()
    page = own.page()
    assert [text for text in ("期限後承認です", "自己承認です") if text not in page] == []
    for path in ("2026-11-20/", f"2026-11/workers/{own.worker}/", "2026-11/list.csv"):
        assert "期限後承認・自己承認" in prime_s_page(own, path), path
    assert "期限後承認・自己承認" in read(own.prime, f"/business/workers/{own.worker}/days/2026-11/")


def test_after_the_time_to_answer_the_day_is_told_and_not_offered(own: Own) -> None:
    close_site(own.gate.site_id, from_on=date(2027, 1, 10), by=owner_of(own.prime), at=NOW)
    bind_all()
    key = f'value="{own.worker}:2026-11-20"'
    with time_machine.travel(datetime(2027, 2, 10, 3, tzinfo=UTC), tick=False):
        assert key in prime_s_page(own, "2026-11/")
    with time_machine.travel(datetime(2027, 2, 11, 3, tzinfo=UTC), tick=False):
        page = prime_s_page(own, "2026-11/")
        assert key not in page
        told = page.partition("承認の期限を過ぎた日")[2].partition("</section>")[0]
        for text in ("見本 太郎", "11月20日", "承認の期限は2027年2月10日（水）でした", "/close/"):
            assert text in told
        where, chosen = f"/business/sites/{own.gate.site_id}/days/decide/", f"{own.worker}:2026-11-20"
        for how in ("counts", "not"):
            answer = logged_in(str(own.prime)).post(where, {"day": chosen, how: "1"}, follow=True)
            assert "1件は、承認の期限を過ぎているため" in answer.content.decode()
        assert "元請は承認も否認もできません" in read(own.worker, TODAY)
    assert DayDecision.objects.count() == 0
