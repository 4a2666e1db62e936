from django.utils.translation import override

from portals.base.messages import shown_notices
from registry.notices.queries import NoticeRow
from registry.notices.states import NoticeKind
from tests.factories.cast import NOW


def test_a_message_names_who_and_when_in_words() -> None:
    row = NoticeRow(1, NoticeKind.LINKED, {"firm": "見本建設株式会社", "day": "2026-11-20"}, NOW)
    with override("ja"):
        (shown,) = shown_notices([row])
    assert shown.row is row
    assert shown.title == "会社との関連付けが登録されました"
    assert "見本建設株式会社" in shown.body
    assert "2026年11月20日（金）" in shown.body
    assert "{" not in shown.body


def test_of_many_days_a_message_names_the_first_ones_and_how_many_they_are() -> None:
    for count, more in ((5, False), (6, True)):
        days = " ".join(f"2026-11-{day:02}" for day in range(1, count + 1))
        row = NoticeRow(1, NoticeKind.DAYS_COUNTED, {"site": "現場", "days": days, "reason": ""}, NOW)
        with override("ja"):
            (shown,) = shown_notices([row])
        assert "11月5日（木）" in shown.body
        assert ("6日（金）など6日" in shown.body, "など6日" in shown.body) == (False, more)
