"""Errors that a person can be told: a stable code, the key of three texts (cause, consequence, remedy)."""

from typing import ClassVar


class RegistryError(Exception):
    """Something expected went wrong; the doors turn it into a form error or problem+json.

    `code` is stable and never reused; `field` names the input that it stands beside; `data` fills the texts.
    """

    code: ClassVar[str] = "REGISTRY_ERROR"

    def __init__(self, *, field: str | None = None, **data: object) -> None:
        super().__init__(self.code)
        self.field = field
        self.data = data


class NotAllowedError(RegistryError):
    """The one who acts may not do this. Shown to strangers as if the thing did not exist."""

    code = "NOT_ALLOWED"


class NotFoundError(RegistryError):
    """There is no such thing, or the viewer may not know of it."""

    code = "NOT_FOUND"


class MoveRefusedError(RegistryError):
    """A workflow has no such move from the present state."""

    code = "MOVE_REFUSED"
