"""Writes of files."""

import hashlib
import secrets
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from django.db import transaction

import registry
from registry.audit.operations import note_act
from registry.core.actor import Actor
from registry.core.errors import RegistryError
from registry.files.models import File
from registry.files.queries import Draft
from registry.files.states import DECODING_SECONDS, DRAFT_LIFE, JPEG, MOST_BYTES, Fault

_ROOT = Path(registry.__path__[0]).parent


class PictureLargeError(RegistryError):
    """A picture has more bytes or pixels than is read."""

    code = "PICTURE_LARGE"


class PictureSmallError(RegistryError):
    """A picture has fewer pixels than a portrait needs."""

    code = "PICTURE_SMALL"


class PictureUnreadableError(RegistryError):
    """What was sent in is no JPEG, PNG or HEIC picture, or a broken one."""

    code = "PICTURE_UNREADABLE"


class DraftGoneError(RegistryError):
    """What was sent in with a form is no longer kept: a day has passed, or it has been used."""

    code = "DRAFT_GONE"


_FAULTS: dict[int, type[RegistryError]] = {
    Fault.TOO_MANY_PIXELS: PictureLargeError,
    Fault.TOO_SMALL: PictureSmallError,
}


def make_portrait(picture: bytes) -> bytes:
    """A portrait out of a picture, decoded by a child process under limits (design: security, files).

    Raises `PictureLargeError`, `PictureSmallError` or `PictureUnreadableError`.
    """
    if len(picture) > MOST_BYTES:
        raise PictureLargeError
    try:
        child = subprocess.run(
            [sys.executable, "-s", "-m", "registry.files.derive"],
            input=picture, capture_output=True, cwd=_ROOT, env={}, timeout=2 * DECODING_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise PictureUnreadableError from None
    if child.returncode:
        raise _FAULTS.get(child.returncode, PictureUnreadableError)
    return child.stdout


def keep_draft(picture: bytes, *, by: Actor, at: datetime) -> Draft:
    """Keep a portrait for a form that is not finished. The picture itself is not kept: nobody asked for more of a face."""
    content = make_portrait(picture)
    draft = Draft(secrets.token_urlsafe(24), content)
    with transaction.atomic():
        File.objects.filter(draft_key__isnull=False, stored_at__lte=at - DRAFT_LIFE).delete()
        file = File.objects.create(
            media_type=JPEG, content=content, digest=hashlib.sha256(content).hexdigest(), stored_at=at,
            draft_key=draft.key, drafted_by=by.account_id,
        )  # fmt: skip
        note_act("files_file", file.pk, "keep_draft", by=by, at=at)
    return draft


@transaction.atomic
def take_draft(key: str, *, by: Actor, at: datetime) -> int:
    """Make a draft the file of the row that the caller writes in the same transaction. Returns its number.

    Raises `DraftGoneError`.
    """
    own = File.objects.select_for_update().filter(draft_key=key, drafted_by=by.account_id)
    file = own.filter(stored_at__gt=at - DRAFT_LIFE).first()
    if file is None:
        raise DraftGoneError
    file.draft_key = file.drafted_by = None
    file.save(update_fields=["draft_key", "drafted_by"])
    note_act("files_file", file.pk, "take_draft", by=by, at=at)
    return file.pk
