import re
from datetime import UTC, date, datetime, time

import pytest
from django.template import Context, Template
from django.utils.translation import override

from config.texts import ROOT
from portals.base.calendars import DayMark, DayState
from portals.base.templatetags import ds

MOMENT = datetime(2026, 11, 19, 22, 58, tzinfo=UTC)  # 7:58 of the next day in Japan


def rendered(source: str, **context: object) -> str:
    return Template("{% load ds %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("language", "shown"), [("ja", "2026年11月20日（金）"), ("en", "Fri 20 Nov 2026")]
)  # fmt: skip
def test_jdate_shows_the_day_in_japan(language: str, shown: str) -> None:
    with override(language):
        assert ds.jdate(date(2026, 11, 20)) == shown
        assert ds.jdate(MOMENT) == shown


def test_jtime_has_no_leading_zero_before_the_hour() -> None:
    assert ds.jtime(MOMENT) == "7:58"
    assert ds.jtime(time(17, 5)) == "17:05"


def test_jtime_says_what_was_the_next_morning() -> None:
    with override("ja"):
        assert ds.jtime(MOMENT, date(2026, 11, 19)) == "翌7:58"
        assert ds.jtime(MOMENT, date(2026, 11, 20)) == ds.jtime(time(7, 58), date(2026, 11, 19)) == "7:58"
    with override("en"):
        assert ds.jtime(MOMENT, date(2026, 11, 19)) == "7:58 next day"


def test_jmoment_is_day_and_time() -> None:
    with override("ja"):
        assert ds.jmoment(MOMENT) == "2026年11月20日（金）7:58"
    with override("en"):
        assert ds.jmoment(MOMENT) == "Fri 20 Nov 2026 7:58"


def test_a_month_beside_its_year() -> None:
    with override("ja"):
        assert ds.month_in_year(date(2026, 9, 1)) == "9月"
    with override("en"):
        assert ds.month_in_year(date(2026, 9, 1)) == "Sep"


def test_jyear_is_a_year_and_no_count() -> None:
    shown = []
    for language in ("ja", "en"):
        with override(language):
            shown.append(ds.jyear(2026))
    assert shown == ["2026年", "2026"]


def test_jmonth_names_year_and_month() -> None:
    with override("ja"):
        assert ds.jmonth(date(2026, 11, 1)) == "2026年11月"
    with override("en"):
        assert ds.jmonth(date(2026, 11, 1)) == "November 2026"


def test_filters_show_nothing_for_nothing() -> None:
    assert [ds.jdate(None), ds.jmonth(None), ds.jtime(None), ds.jmoment(None), ds.iso(None), ds.yen(None)] == [""] * 6
    assert ds.grouped_id(None) == ""


def test_iso_is_for_machines() -> None:
    assert ds.iso(date(2026, 11, 20)) == "2026-11-20"
    assert ds.iso(MOMENT) == "2026-11-19T22:58:00+00:00"


def test_grouped_id_stays_in_one_piece() -> None:
    assert rendered("{{ id|grouped_id }}", id=12345678901821) == '<span class="ds-id">1234 5678 9018 21</span>'


@pytest.mark.parametrize(
    ("written", "shown"),
    [("12345678901821-01", "1234 5678 9018 21-01"), ("04A1B2C3", "04A1B2C3"), ("<b>", "&lt;b&gt;")],
)
def test_the_number_of_a_card_is_read_in_groups_and_a_chip_s_stays(written: str, shown: str) -> None:
    assert rendered("{{ card|grouped_card }}", card=written) == f'<span class="ds-id">{shown}</span>'


def test_yen_has_separator_and_unit() -> None:
    with override("ja"):
        assert [ds.yen(12300), ds.yen(0)] == ["12,300円", "0円"]
    with override("en"):
        assert [ds.yen(12300), ds.yen(-500)] == ["¥12,300", "-¥500"]


def test_name_carries_furigana_part_by_part() -> None:
    shown = ds.name("山田 太郎", "ヤマダ タロウ")
    assert "<ruby>山田<rp>(</rp><rt>ヤマダ</rt><rp>)</rp></ruby> <ruby>太郎" in shown


def test_name_with_unequal_parts_carries_one_reading() -> None:
    assert ds.name("山田太郎", "ヤマダ タロウ").count("<ruby>") == 1


def test_name_without_reading_is_the_name() -> None:
    assert ds.name("グエン ヴァン アン") == "グエン ヴァン アン"


def test_name_is_escaped() -> None:
    assert "<script>" not in ds.name("<script>", "<b>")
    assert "<b>" not in ds.name("<script>", "<b>")


def test_say_fills_and_escapes_values() -> None:
    assert rendered('{% say "<i>{days}</i>" days=days %}', days="<43>") == "<i>&lt;43&gt;</i>"


@pytest.mark.parametrize(("value", "shown"), [(0, "0"), (999, "999"), (12345, "12,345"), (1234567, "1,234,567")])
def test_a_count_has_its_thousands_apart(value: int, shown: str) -> None:
    assert rendered("{{ value|count }}", value=value) == shown
    assert rendered('{% say "{number}" number=value %}', value=value) == shown


def test_what_is_no_count_stays_together() -> None:
    shown = rendered('{% say "{id} {code}" id=id code=code %} {{ id }}', id="12345678901821", code="2026")
    assert shown == "12345678901821 2026 12345678901821"


COUNTED = re.compile(r"\{\{ [a-z_.]+\.(?:formal|claimed|unapproved|waiting|beside|people|number|count|incomplete) \}\}")


def test_no_page_shows_a_count_by_itself() -> None:
    bare = [
        (page.name, found[0])
        for page in (ROOT / "portals").rglob("*.html")
        for found in COUNTED.finditer(page.read_text())
        # Which step, which page of the manuals, which card.
        if found[0] not in {"{{ step.number }}", "{{ entry.number }}", "{{ card.number }}"}
    ]
    assert bare == []


def test_icon_is_silent_unless_named() -> None:
    assert 'aria-hidden="true"' in ds.icon("check")
    assert 'role="img" aria-label="完了"' in ds.icon("check", "完了")


@pytest.mark.parametrize("tone", ds.TONES)
def test_chip_has_tone_sign_and_words(tone: str) -> None:
    shown = ds.chip(tone, "あと2日")
    assert f"ds-chip--{tone}" in shown
    assert "<svg" in shown
    assert "あと2日" in shown


def test_chip_without_words_says_its_tone() -> None:
    with override("ja"):
        assert "確認待ち" in ds.chip("waiting")


def test_steps_mark_the_present_one() -> None:
    shown = rendered('{% steps "入力,確認,完了" 2 %}')
    assert shown.count('aria-current="step"') == 1
    assert [shown.count(f"ds-steps__{state}") for state in ("done", "now", "next")] == [1, 1, 1]


def test_steps_behind_the_last_are_all_done() -> None:
    assert rendered('{% steps "入力,完了" 3 %}').count("ds-steps__done") == 2


def test_bar_says_numbers_when_nothing_else_is_said() -> None:
    assert "172 / 215" in rendered('{% bar 172 215 "次のレベルまで" %}')


def test_calendar_says_the_state_in_words_and_links_it() -> None:
    marks = [DayMark(date(2026, 11, 4), DayState.COUNTED, url="/days/4"), DayMark(date(2026, 11, 7), DayState.MISSING)]
    with override("ja"):
        shown = rendered("{% calendar month marks %}", month=date(2026, 11, 1), marks=marks)
    assert '<a href="/days/4">' in shown
    assert '<td class="ds-calendar__missing">' in shown
    assert "就業日数に入った日" in shown


def test_calendar_marks_sundays_and_holidays_as_rest() -> None:
    shown = rendered("{% calendar month marks %}", month=date(2026, 11, 1), marks=[])
    assert shown.count("ds-calendar__rest") == 7  # five Sundays, 3 and 23 November


@pytest.mark.parametrize(("tags", "tone"), [("success", "success"), ("extra error", "error"), ("debug", "info")])
def test_banner_tone_follows_the_tags(tags: str, tone: str) -> None:
    assert ds.banner_tone(tags) == tone
    assert "<svg" in ds.banner_icon(tags)


def test_separators_follow_the_language() -> None:
    assert (ds.listed(["A", "B"]), ds.in_brackets("A")) == ("A、B", "（A）")
    with override("en"):
        assert (ds.listed(["A", "B"]), ds.in_brackets("A")) == ("A, B", " (A)")
