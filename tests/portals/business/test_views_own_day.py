"""Where a firm's own people are on a day."""

from datetime import timedelta

import pytest
import time_machine

from registry.audit.queries import list_looks
from tests.factories.cast import NOW, a_touch, a_worker
from tests.factories.days import bind_all
from tests.factories.shared import shared
from tests.factories.site_days import DAY, Place

pytestmark = pytest.mark.django_db
MONTH = f"{DAY.year}-{DAY.month}"


place = shared(Place)


def test_a_firm_sees_where_its_people_are_today_and_nobody_else_s(place: Place) -> None:
    colleague = a_worker(place.below, "同僚")
    place.gate.send(a_touch(3, colleague, "2026-11-20T08:15:00+09:00"))
    bind_all()
    with time_machine.travel(NOW, tick=False):
        today = place.page("below", "/business/days/today/")
        empty = place.page("below", f"/business/days/{MONTH}-{DAY.day - 1}/")
    row = today.partition("下 太郎")[2].partition("</tr>")[0]
    assert [word for word in ("見本ビル新築工事", "7:58", "足りないこと", "名簿") if word not in row] == []
    assert [name for name in ("下 太郎", "同僚 太郎", "元 太郎") if name in today] == ["下 太郎", "同僚 太郎"]
    assert "8:15" in today.partition("同僚 太郎")[2]
    assert "この日の記録はありません" in empty
    looks = list_looks("worker", colleague.worker_id, from_at=NOW - timedelta(days=1), until_at=NOW + timedelta(days=1))
    assert [one.business_id for one in looks] == [place.below]
