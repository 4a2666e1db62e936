"""Errors for machines: problem+json (RFC 9457), with the stable code and the three texts."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import get_language_from_request, gettext, override

from registry.accounts.operations import TooOftenError
from registry.core.errors import RegistryError


def problem(request: HttpRequest, error: RegistryError, status: int) -> JsonResponse:
    """An expected error as problem+json, in the language that the request asks for, else in Japanese.

    The thread may still have the language of the page it made before.
    """
    with override(_asked_for(request)):
        texts = {
            part: gettext(f"error.{error.code}.{part}").format(**error.data)
            for part in ("cause", "consequence", "remedy")
        }
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
    answer = problem(request, MethodError(), 405)
    answer["Allow"] = "POST"
    return answer


class LengthError(RegistryError):
    """A body came in pieces and without its length."""

    code = "LENGTH"


def missing_length(request: HttpRequest) -> JsonResponse:
    """A request has to say how long its body is."""
    return problem(request, LengthError(), 411)


class BodySizeError(RegistryError):
    """A body is larger than any that we read."""

    code = "BODY_SIZE"


def too_large(request: HttpRequest) -> JsonResponse:
    """The body is larger than any that we read."""
    return problem(request, BodySizeError(most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024), 413)


class AddressError(RegistryError):
    """No machine has this address."""

    code = "ADDRESS"


def unknown_address(request: HttpRequest) -> JsonResponse:
    """There is nothing at this address."""
    return problem(request, AddressError(), 404)
