"""`POST /api/v1/devices`: a device registers by a short code."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from api.endpoint import endpoint
from api.problems import problem
from api.v1.signed import signed_parts
from registry.accounts.operations import TooOftenError, check_allowance, use_allowance
from registry.accounts.states import Limited
from registry.core.errors import RegistryError
from registry.core.networks import network_of
from registry.touches.operations.asking import make_next_secret, pair_further
from registry.touches.operations.devices import PairingCodeError, register_device
from registry.touches.operations.items import UNREAD, BatchShapeError

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"\A[^\x00-\x1f\x7f-\x9f]*\Z")]


class Registration(msgspec.Struct, frozen=True):
    """What a device says of itself."""

    code: Text
    store: Text
    name: Text
    dense: bool = True


_decode_registration = msgspec.json.Decoder(Registration).decode


@endpoint("public")  # the code is the proof
def post_devices(request: HttpRequest) -> HttpResponse:
    """Register a device; its secret travels in this answer and never again."""
    try:
        wanted = _decode_registration(request.body)
    except UNREAD:
        return problem(request, BatchShapeError())
    network, now = network_of(request.META["REMOTE_ADDR"]), timezone.now()
    try:
        check_allowance(Limited.PAIRING, network, at=now)
        if "Device" in request.headers:
            return _further_place(request, wanted.code, at=now)
        made = register_device(wanted.code, store=wanted.store, name=wanted.name, dense=wanted.dense, at=now)
    except RegistryError as error:
        if isinstance(error, PairingCodeError):
            with suppress(TooOftenError):  # told at the next try
                use_allowance(Limited.PAIRING, network, at=now)
        return problem(request, error)
    terminals = [{"site": str(made.site_id), "name": made.terminal_name}]
    return JsonResponse({"device": str(made.device_id), "secret": made.secret, "terminals": terminals}, status=201)


def _further_place(request: HttpRequest, code: str, *, at: datetime) -> HttpResponse:
    """A registered device serves one more terminal; its number and its secret stay."""
    device_id, places = pair_further(*signed_parts(request), code, at=at)
    terminals = [{"site": str(one.site_id), "name": one.name} for one in places]
    return JsonResponse({"device": str(device_id), "terminals": terminals})


@endpoint("device")
def post_secret(request: HttpRequest) -> HttpResponse:
    """Hand out the device's next secret, masked with the present one, which holds until the next is used."""
    try:
        masked = make_next_secret(*signed_parts(request), at=timezone.now())
    except RegistryError as error:
        return problem(request, error)
    return JsonResponse({"masked_secret": masked})
