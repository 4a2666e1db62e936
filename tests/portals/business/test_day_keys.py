from datetime import date

import pytest

from portals.business.day_keys import key_of, place_of
from registry.core.ids import IdKind, WorkerId, make_id


def test_a_key_names_whom_and_which_day() -> None:
    worker_id = WorkerId(make_id(IdKind.WORKER))
    assert place_of(key_of(worker_id, date(2026, 11, 19))) == (worker_id, date(2026, 11, 19))


@pytest.mark.parametrize(
    "key", ["", ":", "7", "7:2026-11-19", "x:2026-11-19", "99910100388621:", "99910100388621:2026-02-30"]
)
def test_what_names_neither_is_no_key(key: str) -> None:
    assert place_of(key) is None
