"""The site that a touch is made at: asked anew for each, since a device can be moved while it runs.

Of a touch that brings its own time only the server knows where the device was then.
"""

from reader.store import Store
from reader.texts import listed, phrase


class SiteError(Exception):
    """The device serves several sites, and none was named; the message says so."""


def site_for(store: Store, asked: str) -> str:
    """The site that a touch is written for, so that it stays the same touch when the pairing changes later.

    Empty while the device is not registered: its first place is that of what was kept before. Raises `SiteError`.
    """
    if asked:
        return asked
    sites = sorted({one.site for one in store.identity().terminals})
    if len(sites) > 1:
        raise SiteError(phrase("reader.which_site", sites=listed(sites)))
    return sites[0] if sites else ""


def site_by_time(store: Store, asked: str) -> str:
    """The site that is written for a touch with a time of its own: that which was named, else none: the server tells it.

    Raises `SiteError` as for a touch of now: it tells none where there were several.
    """
    site_for(store, asked)
    return asked
