"""Errors for machines: problem+json (RFC 9457), with the stable code and the three texts."""

from django.conf import settings
from django.http import JsonResponse
from django.utils.translation import gettext, override

from registry.accounts.operations import TooOftenError
from registry.core.errors import RegistryError


def problem(error: RegistryError, status: int) -> JsonResponse:
    """An expected error as problem+json, in Japanese: the thread may still have the language of the page it made before."""
    with override(settings.LANGUAGE_CODE):
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


class MethodError(RegistryError):
    """An address takes POST only."""

    code = "METHOD"


def wrong_method() -> JsonResponse:
    """The address takes POST only."""
    answer = problem(MethodError(), 405)
    answer["Allow"] = "POST"
    return answer


class LengthError(RegistryError):
    """A body came in pieces and without its length."""

    code = "LENGTH"


def missing_length() -> JsonResponse:
    """A request has to say how long its body is."""
    return problem(LengthError(), 411)


class BodySizeError(RegistryError):
    """A body is larger than any that we read."""

    code = "BODY_SIZE"


def too_large() -> JsonResponse:
    """The body is larger than any that we read."""
    return problem(BodySizeError(most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024), 413)


class AddressError(RegistryError):
    """No machine has this address."""

    code = "ADDRESS"


def unknown_address() -> JsonResponse:
    """There is nothing at this address."""
    return problem(AddressError(), 404)
