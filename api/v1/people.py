"""`POST /api/v1/people`: a device learns the names for its receipts, to be shown also without a network."""

import hashlib
import hmac

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
from registry.touches.operations.batches import DeviceForkedError, SignatureError
from registry.touches.operations.items import BatchShapeError

STATUSES: dict[type[RegistryError], int] = {SignatureError: 401, DeviceForkedError: 409, BatchShapeError: 422}
KEEP_DAYS = 14


@endpoint("device")
def post_people(request: HttpRequest) -> HttpResponse:
    """Hashes of the cards of those expected today, each with the name; the key is the device's secret."""
    now = timezone.now()
    try:
        device = check_question(*signed_parts(request))
    except RegistryError as error:
        return problem(request, error, STATUSES[type(error)])
    names = see_names_at_gate(device.sites, at=now)
    people = [
        {"card": hmac.new(device.secret, credential.encode(), hashlib.sha256).hexdigest(), "name": names[worker_id]}
        for worker_id, credentials in credentials_of(list(names), on=jst_day(now)).items()
        for credential in credentials
    ]
    return JsonResponse({"people": people, "keep_days": KEEP_DAYS})
