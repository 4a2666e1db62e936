"""What all addresses for machines have in common."""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

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
