"""By which forms name somebody's day on a site."""

from datetime import date

from registry.core.errors import RegistryError
from registry.core.ids import IdKind, WorkerId, parse_id


def key_of(worker_id: int, day: date) -> str:
    """The words of a form for a worker and a day."""
    return f"{worker_id}:{day.isoformat()}"


def place_of(key: str) -> tuple[WorkerId, date] | None:
    """Whom and which day a form names by `key_of`; None where it names neither."""
    worker, _colon, day = key.partition(":")
    try:
        return WorkerId(parse_id(worker, IdKind.WORKER)), date.fromisoformat(day)
    except (RegistryError, ValueError):
        return None
