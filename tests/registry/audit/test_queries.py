"""Who looked at somebody's data, as that person may see it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from registry.audit.operations import see_many
from registry.audit.queries import LookRow, list_looks
from registry.core.read_policy import Purpose, ReadPolicy, Relation, field
from registry.core.viewer import Viewer
from tests.factories.cast import NOW

pytestmark = pytest.mark.django_db
POLICY = ReadPolicy("thing", (field("name", Relation.EMPLOYER),))
FIRM = Viewer(account_id=3, business_id=22, purpose=Purpose.EMPLOYMENT)


def look(*ids: int, hours: int = 0, firm: int = 22) -> None:
    """A firm looks."""
    rows = {n: {"name": "n"} for n in ids}
    see_many(
        replace(FIRM, business_id=firm), POLICY, rows, dict.fromkeys(ids, frozenset({Relation.EMPLOYER})), at=NOW + timedelta(hours=hours)
    )  # fmt: skip


def looks_at(subject_id: int, *, start: int = 0) -> list[LookRow]:
    """The looks of a day."""
    return list_looks("thing", subject_id, from_at=NOW, until_at=NOW + timedelta(days=1), start=start)


def test_looks_at_others_are_not_listed() -> None:
    look(1, 2)
    look(2, hours=1)
    assert [row.number for row in looks_at(1)] == [1]
    assert [row.number for row in looks_at(2)] == [2]
    assert looks_at(3) == []


def test_a_look_says_which_firm_saw_what_and_names_no_other_subject() -> None:
    look(1, 2)
    assert looks_at(1) == [LookRow(22, "employer", 1, NOW, NOW, 1)]


def test_only_the_noun_and_the_time_that_are_asked_for() -> None:
    for hours in (-1, 0, 23, 24):
        look(1, hours=hours)
    assert [row.last_at for row in looks_at(1)] == [NOW + timedelta(hours=23), NOW]
    assert list_looks("other", 1, from_at=NOW, until_at=NOW + timedelta(days=1)) == []


def test_the_newest_look_comes_first_and_pages_meet() -> None:
    for firm in (24, 22, 23):
        look(1, hours=firm - 22, firm=firm)
    assert [row.business_id for row in looks_at(1)] == [24, 23, 22]
    assert [row.business_id for row in looks_at(1, start=1)] == [23, 22]


def test_looks_of_a_firm_on_a_day_of_japan_are_one_row() -> None:
    """Fifteen hours after NOW it is another day there."""
    for hours in (0, 1, 1, 15):
        look(1, hours=hours)
    look(1, hours=1, firm=23)
    assert [(row.business_id, row.first_at - NOW, row.last_at - NOW, row.number) for row in looks_at(1)] == [
        (22, timedelta(hours=15), timedelta(hours=15), 1), (23, timedelta(hours=1), timedelta(hours=1), 1),
        (22, timedelta(), timedelta(hours=1), 3),
    ]  # fmt: skip
