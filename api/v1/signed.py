"""What a signed request of a device brings."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from registry.touches.operations.items import BatchShapeError


def signed_parts(request: HttpRequest) -> tuple[str, str, bytes]:
    """Device, signature and raw body. Raises `BatchShapeError` where the body is too large."""
    try:
        body = request.body
    except RequestDataTooBig:
        raise BatchShapeError from None
    return request.headers.get("Device", ""), request.headers.get("Signature", ""), body
