"""Every address names its permission."""

from django.urls import get_resolver

from registry.accounts.states import Permission
from tests.factories.addresses import patterns

# Addresses of Django's own or for machines that watch the process; each is public on purpose.
PUBLIC_ADDRESSES = {"healthz", "readyz", "i18n/setlang/"}
KNOWN = {"public", "device", *Permission}


def test_every_address_names_its_permission() -> None:
    unnamed = [
        where
        for where, pattern in patterns(get_resolver())
        if where not in PUBLIC_ADDRESSES and getattr(pattern.callback, "permission", None) not in KNOWN
    ]
    assert unnamed == []
