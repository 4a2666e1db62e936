"""Every move from every state of every workflow; and the same table once more in the database, whoever writes."""

from collections import deque
from collections.abc import Iterator
from enum import StrEnum
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from registry.audit.models import Move
from registry.audit.operations import move
from registry.core.actor import Actor
from registry.core.errors import MoveRefusedError
from registry.core.workflow import Workflow
from tests.consistency.test_workflows import workflows
from tests.factories.cast import NOW
from tests.factories.one_of_each import OneOfEach

# What a state needs besides its word: a stopped card says since when, a made paper is there.
BESIDE: dict[str, dict[str, Any]] = {
    "cards_card": {"stopped_at": NOW}, "touches_device": {"revoked_at": NOW},
    "papers_paper": {"content": b"%PDF", "made_at": NOW},
}  # fmt: skip


def states(life: Workflow) -> list[StrEnum]:
    """All states of a workflow."""
    return list(type(life.initial))


def moves(life: Workflow) -> list[StrEnum]:
    """All moves of a workflow."""
    return list(type(life.steps[0].move))


def way(life: Workflow, state: StrEnum) -> list[StrEnum]:
    """The shortest way of moves that leads to a state."""
    known: dict[StrEnum, list[StrEnum]] = {life.initial: []}
    queue = deque([life.initial])
    while queue and state not in known:
        here = queue.popleft()
        for one in life.moves_from(here):
            target = life.target(one, here)
            if target not in known:
                known[target] = [*known[here], one]
                queue.append(target)
    return known[state]


def thing_in(life: Workflow, state: StrEnum) -> Any:
    """The oldest row of a workflow's table that has not moved yet, taken to a state."""
    model: type[models.Model] = next(one for one in apps.get_models() if one._meta.db_table == life.name)
    thing: Any = model._default_manager.filter(state=life.initial).order_by("pk")[0]
    model._default_manager.filter(pk=thing.pk).update(**BESIDE.get(life.name, {}))
    for one in way(life, state):
        move(thing, life, one, by=Actor.system(), at=NOW)
    return thing


@pytest.fixture
def _taken_back(one_of_each: OneOfEach) -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


MOVES = [(life, state, one) for life in workflows() for state, one in product(states(life), moves(life))]
PAIRS = [(life, a, b) for life in workflows() for a, b in product(states(life), repeat=2) if a != b]


@pytest.mark.usefixtures("_taken_back")
@pytest.mark.parametrize(("life", "state", "step"), MOVES, ids=lambda one: getattr(one, "name", str(one)))
def test_a_move_goes_as_the_table_says_or_not_at_all(life: Workflow, state: StrEnum, step: StrEnum) -> None:
    thing = thing_in(life, state)
    logged = Move.objects.count()
    targets = [one.target for one in life.steps if one.move == step and state in one.sources]

    if targets:
        move(thing, life, step, by=Actor.system(), at=NOW, reason="why")
    else:
        with pytest.raises(MoveRefusedError):
            move(thing, life, step, by=Actor.system(), at=NOW)

    thing.refresh_from_db()
    assert thing.state == (targets[0] if targets else state)
    rows = list(
        Move.objects.order_by("pk").values_list("noun", "subject_id", "move", "from_state", "to_state")[logged:]
    )
    assert rows == [(life.name, thing.pk, step, state, target) for target in targets]


@pytest.mark.usefixtures("_taken_back")
@pytest.mark.parametrize(("life", "before", "after"), PAIRS, ids=lambda one: getattr(one, "name", str(one)))
def test_the_database_lets_through_what_the_table_has_and_nothing_else(
    life: Workflow, before: StrEnum, after: StrEnum
) -> None:
    thing = thing_in(life, before)
    rows = type(thing)._default_manager.filter(pk=thing.pk)

    if (before, after) in set(life.pairs()):
        assert rows.update(state=after) == 1
    else:
        with pytest.raises(IntegrityError, match=f"no move from {before} to {after}"), transaction.atomic():
            rows.update(state=after)


@pytest.mark.usefixtures("_taken_back")
@pytest.mark.parametrize("life", workflows(), ids=lambda life: life.name)
def test_a_row_starts_where_the_table_says(life: Workflow) -> None:
    thing = thing_in(life, life.initial)
    thing.pk, thing.state = None, next(one for one in states(life) if one != life.initial)
    with pytest.raises(IntegrityError, match="a new row starts as"), transaction.atomic():
        thing.save(force_insert=True)
