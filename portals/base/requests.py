"""A request as our middleware and pages leave it: what Django's own class does not know of."""

from dataclasses import dataclass, field
from typing import cast

from django.http import HttpRequest

from registry.core.viewer import Viewer
from registry.drafts.derive import Typed


@dataclass(frozen=True)
class DraftOfPage:
    """What a page with a long form knows of its draft."""

    owner: str  # signed: which login, which address
    typed: dict[str, Typed] = field(default_factory=dict)


class PortalRequest(HttpRequest):
    """A request after `ViewerMiddleware`: it knows who looks. `draft` stands on pages with a long form alone."""

    viewer: Viewer
    draft: DraftOfPage


def of_portal(request: HttpRequest) -> PortalRequest:
    """The same request, by what it knows."""
    return cast("PortalRequest", request)
