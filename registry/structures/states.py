"""The life of a firm's place in a structure."""

from datetime import timedelta
from enum import StrEnum

from registry.core.workflow import Step, Workflow


class TenureState(StrEnum):
    """Where a firm's place in a structure stands."""

    INVITED = "invited"  # 要請中
    ACCEPTED = "accepted"  # 承認
    NAMED = "named"  # a firm without 事業者ID, by name
    DECLINED = "declined"  # 否認
    WITHDRAWN = "withdrawn"  # taken back before anybody worked there
    JOINED = "joined"  # the named firm has registered; a row with its ID took over


LIVE = (TenureState.INVITED, TenureState.ACCEPTED, TenureState.NAMED)


class TenureMove(StrEnum):
    """What can happen to it."""

    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    NAME = "name"
    JOIN = "join"


TENURE_LIFE = Workflow(
    "structures_tenure",
    TenureState.INVITED,
    (
        Step(TenureMove.ACCEPT, (TenureState.INVITED,), TenureState.ACCEPTED),
        Step(TenureMove.DECLINE, (TenureState.INVITED,), TenureState.DECLINED),
        Step(
            TenureMove.WITHDRAW,
            (TenureState.INVITED, TenureState.NAMED, TenureState.ACCEPTED),
            TenureState.WITHDRAWN,
        ),
        Step(TenureMove.NAME, (TenureState.INVITED,), TenureState.NAMED),
        Step(TenureMove.JOIN, (TenureState.NAMED,), TenureState.JOINED),
    ),
)

KEY_LENGTH = 10
KEY_LIFE = timedelta(days=30)
