"""How long drafts are kept and how much of one, without tables."""

from collections.abc import Mapping
from datetime import timedelta

from registry.core.typed_text import visible

KEPT_FOR = timedelta(days=14)
KEPT_AT_MOST = 20  # of one login; the oldest gives way
LONGEST = 2_000  # signs of one field; no field takes a longer text

Typed = str | bool | list[str] | None


def cut(typed: Mapping[str, Typed]) -> dict[str, Typed]:
    """What is kept of a form: what no field would take is cut, so that nobody fills the disk with drafts."""
    return {name: _cut(value) for name, value in typed.items()}


def _cut(value: Typed) -> Typed:
    if isinstance(value, list):
        return [visible(one)[:LONGEST] for one in value]
    return visible(value)[:LONGEST] if isinstance(value, str) else value
