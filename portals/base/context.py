"""What every page knows: who looks, the menu of the portal."""

from importlib import import_module
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from portals.base.menu import Entry, Link
from registry.core.viewer import Viewer


def page(request: HttpRequest) -> dict[str, Any]:
    """Context of every page."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is None or viewer.kind is None:
        return {"menu": [], "home_url": "/", "portal_name": ""}
    portal = str(viewer.kind)
    entries: list[Entry] = import_module(f"portals.{portal}.menu").ENTRIES
    links = [
        Link(entry.number, gettext(entry.label_key), reverse(entry.url_name), reverse(entry.url_name) == request.path)
        for entry in entries
        if viewer.has(entry.permission)
    ]
    return {"menu": links, "home_url": reverse(f"{portal}:home"), "portal_name": gettext(f"portal.{portal}")}
