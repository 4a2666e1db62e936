"""All addresses that the server answers."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """All addresses with their patterns."""
    for entry in resolver.url_patterns:
        where = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, where)
        else:
            yield where, entry


def takes_get(entry: URLPattern) -> bool:
    """Whether an address is a page and not only the target of a form: `require_POST` keeps its methods in its closure."""
    view: Any = entry.callback
    while view is not None:
        if any(cell.cell_contents == ["POST"] for cell in view.__closure__ or ()):
            return False
        view = getattr(view, "__wrapped__", None)
    return True
