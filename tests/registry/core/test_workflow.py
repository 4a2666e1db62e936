from enum import StrEnum

import pytest

from registry.core.errors import MoveRefusedError
from registry.core.workflow import Step, Workflow


class Light(StrEnum):
    RED = "red"
    GREEN = "green"


class Turn(StrEnum):
    GO = "go"


LIFE = Workflow("light", Light.RED, (Step(Turn.GO, (Light.RED,), Light.GREEN),))


def test_target_follows_the_table() -> None:
    assert LIFE.target(Turn.GO, Light.RED) is Light.GREEN


def test_target_refuses_what_is_not_in_the_table() -> None:
    with pytest.raises(MoveRefusedError):
        LIFE.target(Turn.GO, Light.GREEN)


def test_moves_from() -> None:
    assert LIFE.moves_from(Light.RED) == [Turn.GO]
    assert LIFE.moves_from(Light.GREEN) == []


def test_diagram_has_each_step() -> None:
    assert "red --> green: go" in LIFE.diagram()
