"""Errors for machines: problem+json (RFC 9457), with the stable code and the three texts."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import get_language_from_request, gettext, override

from registry.accounts.operations import TooOftenError
from registry.core.errors import RegistryError
from registry.touches.operations.batches import BatchSizeError, DeviceForkedError, SignatureError
from registry.touches.operations.devices import PairingCodeError, StoreShapeError, StoreTakenError
from registry.touches.operations.items import BatchShapeError


def problem(request: HttpRequest, error: RegistryError) -> JsonResponse:
    """An expected error as problem+json, in the language that the request asks for, else in Japanese.

    The thread may still have the language of the page it made before.
    """
    with override(_asked_for(request)):
        texts = {
            part: gettext(f"error.{error.code}.{part}").format(**error.data)
            for part in ("cause", "consequence", "remedy")
        }
    status = STATUSES[type(error)]
    content = {
        "type": f"urn:ccus:problem:{error.code}", "title": texts["cause"], "status": status, "code": error.code,
        "detail": f"{texts['consequence']} {texts['remedy']}",
    }  # fmt: skip
    wait = {"Retry-After": str(error.seconds)} if isinstance(error, TooOftenError) else {}
    return JsonResponse(
        content, status=status, headers=wait, content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )  # fmt: skip


def _asked_for(request: HttpRequest) -> str:
    """The language of `Accept-Language`, without a look at cookies; machines have none."""
    bare = HttpRequest()
    bare.META["HTTP_ACCEPT_LANGUAGE"] = request.META.get("HTTP_ACCEPT_LANGUAGE", "")
    return get_language_from_request(bare)


class MethodError(RegistryError):
    """An address takes POST only."""

    code = "METHOD"


def wrong_method(request: HttpRequest) -> JsonResponse:
    """The address takes POST only."""
    answer = problem(request, MethodError())
    answer["Allow"] = "POST"
    return answer


class LengthError(RegistryError):
    """A body came in pieces and without its length."""

    code = "LENGTH"


def missing_length(request: HttpRequest) -> JsonResponse:
    """A request has to say how long its body is."""
    return problem(request, LengthError())


class BodySizeError(RegistryError):
    """A body is larger than any that we read."""

    code = "BODY_SIZE"


def too_large(request: HttpRequest) -> JsonResponse:
    """The body is larger than any that we read."""
    return problem(request, BodySizeError(most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024))


class AddressError(RegistryError):
    """No machine has this address."""

    code = "ADDRESS"


def unknown_address(request: HttpRequest) -> JsonResponse:
    """There is nothing at this address."""
    return problem(request, AddressError())


# Every error that a machine can be answered.
STATUSES: dict[type[RegistryError], int] = {
    SignatureError: 401,
    PairingCodeError: 403,
    AddressError: 404,
    MethodError: 405,
    DeviceForkedError: 409,
    StoreTakenError: 409,
    LengthError: 411,
    BatchSizeError: 413,
    BodySizeError: 413,
    BatchShapeError: 422,
    StoreShapeError: 422,
    TooOftenError: 429,
}
