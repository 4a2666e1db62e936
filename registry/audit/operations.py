"""Writes of the audit log: `move()` for what is done, `see_many()` for what is read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from django.db import connection

from registry.audit.models import Move
from registry.core.actor import Actor
from registry.core.days import jst_day
from registry.core.read_policy import ReadPolicy, Relation
from registry.core.viewer import Viewer
from registry.core.workflow import Workflow

MONTHS_AHEAD = timedelta(days=2 * 366)  # for which partitions of logs stand ready


class HasState(Protocol):
    """A model instance with a workflow state."""

    pk: int
    state: str

    def save(self, *, update_fields: Iterable[str]) -> None:
        """Write the named columns."""


def move(thing: HasState, life: Workflow, step: StrEnum, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Take a thing through one step of its life and log it, in the caller's transaction.

    Raises `MoveRefusedError` when the workflow has no such step from the present state.
    """
    before = thing.state
    thing.state = life.target(step, before)
    thing.save(update_fields=["state"])
    note_act(life.name, thing.pk, step, by=by, at=at, reason=reason, states=(before, thing.state))


def note_act(
    noun: str,
    subject_id: int,
    act: str,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    states: tuple[str, str] = ("", ""),
) -> None:
    """Log one act that was done, in the transaction of the act."""
    Move.objects.create(
        at=at, noun=noun, subject_id=subject_id, move=act, from_state=states[0], to_state=states[1],
        actor_kind=by.kind, account_id=by.account_id, actor_subject_id=by.subject_id, reason=reason,
    )  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """What one viewer may see of one subject: visible values by field name, and why they are visible."""

    subject_id: int
    values: Mapping[str, object]
    relations: frozenset[Relation]

    def get(self, name: str) -> object:
        """A visible value; None where the viewer may not read the field."""
        return self.values.get(name)


def see_many(
    viewer: Viewer,
    policy: ReadPolicy,
    rows: Mapping[int, Mapping[str, object]],
    relations: Mapping[int, frozenset[Relation]],
    *,
    at: datetime,
) -> list[Seen]:
    """The only way out for personal data: the visible fields of each subject, with **one** look row for those seen alike.

    Subjects of whom the viewer may read nothing are left out. A person's look at the own data is not logged.
    """
    seen = []
    for subject_id, row in rows.items():
        held = relations.get(subject_id, frozenset())
        names = policy.visible(held)
        values = {name: value for name, value in row.items() if name in names}
        if values:
            seen.append(Seen(subject_id, values, held))
    _note_look(viewer, policy, [s for s in seen if Relation.SELF not in s.relations], at=at)
    return seen


def _note_look(viewer: Viewer, policy: ReadPolicy, seen: list[Seen], *, at: datetime) -> None:
    """One row for all that were seen alike: by the same right, with the same items. Nobody reads of more than was shown."""
    groups: dict[tuple[Relation, int], list[int]] = defaultdict(list)
    for one in seen:
        right = min(one.relations, key=list(Relation).index)
        groups[right, policy.mask(one.values)].append(one.subject_id)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO audit_look (at, account_id, business_id, noun, relation, purpose, items, subjects)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (at, viewer.account_id, viewer.business_id, policy.noun, right, viewer.purpose, items, sorted(subjects))
                for (right, items), subjects in groups.items()
            ],
        )


def make_look_partitions(*, at: datetime) -> int:
    """Make the months of looks for the next two years. Returns how many were missing. Harmless when repeated."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_make_partitions(%s)", [jst_day(at + MONTHS_AHEAD)])
        return int(cursor.fetchone()[0])


def grant_rights(role: str) -> None:
    """Give the running role its rights: all tables, but only INSERT and SELECT where `refuse_change` guards.

    Run as the owner after every migration; harmless when repeated.
    """
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(role)
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
        cursor.execute(
            "SELECT DISTINCT t.tgrelid::regclass::text FROM pg_trigger t"
            " JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'refuse_change'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {name}")
