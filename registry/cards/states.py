"""The life of a card, and the colours of levels."""

from enum import StrEnum

from registry.core.workflow import Step, Workflow


class CardState(StrEnum):
    """Where a card stands."""

    ACTIVE = "active"
    STOPPED = "stopped"  # reported lost; can be lifted
    REPLACED = "replaced"  # a newer branch was issued
    DEAD = "dead"


class CardMove(StrEnum):
    """What can happen to a card."""

    STOP = "stop"
    LIFT = "lift"
    REPLACE = "replace"
    END = "end"


CARD_LIFE = Workflow(
    "cards_card",
    CardState.ACTIVE,
    (
        Step(CardMove.STOP, (CardState.ACTIVE,), CardState.STOPPED),
        Step(CardMove.LIFT, (CardState.STOPPED,), CardState.ACTIVE),
        Step(CardMove.REPLACE, (CardState.ACTIVE, CardState.STOPPED), CardState.REPLACED),
        Step(CardMove.END, (CardState.ACTIVE, CardState.STOPPED, CardState.REPLACED), CardState.DEAD),
    ),
)
LOST = "lost"  # the reason for a stop that the log keeps
COLOURS = {1: "white", 2: "blue", 3: "silver", 4: "gold"}  # ruling 16
