"""Faces: the answer that shows one, and the picture that a form keeps until it is finished."""

import base64
from dataclasses import dataclass

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response

from portals.base.access import viewer_of
from portals.base.forms import add_refusal, key_of
from registry.core.errors import RegistryError
from registry.disclosure.queries import see_photo
from registry.workers.operations.photos import keep_photo
from registry.workers.queries import find_kept_photo

CACHED_SECONDS = 600


def photo_answer(request: HttpRequest, worker_id: int) -> HttpResponseBase:
    """A worker's face as the viewer may see it. Raises `NotFoundError` otherwise. Only the viewer's browser keeps it."""
    photo = see_photo(viewer_of(request), worker_id, at=timezone.now())
    answer = HttpResponse(
        photo.content, content_type=photo.media_type,
        headers={
            "Cache-Control": f"private, max-age={CACHED_SECONDS}", "ETag": f'"{photo.digest}"',
            "Content-Disposition": 'attachment; filename="photo.jpg"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )  # fmt: skip
    return get_conditional_response(request, etag=answer["ETag"], response=answer) or answer


@dataclass(frozen=True)
class KeptPhoto:
    """A picture that a form carries along, by its key, and how the page shows it."""

    key: str
    data_url: str


def kept_photo(request: HttpRequest, form: BaseForm) -> KeptPhoto | None:
    """The picture that came with this request, or with an earlier one of the same form; what is wrong stands beside it."""
    by, at = viewer_of(request).actor(), timezone.now()
    draft = find_kept_photo(key_of(request, "photo_key"), by=by, at=at)
    if upload := request.FILES.get("photo"):
        try:
            draft = keep_photo(upload, by=by, at=at)
        except RegistryError as error:
            add_refusal(form, error)
    if draft is None:
        return None
    return KeptPhoto(draft.key, f"data:image/jpeg;base64,{base64.b64encode(draft.content).decode()}")
