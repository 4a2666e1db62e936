"""What is done and what is read: the log rows."""

from enum import StrEnum
from typing import Any

import pytest
from django.db import connection

from registry.accounts.models import Account
from registry.accounts.states import ACCOUNT_LIFE, AccountMove
from registry.audit.models import Look, Move
from registry.audit.operations import grant_rights, move, note_act, see_many
from registry.core.actor import Actor, ActorKind
from registry.core.errors import MoveRefusedError
from registry.core.read_policy import Purpose, ReadPolicy, Relation, field
from registry.core.viewer import Viewer
from tests.factories.accounts import an_account
from tests.factories.cast import NOW

pytestmark = pytest.mark.django_db
SELF, EMPLOYER, OFFICE, OTHER = Relation.SELF, Relation.EMPLOYER, Relation.OFFICE, Relation.OTHER
POLICY = ReadPolicy(
    "thing", (field("id", SELF, EMPLOYER, OTHER), field("secret"), field("name", SELF, EMPLOYER), field("phone", SELF))
)
ROWS = {n: {"id": n, "secret": "s", "name": f"name {n}", "phone": "0"} for n in (7, 5, 6)}
CLERK = Actor(ActorKind.BUSINESS, account_id=3, subject_id=22)
FIRM = Viewer(account_id=3, kind=ActorKind.BUSINESS, business_id=22, purpose=Purpose.EMPLOYMENT)


def see(relations: dict[int, frozenset[Relation]], viewer: Viewer = FIRM) -> dict[int, dict[str, Any]]:
    """What comes out, by subject."""
    return {one.subject_id: dict(one.values) for one in see_many(viewer, POLICY, ROWS, relations, at=NOW)}


def as_(relation: Relation, *ids: int) -> dict[int, frozenset[Relation]]:
    """The same relation to several."""
    return dict.fromkeys(ids, frozenset({relation}))


def test_a_move_changes_the_state_and_says_who_when_and_why() -> None:
    account = Account.objects.get(pk=an_account())
    move(account, ACCOUNT_LIFE, AccountMove.CLOSE, by=CLERK, at=NOW, reason="left")
    account.refresh_from_db()
    row = Move.objects.latest("pk")
    assert account.state == "closed"
    assert (row.noun, row.subject_id, row.move, row.from_state, row.to_state) == (
        "accounts_account", account.pk, "close", "initial", "closed",
    )  # fmt: skip
    assert (row.at, row.actor_kind, row.account_id, row.actor_subject_id, row.reason) == (
        NOW, "business", 3, 22, "left",
    )  # fmt: skip


def test_a_refused_move_leaves_no_trace() -> None:
    account = Account.objects.get(pk=an_account())
    logged = Move.objects.count()
    with pytest.raises(MoveRefusedError):
        move(account, ACCOUNT_LIFE, AccountMove.CONFIRM_CODE, by=CLERK, at=NOW)
    assert account.state == "initial"
    assert Move.objects.count() == logged


class Other(StrEnum):
    JUMP = "jump"


def test_a_move_of_another_workflow_is_refused() -> None:
    account = Account.objects.get(pk=an_account())
    with pytest.raises(MoveRefusedError):
        move(account, ACCOUNT_LIFE, Other.JUMP, by=CLERK, at=NOW)


def test_an_act_has_no_states_unless_told() -> None:
    note_act("thing", 1, "write", by=Actor.system(), at=NOW)
    row = Move.objects.get()
    assert (row.from_state, row.to_state, row.actor_kind, row.account_id) == ("", "", "system", None)


def test_only_the_fields_of_the_relation_come_out() -> None:
    assert see(as_(EMPLOYER, 5) | as_(OTHER, 6)) == {5: {"id": 5, "name": "name 5"}, 6: {"id": 6}}


def test_who_stands_in_no_relation_sees_nothing_and_leaves_no_look() -> None:
    assert see(as_(OFFICE, 5)) == {}
    assert see({}) == {}
    assert Look.objects.count() == 0


def test_several_relations_add_up() -> None:
    assert see({5: frozenset({OTHER, SELF})})[5] == {"id": 5, "name": "name 5", "phone": "0"}


def test_a_list_leaves_one_look_with_all_its_subjects() -> None:
    see(as_(EMPLOYER, 5, 6, 7))
    look = Look.objects.get()
    assert (look.subjects, look.noun, look.relation, look.purpose) == ([5, 6, 7], "thing", "employer", "employment")
    assert (look.at, look.account_id, look.business_id) == (NOW, 3, 22)


def test_the_mask_holds_the_positions_of_what_was_shown() -> None:
    see(as_(EMPLOYER, 5))
    assert Look.objects.get().items == 0b101
    assert POLICY.names(Look.objects.get().items) == ["id", "name"]


def test_all_who_are_seen_alike_stand_in_one_row_and_nobody_reads_of_more_than_was_shown() -> None:
    see(as_(OTHER, 6) | as_(EMPLOYER, 5) | {7: frozenset({OTHER, EMPLOYER})})
    assert sorted((one.relation, one.items, one.subjects) for one in Look.objects.all()) == [
        ("employer", 0b101, [5, 7]), ("other", 0b1, [6]),
    ]  # fmt: skip


def test_a_look_at_oneself_is_not_logged() -> None:
    see(as_(SELF, 5))
    assert Look.objects.count() == 0


def test_in_a_mixed_list_oneself_is_left_out_of_the_look() -> None:
    see(as_(SELF, 5) | as_(OTHER, 6))
    look = Look.objects.get()
    assert (look.subjects, look.items, look.relation) == ([6], 0b1, "other")


def test_the_order_of_the_rows_stays() -> None:
    assert list(see(as_(OTHER, 5, 6, 7))) == [7, 5, 6]


def test_what_is_not_visible_reads_as_none() -> None:
    (one,) = see_many(FIRM, POLICY, {5: ROWS[5]}, as_(OTHER, 5), at=NOW)
    assert (one.get("id"), one.get("name"), one.get("nothing")) == (5, None, None)


def test_the_running_role_may_add_to_the_logs_and_change_the_rest_and_cannot_help_itself() -> None:
    grant_rights("app")  # as `app`
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t, has_table_privilege(t, 'INSERT'), has_table_privilege(t, 'UPDATE'), has_table_privilege(t, 'DELETE')"
            " FROM unnest(ARRAY['audit_move', 'audit_look', 'workers_worker']) t"
        )
        assert cursor.fetchall() == [
            ("audit_move", True, False, False),
            ("audit_look", True, False, False),
            ("workers_worker", True, True, True),
        ]
