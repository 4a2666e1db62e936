"""Pages that belong to no portal: the errors, and the page that shows every part of the design system."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template

from portals.base.access import BEHIND_THE_LOGIN, PUBLIC, may_open, page, to_login, viewer_of
from portals.base.drafts import keep_unsent
from portals.base.samples import sample_context
from registry.core.viewer import Viewer


@page(PUBLIC)
def components(request: HttpRequest) -> HttpResponse:
    """Every part of the design system on one page, for those who write pages."""
    return render(request, "base/components.html", sample_context())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """Unknown and forbidden look alike: nobody must learn what exists. A stranger is asked to log in by both."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is not None and viewer.is_stranger and request.path.startswith(BEHIND_THE_LOGIN):
        return to_login(request)
    return render(request, "404.html", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """A page that was left open too long, or that another tab has overtaken. Who may not open it learns nothing of it.

    Only for whom the page had been made it has the word of a draft: another tab may have logged somebody else in since.
    """
    kept = keep_unsent(request)
    if not may_open(request) and (viewer_of(request).is_stranger or not kept):
        return not_found(request)
    return render(request, "base/csrf_failure.html", {"kept": kept}, status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """What cannot be read as a request. Rendered without it: its host may be what is wrong."""
    return HttpResponse(get_template("400.html").render(), status=400)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """Something unexpected. Rendered without the request: the part that failed may be what the page's frame asks for."""
    return HttpResponse(get_template("500.html").render(), status=500)
