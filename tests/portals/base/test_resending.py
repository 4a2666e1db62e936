"""What the button says that sends a first password again."""

from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import RequestFactory

from portals.base.resending import send_again
from registry.core.errors import MoveRefusedError


def refuse() -> bool:
    raise MoveRefusedError


@pytest.mark.parametrize(
    ("send", "level", "said"),
    [
        (lambda: True, "success", "印刷待ちにしました"),
        (lambda: False, "info", "すでに印刷を待っています"),
        (refuse, "info", "すでにご自分のパスワードを決めています"),
    ],
)
def test_each_outcome_has_its_words(send: Callable[[], bool], level: str, said: str) -> None:
    request = RequestFactory().post("/")
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]  # as Django's middleware does
    send_again(request, send)
    (message,) = get_messages(request)
    assert (message.level_tag, said in str(message.message)) == (level, True)
