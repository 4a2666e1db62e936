"""What a signed request of a device brings."""

from django.http import HttpRequest


def signed_parts(request: HttpRequest) -> tuple[str, str, bytes]:
    """Device, signature and raw body."""
    return request.headers.get("Device", ""), request.headers.get("Signature", ""), request.body
