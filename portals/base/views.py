"""Pages that belong to no portal: the errors, and the page that shows every part of the design system."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template

from portals.base.access import PUBLIC, page
from portals.base.samples import sample_context


@page(PUBLIC)
def components(request: HttpRequest) -> HttpResponse:
    """Every part of the design system on one page, for those who write pages."""
    return render(request, "base/components.html", sample_context())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """Unknown and forbidden look alike: a stranger must not learn what exists."""
    return render(request, "404.html", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """A page that was left open too long, or that another tab has overtaken."""
    return render(request, "base/csrf_failure.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """Something unexpected. Rendered without the request: the part that failed may be what the page's frame asks for."""
    return HttpResponse(get_template("500.html").render(), status=500)
