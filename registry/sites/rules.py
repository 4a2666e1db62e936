"""Who handles a site as its prime; which posters hold."""

from datetime import datetime
from typing import Protocol

from registry.core.actor import Actor, ActorKind
from registry.core.errors import RegistryError
from registry.sites.derive import PosterCode


class Filed(Protocol):
    """A site as a row of the table or of a query: whose it is, and under which unit of that firm."""

    @property
    def business_id(self) -> int:
        """The prime."""

    @property
    def unit_id(self) -> int | None:
        """The unit; None: nobody but those who act for the whole firm."""


def is_prime(by: Actor, site: Filed) -> bool:
    """Whether somebody acts for a site's prime, and the site lies within his part of the firm (spec 1.3)."""
    if by.kind is ActorKind.SYSTEM:
        return True
    return by.subject_id == site.business_id and by.reaches(site.business_id, site.unit_id)


class PosterUnknownError(RegistryError):
    """A code that is not ours, or of a terminal that does not exist."""

    code = "POSTER_UNKNOWN"


class PosterWithdrawnError(RegistryError):
    """The prime has withdrawn this printed poster."""

    code = "POSTER_WITHDRAWN"


class PosterStaleError(RegistryError):
    """A screen showed this code more than a minute ago."""

    code = "POSTER_STALE"


def check_poster(code: PosterCode, generation: int, *, at: datetime) -> None:
    """Whether a poster holds at a moment; `generation` is that of the terminal's newest printed one."""
    if code.is_printed and code.generation != generation:
        raise PosterWithdrawnError(site_id=code.site_id)
    if not code.is_printed and not code.holds_at(at):
        raise PosterStaleError(site_id=code.site_id)
