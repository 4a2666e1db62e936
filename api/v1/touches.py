"""`POST /api/v1/touches`: a device sends what it has (docs/handbook/ingest.md)."""

from collections.abc import Sequence
from threading import Semaphore

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from api.endpoint import endpoint
from api.gathering import Gathering
from api.problems import problem
from registry.core.errors import RegistryError
from registry.histories.operations.receiving import Received, receive_batch, receive_one, receive_together
from registry.touches.operations.batches import BatchSizeError, open_signed
from registry.touches.operations.judging import SentBatch

# A batch of more touches is worth statements of its own; of smaller ones so many share them.
SMALL = 20
# Of the bigger ones each process works on so many at a time: while two wait for the database, another one is judged. With
# fewer the processors wait, a tenth of the time; more would only take turns, and each turn costs.
BIG_AT_ONCE = 3


def _receive_small(batches: Sequence[SentBatch]) -> Sequence[Received | RegistryError | None]:
    connection.close_if_unusable_or_obsolete()  # its thread begins no request, which is when others ask
    return receive_together(batches)


_small_ones: Gathering[SentBatch, Received | RegistryError] = Gathering(_receive_small)
_big_ones = Semaphore(BIG_AT_ONCE)


def _receive_big(sent: SentBatch) -> Received | RegistryError | None:
    with _big_ones:  # what has to be taken alone waits for locks, and is not counted
        return receive_one(sent)


@endpoint("device")
def post_touches(request: HttpRequest) -> HttpResponse:
    """Take a batch of touches from a device."""
    try:
        sender = request.META  # `headers` would read all of them anew for each request
        sent = open_signed(
            sender.get("HTTP_DEVICE", ""), sender.get("HTTP_SIGNATURE", ""), request.body, at=timezone.now()
        )
        # A test's transaction is seen by its own thread alone; the server has none open here.
        is_shared = len(sent.opened.items) <= SMALL and not connection.in_atomic_block
        answer = receive_batch(sent, _small_ones.ask if is_shared else _receive_big)
    except RequestDataTooBig:
        return problem(request, BatchSizeError())
    except RegistryError as error:
        return problem(request, error)
    return HttpResponse(msgspec.json.encode(answer), content_type="application/json")
