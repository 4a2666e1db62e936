"""Whether a follower has read all."""

from datetime import date

import pytest

from registry.changes.operations import follow_changes, note_change
from registry.changes.queries import is_behind
from registry.changes.states import ChangeKind
from tests.factories.changes import until_free


def read(follower: str) -> None:
    """Let a follower read all."""
    with follow_changes(follower):
        pass


@pytest.mark.django_db(transaction=True)
def test_a_follower_is_behind_until_it_has_read() -> None:
    assert not is_behind("f")
    note_change(ChangeKind.SITE, site_id=1, from_on=date(2026, 11, 20))
    until_free()
    assert is_behind("f")
    read("f")
    assert not is_behind("f")
    assert is_behind("another")
