"""What all addresses for machines have in common."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Literal

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from api.bodies import after_failure
from api.problems import too_large, wrong_method

View = Callable[[HttpRequest], HttpResponse]


def endpoint(permission: Literal["device", "public"]) -> Callable[[View], View]:
    """An address that takes POST from whom it names: a device that signs, or anybody. Cookies are never looked at."""

    def named(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest) -> HttpResponse:
            try:
                given = view(request) if request.method == "POST" else wrong_method(request)
            except RequestDataTooBig:
                given = too_large(request)
            return given if given.status_code < HTTPStatus.BAD_REQUEST else after_failure(request, given)

        vars(answer).update(permission=permission)  # read by the test that walks all addresses
        return answer

    return named
