"""Tags and filters of the design system: `{% load ds %}`. All parts are listed in docs/handbook/components.md."""

import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from portals.base.calendars import DayMark, month_weeks
from registry.core.days import JST
from registry.core.ids import grouped
from registry.core.money import yen_text

register = template.Library()

WEEKDAYS = "月火水木金土日"
TONES = {"neutral": "dash", "good": "check", "waiting": "clock", "bad": "alert", "info": "info"}
BANNERS = {"info": "info", "success": "check", "warning": "alert", "error": "stop"}
# Drawn for this project on a grid of 24, strokes of two.
ICONS = {
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.5l3.5 2"/>',
    "alert": '<path d="M12 3.5 2.5 20h19z"/><path d="M12 10v4.5M12 17v.5"/>',
    "stop": '<path d="M8 3h8l5 5v8l-5 5H8l-5-5V8z"/><path d="M12 7.5V13M12 16v.5"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v6M12 7.5V8"/>',
    "dash": '<path d="M6 12h12"/>',
    "next": '<path d="m9 5 7 7-7 7"/>',
    "back": '<path d="m15 5-7 7 7 7"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "close": '<path d="m6 6 12 12M18 6 6 18"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 21c1-5 4-7 8-7s7 2 8 7"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 5 5"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "download": '<path d="M12 4v11M7 10.5l5 5 5-5M4 20h16"/>',
    "print": '<path d="M7 8V3h10v5M7 17H4V8h16v9h-3"/><path d="M7 14h10v7H7z"/>',
    "enter": '<path d="M14 4h6v16h-6M4 12h11M11 8l4 4-4 4"/>',
    "leave": '<path d="M10 4H4v16h6M9 12h11M16 8l4 4-4 4"/>',
    "empty": '<path d="M4 13 7 5h10l3 8v6H4z"/><path d="M4 13h5l1 2.5h4l1-2.5h5"/>',
}


@register.filter
def jdate(value: date | datetime | None) -> str:
    """A day as 2026年11月20日（金）; a moment as its day in Japan; nothing as an empty text."""
    if value is None:
        return ""
    day = value.astimezone(JST).date() if isinstance(value, datetime) else value
    if _in_japanese():
        return f"{day.year}年{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"
    return f"{day:%a} {day.day} {day:%b} {day.year}"


@register.filter
def jmonth(value: date | None) -> str:
    """A month as 2026年11月."""
    if value is None:
        return ""
    return f"{value.year}年{value.month}月" if _in_japanese() else f"{value:%B} {value.year}"


@register.filter
def last_day(until_on: date) -> date:
    """The last day of what is stored with the first day without it."""
    return until_on - timedelta(days=1)


@register.filter
def jyear(value: int) -> str:
    """A year as 2026年."""
    return f"{value}年" if _in_japanese() else str(value)


@register.filter
def month_in_year(value: date) -> str:
    """A month that stands beside its year: 9月."""
    return f"{value.month}月" if _in_japanese() else f"{value:%b}"


@register.filter
def jtime(value: datetime | time | None, of: date | None = None) -> str:
    """A time of day as 7:58, in Japan; of a night shift that belongs to the day before, as 翌5:00 (ruling 27)."""
    if value is None:
        return ""
    clock = value.astimezone(JST) if isinstance(value, datetime) else value
    shown = f"{clock.hour}:{clock.minute:02}"
    is_next = of is not None and isinstance(clock, datetime) and clock.date() > of
    return gettext("day.next_morning").format(time=shown) if is_next else shown


@register.filter
def jmoment(value: datetime | None) -> str:
    """A moment as 2026年11月20日（金）7:58."""
    if value is None:
        return ""
    return f"{jdate(value)}{'' if _in_japanese() else ' '}{jtime(value)}"


@register.filter
def iso(value: date | datetime | None) -> str:
    """For the `datetime` attribute of `<time>`."""
    if value is None:
        return ""
    return (value.astimezone(UTC) if isinstance(value, datetime) else value).isoformat()


@register.filter
def grouped_id(value: int | str | None) -> SafeString:
    """An ID as `1234 5678 9018 21`, never broken over two lines."""
    return format_html('<span class="ds-id">{}</span>', grouped(value)) if value else SafeString("")


@register.filter
def grouped_card(value: str) -> SafeString:
    """A card's number as `1234 5678 9018 21-01`; what is written in another way, as of a chip, stays as it is."""
    number, dash, branch = value.partition("-")
    return format_html('<span class="ds-id">{}{}{}</span>', grouped(number) if dash else number, dash, branch)


@register.filter
def yen(value: int | None) -> str:
    """An amount as 4,900円, in English as ¥4,900."""
    if value is None:
        return ""
    return yen_text(value) if _in_japanese() else f"¥{value:,}".replace("¥-", "-¥")


@register.filter
def count(value: int | None) -> str:
    """How many, as 12,345. IDs, years and editions are no counts: they do not pass through here."""
    return "" if value is None else f"{value:,}"


@register.filter
def listed(texts: Iterable[object]) -> str:
    """Several in one line: A、B."""
    return gettext("base.comma").join(map(str, texts))


@register.filter
def in_brackets(text: str) -> str:
    """What is said in brackets behind something: （A）."""
    return gettext("base.brackets").format(text=text)


@register.simple_tag
def form_key() -> SafeString:
    """A key of its own for each form that is shown: what is sent twice with one key is a repeated click."""
    return format_html('<input type="hidden" name="form_key" value="{}">', secrets.token_urlsafe(16))


@register.simple_tag
def name(written: str, kana: str = "") -> SafeString:
    """A name under its furigana, part by part when both have as many parts."""
    if not kana:
        return format_html("{}", written)
    names, readings = written.split(), kana.split()
    pairs = list(zip(names, readings, strict=True)) if len(names) == len(readings) else [(written, kana)]
    ruby = "<ruby>{}<rp>(</rp><rt>{}</rt><rp>)</rp></ruby>"
    return format_html('<span class="ds-name">{}</span>', format_html_join(" ", ruby, pairs))


@register.simple_tag
def icon(which: str, label: str = "") -> SafeString:
    """A drawn sign. Without a label it is decoration and not read aloud."""
    said = format_html(' role="img" aria-label="{}"', label) if label else mark_safe(' aria-hidden="true"')
    drawing = mark_safe(ICONS[which])  # noqa: S308 -- our own constant
    return format_html('<svg class="ds-icon" viewBox="0 0 24 24"{}>{}</svg>', said, drawing)


@register.simple_tag
def chip(tone: str, text: str = "") -> SafeString:
    """A state in a few words: `{% chip "waiting" _("…") %}`; tones neutral, good, waiting, bad, info."""
    return format_html(
        '<span class="ds-chip ds-chip--{}">{}{}</span>', tone, icon(TONES[tone]), text or gettext(f"base.tone.{tone}")
    )


@register.simple_tag
def say(key: str, **values: Any) -> SafeString:
    """A text with values in it: `{% say key days=43 %}` fills `{days}`; values are escaped, whole numbers are counts."""
    said = {which: count(value) if type(value) is int else value for which, value in values.items()}
    return format_html(gettext(key), **said)


@register.inclusion_tag("base/steps.html")
def steps(labels: str | list[str], current: int) -> dict[str, Any]:
    """Where one is: `{% steps "入力,確認,完了" 2 %}`. A number behind the last step means all done."""
    listed = labels.split(",") if isinstance(labels, str) else labels
    return {
        "steps": [
            {"number": number, "label": label, "state": _step_state(number, current)}
            for number, label in enumerate(listed, start=1)
        ]
    }


@register.inclusion_tag("base/bar.html")
def bar(value: int, top: int, label: str, note: str = "") -> dict[str, Any]:
    """How far something is: `{% bar 172 215 _("レベル2まで") note %}`."""
    return {"value": value, "top": top, "label": label, "note": note or f"{value} / {top}"}


@register.inclusion_tag("base/calendar.html")
def calendar(month: date, marks: list[DayMark]) -> dict[str, Any]:
    """A month of days, each with a word for its state: `{% calendar month marks %}`."""
    return {"month": month, "weeks": month_weeks(month, marks)}


@register.simple_tag
def banner_icon(tags: str) -> SafeString:
    """The sign of a banner, from the tags of a message."""
    return icon(BANNERS[banner_tone(tags)])


@register.filter
def banner_tone(tags: str) -> str:
    """The tone of a banner, from the tags of a message."""
    return next((tone for tone in BANNERS if tone in tags.split()), "info")


def _step_state(number: int, current: int) -> str:
    if number == current:
        return "now"
    return "done" if number < current else "next"


def _in_japanese() -> bool:
    return (get_language() or "ja").startswith("ja")
