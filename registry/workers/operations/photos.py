"""Photos of workers. A new one comes with the registration; later ones with a paid card or its renewal (ruling 17)."""

from datetime import datetime
from typing import IO

from registry.accounts.states import Permission
from registry.core.actor import Actor
from registry.core.errors import NotAllowedError, RegistryError
from registry.files.operations import keep_draft
from registry.files.queries import Draft
from registry.files.states import MOST_BYTES

MOST_PHOTO_BYTES = MOST_BYTES  # of what is sent in


def keep_photo(picture: IO[bytes], *, by: Actor, at: datetime) -> Draft:
    """Keep a face photo as 294 × 378 pixels until the worker is registered. Raises what is wrong with it."""
    if not by.has(Permission.OFFICE_REGISTER):
        raise NotAllowedError
    try:
        return keep_draft(picture.read(MOST_BYTES + 1), by=by, at=at)
    except RegistryError as error:
        error.field = "photo"
        raise
