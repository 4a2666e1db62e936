"""What `see_many` lets out, and what it writes down of it."""

import pytest

from registry.audit.models import Look
from registry.audit.operations import see_many
from registry.core.actor import ActorKind
from registry.core.read_policy import ReadPolicy, Relation, field
from registry.core.viewer import Viewer
from tests.factories.cast import NOW

pytestmark = pytest.mark.django_db
EMPLOYER, UPPER, SELF = Relation.EMPLOYER, Relation.UPPER_FIRM, Relation.SELF
POLICY = ReadPolicy("sample", (field("name", EMPLOYER, UPPER, SELF), field("phone", EMPLOYER, SELF), field("secret")))
VIEWER = Viewer(1, ActorKind.BUSINESS, business_id=2)
ROW = {"name": "見本", "phone": "000", "secret": "x"}


def looks() -> list[tuple[str, list[str], list[int]]]:
    return [(one.relation, POLICY.names(one.items), one.subjects) for one in Look.objects.order_by("id")]


def test_all_who_are_seen_alike_stand_in_one_row() -> None:
    relations = dict.fromkeys((3, 1, 2), frozenset({EMPLOYER}))
    seen = see_many(VIEWER, POLICY, dict.fromkeys(relations, ROW), relations, at=NOW)
    assert [one.values for one in seen] == [{"name": "見本", "phone": "000"}] * 3
    assert looks() == [("employer", ["name", "phone"], [1, 2, 3])]


def test_nobody_reads_of_more_than_was_shown_of_them() -> None:
    relations = {1: frozenset({EMPLOYER, UPPER}), 2: frozenset({UPPER}), 3: frozenset({UPPER})}
    see_many(VIEWER, POLICY, dict.fromkeys(relations, ROW), relations, at=NOW)
    assert looks() == [("employer", ["name", "phone"], [1]), ("upper_firm", ["name"], [2, 3])]


def test_the_own_look_and_what_nobody_may_see_leave_no_row() -> None:
    relations = {1: frozenset({SELF}), 2: frozenset({Relation.OTHER})}
    assert [one.subject_id for one in see_many(VIEWER, POLICY, {1: ROW, 2: ROW}, relations, at=NOW)] == [1]
    assert looks() == []
