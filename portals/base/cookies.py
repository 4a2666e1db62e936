"""What our cookies are called. In production each is bound to its host by its name: no other host can set or read it."""

from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


def cookie_name(name: str) -> str:
    """A cookie's name at this place."""
    return f"{settings.COOKIE_PREFIX}{name}"


class _InCookie(CookieStorage):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cookie_name = cookie_name("messages")


class Messages(FallbackStorage):
    """Messages of the next page: in a cookie, and those that it cannot hold in the session."""

    storage_classes = (_InCookie, SessionStorage)
