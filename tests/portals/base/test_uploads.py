"""What is kept of files that somebody sends."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.test import Client

from registry.accounts.states import Role
from registry.files.states import MOST_BYTES
from tests.factories.cast import logged_in, office_login

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of what reached memory or disk."""
    sizes: list[int] = []
    for handler in (MemoryFileUploadHandler, TemporaryFileUploadHandler):
        keep = handler.receive_data_chunk

        def count(self: Any, raw_data: bytes, start: int, keep: Any = keep) -> Any:
            rest = keep(self, raw_data, start)
            sizes.extend([len(raw_data)] if rest is None else [])
            return rest

        monkeypatch.setattr(handler, "receive_data_chunk", count)
    return sizes


@pytest.mark.parametrize("size", [1000, 4 * 1024 * 1024])
def test_a_page_that_takes_no_files_keeps_none(kept: list[int], size: int) -> None:
    sent = {"login_id": "1", "password": "x", "photo": SimpleUploadedFile("a.jpg", b"0" * size)}
    answer = Client().post("/login/", sent)
    assert (answer.status_code, kept) == (422, [])


def test_of_a_file_that_is_too_long_no_more_is_kept_than_tells_so(kept: list[int]) -> None:
    photo = SimpleUploadedFile("a.jpg", b"0" * (MOST_BYTES + 300_000), "image/jpeg")
    answer = logged_in(office_login(Role.REVIEWER)).post("/office/workers/new/", {"photo": photo})
    assert sum(kept) == MOST_BYTES + 1
    assert "写真のファイルが大きすぎます" in answer.content.decode()
