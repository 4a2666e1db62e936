"""Reads of files, for the noun that owns a file. Nothing here asks who looks."""

from dataclasses import dataclass, field
from datetime import datetime

from registry.core.actor import Actor
from registry.files.models import File
from registry.files.states import DRAFT_LIFE


@dataclass(frozen=True)
class StoredFile:
    """A file as it is handed out."""

    media_type: str
    digest: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Draft:
    """A file of a form that is not finished, by the key that the form carries along."""

    key: str
    content: bytes = field(repr=False)


def get_file(file_id: int) -> StoredFile:
    """A file by its number."""
    found = File.objects.get(pk=file_id, draft_key=None)
    return StoredFile(found.media_type, found.digest, bytes(found.content))


def find_draft(key: str, *, by: Actor, at: datetime) -> Draft | None:
    """What somebody has sent in with a form that is not finished; nobody else finds it."""
    own = File.objects.filter(draft_key=key, drafted_by=by.account_id, stored_at__gt=at - DRAFT_LIFE)
    found = own.first() if key else None
    return Draft(key, bytes(found.content)) if found else None
