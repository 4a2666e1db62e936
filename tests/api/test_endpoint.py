"""What all addresses for machines have in common."""

from io import BytesIO
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from api.bodies import MOST_READ_AWAY
from api.endpoint import endpoint

ADDRESSES = ("/api/v1/touches", "/api/v1/devices", "/api/v1/devices/secret", "/api/v1/people")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_only_post_is_answered(address: str, method: str) -> None:
    answer = Client().generic(method, address)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_a_post_reaches_the_view_which_carries_its_permission() -> None:
    view = endpoint("device")(lambda request: HttpResponse(request.body))
    assert view(RequestFactory().post("/", b"{}", content_type="application/json")).content == b"{}"
    assert vars(view)["permission"] == "device"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_token_of_a_page_is_asked_for(address: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(address, b"", content_type="application/json")
    assert answer.headers["Content-Type"] == "application/problem+json"


class Pipe(BytesIO):
    """What a client still sends."""

    def __init__(self, size: int) -> None:
        super().__init__(b" " * size)

    @property
    def left(self) -> int:
        return len(self.getbuffer()) - self.tell()


def send(address: str, pipe: Pipe, **more: Any) -> Any:
    given: Any = {"wsgi.input": pipe, **more}
    return Client().post(address, b"", content_type="application/json", **given)


@pytest.mark.parametrize("address", [*ADDRESSES, "/api/v1/nothing-here", "/api/v2/touches"])
def test_what_is_too_large_is_read_away_so_that_the_answer_is_heard(address: str) -> None:
    pipe = Pipe(3 * 1024 * 1024)
    answer = send(address, pipe, CONTENT_LENGTH=str(3 * 1024 * 1024))
    assert (answer.status_code, pipe.left) == (413 if address in ADDRESSES else 404, 0)
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_body_in_pieces_is_told_to_say_its_length(address: str) -> None:
    pipe = Pipe(100_000)
    answer = send(address, pipe, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    assert (answer.status_code, answer.json()["code"], pipe.left) == (411, "LENGTH", 0)
    assert "Content-Length" in answer.json()["detail"]


def test_nobody_keeps_us_reading() -> None:
    pipe = Pipe(MOST_READ_AWAY + 1024 * 1024)
    send("/api/v1/touches", pipe, CONTENT_LENGTH=str(MOST_READ_AWAY + 1024 * 1024))
    assert pipe.left > 0
