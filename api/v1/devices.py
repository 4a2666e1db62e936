"""`POST /api/v1/devices`: a device registers by a short code."""

from contextlib import suppress
from typing import Annotated

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from api.problems import problem, wrong_method
from registry.accounts.operations import TooOftenError, check_allowance, use_allowance
from registry.accounts.states import Limited
from registry.core.errors import RegistryError
from registry.core.networks import network_of
from registry.touches.operations.devices import PairingCodeError, register_device
from registry.touches.operations.items import BatchShapeError

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"\A[^\x00-\x1f\x7f-\x9f]*\Z")]

STATUS = {"STORE_TAKEN": 409, "TOO_OFTEN": 429}


class Registration(msgspec.Struct, frozen=True):
    """What a device says of itself."""

    code: Text
    store: Text
    name: Text
    dense: bool = True


@csrf_exempt  # the code is the proof; cookies are never looked at
def post_devices(request: HttpRequest) -> HttpResponse:
    """Register a device; its secret travels in this answer and never again."""
    if request.method != "POST":
        return wrong_method(request)
    try:
        wanted = msgspec.json.decode(request.body, type=Registration)
    except (msgspec.DecodeError, UnicodeDecodeError, RequestDataTooBig):
        return problem(BatchShapeError(), 422)
    network, now = network_of(request.META["REMOTE_ADDR"]), timezone.now()
    try:
        check_allowance(Limited.PAIRING, network, at=now)
        made = register_device(wanted.code, store=wanted.store, name=wanted.name, dense=wanted.dense, at=now)
    except RegistryError as error:
        if isinstance(error, PairingCodeError):
            with suppress(TooOftenError):  # told at the next try
                use_allowance(Limited.PAIRING, network, at=now)
        return problem(error, STATUS.get(error.code, 403))
    terminals = [{"site": str(made.site_id), "name": made.terminal_name}]
    return JsonResponse({"device": str(made.device_id), "secret": made.secret, "terminals": terminals}, status=201)


post_devices.permission = "public"  # type: ignore[attr-defined]  # read by the test that walks all addresses
