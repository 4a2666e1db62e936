"""`POST /api/v1/people`: a device learns the names for its receipts, to be shown also without a network."""

import hashlib
import hmac
import secrets

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from api.endpoint import endpoint
from api.problems import problem
from api.v1.signed import signed_parts
from registry.cards.queries import credentials_of
from registry.core.days import jst_day
from registry.core.errors import RegistryError
from registry.disclosure.queries import see_names_at_gate
from registry.touches.operations.asking import check_question

KEEP_DAYS = 14
SALT_BYTES = 16


@endpoint("device")
def post_people(request: HttpRequest) -> HttpResponse:
    """Hashes of the cards of those expected today, each with the name, masked; the key of both is the device's secret."""
    now = timezone.now()
    try:
        device = check_question(*signed_parts(request))
    except RegistryError as error:
        return problem(request, error)
    names, salt = see_names_at_gate(device.sites, at=now), secrets.token_hex(SALT_BYTES)
    people = [
        _masked(device.secret, salt, credential, names[worker_id])
        for worker_id, credentials in credentials_of(list(names), on=jst_day(now)).items()
        for credential in credentials
    ]
    return JsonResponse({"salt": salt, "people": people, "keep_days": KEEP_DAYS})


def _masked(secret: bytes, salt: str, credential: str, name: str) -> dict[str, str]:
    """A card and its name as they travel: any request of the device sent again by somebody else is a question too."""
    card = hmac.new(secret, credential.encode(), hashlib.sha256).hexdigest()
    masked = masked_name(secret, salt, card, name.encode())
    return {"card": card, "masked_name": masked.hex()}


def masked_name(secret: bytes, salt: str, card: str, name: bytes) -> bytes:
    """A name that only who holds the secret can read; masked once more it is the name."""
    blocks = range(len(name) // hashlib.sha256().digest_size + 1)
    # No body of a request and no card begins like this.
    parts = [hmac.new(secret, f"\0name\0{salt}:{card}:{block}".encode(), hashlib.sha256) for block in blocks]
    mask = b"".join([part.digest() for part in parts])
    return bytes(one ^ other for one, other in zip(name, mask, strict=False))
