"""就業履歴一覧: a list of days as the sheet that the template `days.typ` sets (rulings 28 and 32). Japanese only."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from registry.core.days import JST, jst_day
from registry.core.ids import grouped
from registry.histories.queries import Counters, count_days, count_histories
from registry.histories.states import Approval, Reason, Standing
from registry.papers.queries import DayLine, DayList
from registry.papers.states import PaperKind

_WEEKDAYS = "月火水木金土日"
_COUNTED = ("formal", "claimed", "unapproved", "waiting")
# Of each column its width in mm, or its share of what is left.
WIDTHS: dict[str, dict[str, object]] = {
    "day": {"mm": 29}, "person": {"fr": 2}, "site": {"fr": 3}, "firm": {"fr": 2.2}, "trade": {"fr": 1.6}, "position": {"mm": 16},
    "work": {"fr": 2}, "how": {"mm": 18}, "first": {"mm": 17, "right": True}, "last": {"mm": 17, "right": True}, "standing": {"mm": 27},
    "notes": {"mm": 18, "whole": True}, "note": {"mm": 14, "whole": True}, "id": {"mm": 40}, "meaning": {"fr": 1}, "cause": {"fr": 3}, "consequence": {"fr": 3}, "remedy": {"fr": 3},
    "who": {"fr": 1}, **{name: {"mm": 24, "right": True} for name in (*_COUNTED, "uncounted")},
}  # fmt: skip
_COLUMNS = ("day", "person", "site", "firm", "trade", "position", "work", "how", "first", "last", "standing", "notes")
# What is the same in all rows stands above the table, not in it.
_ABOVE: dict[PaperKind, set[str]] = {
    PaperKind.WORKER_DAYS: {"person"}, PaperKind.FIRM_DAYS: {"firm"}, PaperKind.PERSON_DAYS: {"person", "firm"},
    PaperKind.SITE_DAYS: {"site"}, PaperKind.SITES_DAYS: set(),
}  # fmt: skip
_OF_ONE_PERSON = {PaperKind.WORKER_DAYS, PaperKind.PERSON_DAYS}


def day_text(day: date) -> str:
    """A day as 2026/11/20（金）."""
    return f"{day:%Y/%m/%d}（{_WEEKDAYS[day.weekday()]}）"


def clock_text(at: datetime) -> str:
    """A time of day as 7:58, in Japan."""
    local = at.astimezone(JST)
    return f"{local.hour}:{local.minute:02}"


def time_text(at: datetime | None, day: date) -> str:
    """A time of a day's work; of a night shift that ends on the next morning as 翌5:00 (ruling 27)."""
    if at is None:
        return ""
    return _("day.next_morning").format(time=clock_text(at)) if jst_day(at) > day else clock_text(at)


def month_text(first: date, last: date) -> str:
    """Months as 2026年11月, or from one to another."""
    texts = [f"{one.year}年{one.month}月" for one in (first, last)]
    return texts[0] if first == last else "から".join(texts)


def sheet_of(days: DayList) -> dict[str, Any]:
    """The sheet: all words of the paper."""
    with override("ja"):
        kind, made = days.wish.kind, days.as_of.astimezone(JST)
        notes = _notes(days.lines)
        said = any(line.row.bound.by_hand and line.row.bound.first for line in days.lines)
        columns = [name for name in _COLUMNS if name not in _ABOVE[kind]]
        return {
            "title": _("paper.days.title"),
            "about": f"{days.subject} {month_text(days.wish.first_month, days.wish.last_month)}",
            "day": [made.year, made.month, made.day],
            "warning": _("day.not_working_hours"),
            "made": _("paper.days.made").format(moment=f"{day_text(made.date())}{clock_text(made)}"),
            "facts": [*_facts(days), (_("paper.days.histories"), _histories(days))],
            "counters": _counters(days),
            "explained": "".join([
                _(f"paper.explained.{kind}"), _("paper.days.histories_help"), _("paper.days.said") if said else "",
            ]),
            "people": _people(days),
            "days": {
                "title": _("paper.days.rows").format(count=f"{len(days.lines):,}"), "empty": _("paper.days.empty"),
                "columns": _heads(columns), "rows": [_row(line, columns, notes) for line in days.lines],
            },
            "legends": [_states(days.lines), _reasons(notes)],
            "geta": _("paper.days.geta"),
        }  # fmt: skip


def _heads(names: Sequence[str]) -> list[dict[str, object]]:
    return [{"label": _(f"paper.column.{name}"), **WIDTHS[name]} for name in names]


def _facts(days: DayList) -> list[tuple[str, str]]:
    wish = days.wish
    end = wish.last_month.replace(day=monthrange(wish.last_month.year, wish.last_month.month)[1])
    last = min(end, max(jst_day(days.as_of), wish.first_month))
    period = _("paper.days.from_to").format(first=day_text(wish.first_month), last=day_text(last))
    facts = [
        (_(f"paper.name.{wish.kind}"), days.subject),
        (_(f"paper.number.{wish.kind}"), grouped(days.subject_id)),
        *([(_("paper.column.firm"), days.firm)] if days.firm else []),
        (_("paper.days.period"), period),
    ]
    return facts if days.whole else [*facts, (_("paper.days.range"), _("paper.days.own_part"))]


def _count_people(lines: Sequence[DayLine]) -> list[tuple[DayLine, Counters]]:
    """Each person by a line of his, with his counters."""
    found: dict[int, list[DayLine]] = defaultdict(list)
    for line in lines:
        found[line.row.worker_id].append(line)
    return [(own[0], count_days(line.row for line in own)) for own in found.values()]


def _uncounted(lines: Sequence[DayLine]) -> dict[int, int]:
    """Of each person the calendar days that stand nowhere but under 数えられません."""
    days: dict[int, dict[date, set[Standing]]] = defaultdict(lambda: defaultdict(set))
    for line in lines:
        days[line.row.worker_id][line.row.bound.day].add(line.row.bound.standing)
    return {one: sum(held == {Standing.NONE} for held in found.values()) for one, found in days.items()}


def _counters(days: DayList) -> list[tuple[str, str]]:
    """The three counters of ruling 28; days that wait beside them where there are any. Of several people: their sum."""
    unit = _("paper.days.number" if days.wish.kind in _OF_ONE_PERSON else "paper.days.sum")
    counted = [counters for _line, counters in _count_people(days.lines)]
    sums = {name: sum(getattr(one, name) for one in counted) for name in _COUNTED}
    return [
        (_(f"paper.column.{name}"), unit.format(count=f"{count:,}"))
        for name, count in sums.items()
        if count or name != "waiting"
    ]


def _histories(days: DayList) -> str:
    """就業履歴数: how many histories stand in which way; a second trade on a day is one more (rulings 26, 28)."""
    counted = count_histories(line.row for line in days.lines)
    parts = ((name, getattr(counted, name)) for name in _COUNTED)
    return " ".join(
        _("paper.days.histories_of").format(name=_(f"paper.column.{name}"), count=f"{count:,}")
        for name, count in parts
        if count or name != "waiting"
    )


def _people(days: DayList) -> dict[str, Any]:
    lines = days.lines if days.wish.kind not in _OF_ONE_PERSON else []
    uncounted = _uncounted(lines)
    rows = sorted(
        [
            line.name, grouped(line.row.worker_id), *(str(getattr(counters, name)) for name in _COUNTED),
            str(uncounted[line.row.worker_id]),
        ]
        for line, counters in _count_people(lines)
    )  # fmt: skip
    title = _("paper.days.people").format(count=len(rows))
    return {"title": title, "columns": _heads(("person", "id", *_COUNTED, "uncounted")), "rows": rows}


def _notes(lines: Sequence[DayLine]) -> dict[Reason, str]:
    """A short mark for each reason that occurs; what it means stands behind the table."""
    held = {reason for line in lines for reason in line.row.bound.reasons}
    return {
        reason: _("paper.days.note").format(number=number)
        for number, reason in enumerate((one for one in Reason if one in held), start=1)
    }


def _row(line: DayLine, columns: Sequence[str], notes: Mapping[Reason, str]) -> list[str]:
    one = line.row.bound
    cells = {
        "day": day_text(one.day), "person": line.name or grouped(line.row.worker_id), "site": line.site, "firm": line.firm,
        "trade": line.trade, "position": line.position, "work": one.assignment.work, "first": time_text(one.first, one.day),
        "how": _("export.by_hand" if one.by_hand else "export.touched"),
        "last": time_text(one.last, one.day), "standing": _standing(line),
        "notes": " ".join(notes[reason] for reason in one.reasons),
    }  # fmt: skip
    return [cells[name] for name in columns]


def _standing(line: DayLine) -> str:
    """How a day stands, and in which way it was approved where it was (ruling 28)."""
    words = "・".join(_(f"approval.{one}") for one in line.approval) or (line.approved_at and _("approval.prime"))
    standing = _(f"day.standing.{line.row.bound.standing}")
    return f"{standing}（{words}）" if words else standing


def _states(lines: Sequence[DayLine]) -> dict[str, Any]:
    rows = [[_(f"day.standing.{one}"), _(f"paper.standing.{one}")] for one in Standing]
    held = {one for line in lines for one in line.approval}
    rows += [[_(f"approval.{one}"), _(f"paper.approval.{one}")] for one in Approval if one in held]
    return {"title": _("paper.days.states"), "columns": _heads(("standing", "meaning")), "rows": rows}


def _reasons(notes: Mapping[Reason, str]) -> dict[str, Any]:
    parts = ("cause", "consequence", "remedy", "who")
    rows = [[mark, *(_(f"reason.{reason}.{part}") for part in parts)] for reason, mark in notes.items()]
    return {"title": _("paper.days.notes"), "columns": _heads(("note", *parts)), "rows": rows}
