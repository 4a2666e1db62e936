"""Every address names its permission."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from registry.accounts.states import Permission

# Addresses of Django's own or for machines that watch the process; each is public on purpose.
PUBLIC_ADDRESSES = {"healthz", "readyz", "i18n/setlang/"}
KNOWN = {"public", "device", *Permission}


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """All addresses with their patterns."""
    for entry in resolver.url_patterns:
        where = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, where)
        else:
            yield where, entry


def test_every_address_names_its_permission() -> None:
    unnamed = [
        where
        for where, pattern in patterns(get_resolver())
        if where not in PUBLIC_ADDRESSES and getattr(pattern.callback, "permission", None) not in KNOWN
    ]
    assert unnamed == []
