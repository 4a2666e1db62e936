"""Who gets a worker's face, and how it travels."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from registry.accounts.states import Role
from registry.audit.models import Look
from registry.workers.policy import WORKER_POLICY
from tests.factories.cast import NOW, a_firm, a_worker, logged_in, office_login
from tests.factories.photos import a_kept_photo
from tests.factories.visitors import as_firm, as_worker

pytestmark = pytest.mark.django_db


class Cast:
    """A worker with a photo, the employer, another firm, another worker, the desk."""

    def __init__(self) -> None:
        firm, other = a_firm(), a_firm("別の会社")
        self.worker = a_worker(firm, photo_key=a_kept_photo()).worker_id
        colleague = a_worker(firm, "同僚").worker_id
        self.clients = {
            "self": as_worker(self.worker), "colleague": as_worker(colleague), "firm": as_firm(firm), "other": as_firm(other),
            "desk": logged_in(office_login(Role.DESK)),
        }  # fmt: skip


@pytest.fixture
def cast() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield Cast()


def test_only_those_whom_the_read_policy_lets_through_get_the_face(cast: Cast) -> None:
    addresses = {
        "self": "/worker/photo/", "colleague": "/worker/photo/", "firm": f"/business/workers/{cast.worker}/photo/",
        "other": f"/business/workers/{cast.worker}/photo/", "desk": f"/office/workers/{cast.worker}/photo/",
    }  # fmt: skip
    answers = {who: cast.clients[who].get(address).status_code for who, address in addresses.items()}
    assert answers == {"self": 200, "colleague": 404, "firm": 200, "other": 404, "desk": 200}
    assert Client().get("/worker/photo/").status_code == 302


def test_pages_show_the_face_where_it_may_be_seen(cast: Cast) -> None:
    shown = {
        "self": ["/worker/", "/worker/own/"], "firm": [f"/business/workers/{cast.worker}/"],
        "desk": [f"/office/workers/{cast.worker}/"],
    }  # fmt: skip
    for who, pages in shown.items():
        for page in pages:
            assert "ds-photo" in cast.clients[who].get(page).content.decode()
    assert "ds-photo" not in cast.clients["other"].get(f"/business/workers/{cast.worker}/").content.decode()
    assert "ds-photo" not in cast.clients["colleague"].get("/worker/").content.decode()


def test_the_look_at_a_face_is_logged_as_that_alone(cast: Cast) -> None:
    cast.clients["firm"].get(f"/business/workers/{cast.worker}/photo/")
    look = Look.objects.order_by("-id")[0]
    assert (look.subjects, WORKER_POLICY.names(look.items)) == ([cast.worker], ["photo"])


def test_the_face_stays_in_the_viewers_browser_and_runs_nothing(cast: Cast) -> None:
    answer = cast.clients["self"].get("/worker/photo/")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "private, max-age=600"
    assert "Cookie" in answer["Vary"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"].startswith("attachment")
    again = cast.clients["self"].get("/worker/photo/", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
