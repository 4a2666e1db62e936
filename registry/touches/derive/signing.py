"""The secrets of devices, and what is signed with them."""

import hashlib
import hmac


def device_secret(key: str, device_id: int, version: int) -> bytes:
    """A device's secret, derived from our own key: none is stored."""
    return hmac.new(key.encode(), f"{device_id}:{version}".encode(), hashlib.sha256).digest()


_MASK = b"\0next secret\0"  # no body of a request and no card begins like this


def masked_secret(present: bytes, following: bytes, device_id: int) -> bytes:
    """The following secret as it travels: only who holds the present one can read it, however often a request is replayed."""
    mask = hmac.new(present, _MASK + str(device_id).encode(), hashlib.sha256).digest()
    return bytes(one ^ other for one, other in zip(following, mask, strict=True))


def signature_of(secret: bytes, body: bytes) -> str:
    """The signature of a request's body."""
    return hmac.new(secret, body, hashlib.sha256).hexdigest()
