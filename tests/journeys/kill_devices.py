"""Further devices at the gate of the demo's site, in the database of the server that is to be killed."""

import json
import sys

from django.utils import timezone

from registry.core.ids import BusinessId
from registry.sites.queries import find_site, list_terminals
from registry.touches.operations.devices import make_pairing_code, register_device
from tests.factories.cast import owner_of


def print_devices(site_id: int, number: int) -> None:
    """Register devices, and print as JSON how they sign."""
    site, at, made = find_site(site_id), timezone.now(), []
    assert site
    for n in range(number):
        code = make_pairing_code(list_terminals(site.id)[0].id, by=owner_of(BusinessId(site.business_id)), at=at).code
        device = register_device(code, store=f"{n:032x}", name=f"端末{n}", dense=True, at=at)
        made.append({"device": str(device.device_id), "secret": device.secret, "store": f"{n:032x}"})
    sys.stdout.write(json.dumps(made))
