"""Reads of touches: `presence`, `devices`, and the `orphans` that stand in no day yet."""

from registry.touches.queries.devices import (
    MISSING_AT_MOST,
    REFUSED_AT_MOST,
    OwnPhone,
    RefusedTouch,
    ServedPlace,
    SiteDevice,
    count_unsent,
    find_phone,
    list_bare_terminals,
    list_devices,
    list_refused,
    list_site_devices,
    list_troubled_devices,
    owed_numbers,
    places_of_device,
)
from registry.touches.queries.orphans import (
    UNPLACED_AT_MOST,
    Unknown,
    UnknownCard,
    UnknownSite,
    Unplaced,
    count_unknown_cards,
    count_unknown_sites,
    find_settled,
    find_unknown_card,
    find_unknown_site,
    list_unknown_cards,
    list_unknown_cards_of_site,
    list_unknown_sites,
    list_unplaced,
    sites_with_unplaced,
)
from registry.touches.queries.presence import Touched, directions_of, months_of_sites, months_of_workers
from registry.touches.queries.sources import Source, sources_of_touches

__all__ = [
    "MISSING_AT_MOST", "REFUSED_AT_MOST", "UNPLACED_AT_MOST", "OwnPhone", "RefusedTouch", "ServedPlace", "SiteDevice", "Source", "Touched", "Unknown",
    "UnknownCard", "UnknownSite", "Unplaced", "count_unknown_cards", "count_unknown_sites", "count_unsent", "directions_of", "find_phone", "find_settled", "find_unknown_card", "find_unknown_site", "list_bare_terminals",
    "list_devices", "list_refused", "list_site_devices", "list_troubled_devices", "list_unknown_cards", "list_unknown_cards_of_site",
    "list_unknown_sites", "list_unplaced", "months_of_sites", "months_of_workers", "owed_numbers",
    "places_of_device", "sites_with_unplaced", "sources_of_touches",
]  # fmt: skip
