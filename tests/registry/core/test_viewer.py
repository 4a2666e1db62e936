from typing import Any

import pytest

from registry.core.actor import Actor, ActorKind
from registry.core.viewer import Viewer


def test_a_stranger_has_no_right_and_cannot_act() -> None:
    assert Viewer().is_stranger
    assert not Viewer().has("worker.own")
    with pytest.raises(ValueError, match="stranger"):
        Viewer().actor()


@pytest.mark.parametrize(
    ("kind", "subject"),
    [(ActorKind.WORKER, {"worker_id": 7}), (ActorKind.BUSINESS, {"business_id": 7}), (ActorKind.OFFICE, {})],
)
def test_a_viewer_acts_as_what_it_is(kind: ActorKind, subject: dict[str, Any]) -> None:
    viewer = Viewer(account_id=1, kind=kind, rights=frozenset({"r"}), **subject)
    assert viewer.actor() == Actor(kind, 1, 7 if subject else None, frozenset({"r"}))
    assert not viewer.is_stranger
