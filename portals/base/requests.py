"""A request as our middleware and pages leave it: what Django's own class does not know of."""

from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest

from registry.core.viewer import Viewer
from registry.drafts.queries import DraftRow


@dataclass(frozen=True)
class DraftOfPage:
    """What a page with a form knows of its draft."""

    word: str  # signed: which login, which address, which fields
    found: DraftRow | None  # what the form was filled with
    is_long: bool


class PortalRequest(HttpRequest):
    """A request after `ViewerMiddleware`: it knows who looks. `draft` stands on pages with a form alone."""

    viewer: Viewer
    draft: DraftOfPage


def of_portal(request: HttpRequest) -> PortalRequest:
    """The same request, by what it knows."""
    return cast("PortalRequest", request)
