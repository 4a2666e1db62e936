"""Who handles a site as its prime; which posters hold."""

from datetime import datetime
from typing import Protocol

from registry.accounts.states import Permission
from registry.core.actor import Actor, ActorKind
from registry.core.errors import RegistryError
from registry.sites.derive import PosterCode


class Filed(Protocol):
    """A site as a row of the table or of a query: whose it is, and under which unit of that firm."""

    @property
    def id(self) -> int:
        """The site ID."""

    @property
    def business_id(self) -> int | None:
        """The prime; None: a 仮現場."""

    @property
    def unit_id(self) -> int | None:
        """The unit; None: nobody but those who act for the whole firm."""


def is_prime(by: Actor, site: Filed) -> bool:
    """Whether somebody acts for a site's prime, and reaches the site: through his part of the firm, or given to him (ruling 7)."""
    if by.kind is ActorKind.SYSTEM:
        return True
    if site.business_id is None:
        return False
    return by.subject_id == site.business_id and by.reach.holds_site(site.id, site.unit_id)


class Opened(Protocol):
    """A 仮現場 as a row of the table or of a query: who opened it, and what it was joined to."""

    @property
    def business_id(self) -> int | None:
        """The firm that opened it."""

    @property
    def worker_id(self) -> int | None:
        """The worker who opened it."""

    @property
    def joined_id(self) -> int | None:
        """The site that it turned out to be."""


def may_open_unregistered(by: Actor) -> bool:
    """Whether somebody opens a 仮現場: a worker for himself, or who manages sites for a whole firm (ruling 30)."""
    if by.kind is ActorKind.WORKER:
        return by.subject_id is not None
    return by.kind is ActorKind.BUSINESS and by.has(Permission.SITE_MANAGE) and by.reach.is_whole


def has_opened(by: Actor, opened: Opened) -> bool:
    """Whether somebody opened a 仮現場, and so takes devices off it; a phone is lost also after it was joined."""
    own = opened.worker_id if by.kind is ActorKind.WORKER else opened.business_id
    return may_open_unregistered(by) and own is not None and own == by.subject_id


def handles_unregistered(by: Actor, opened: Opened) -> bool:
    """Whether somebody pairs devices with a 仮現場 and joins it: who opened it, until it is joined."""
    return opened.joined_id is None and has_opened(by, opened)


class BoardEmptyError(RegistryError):
    """Neither name nor address of a 仮現場 was typed."""

    code = "BOARD_EMPTY"


class LabourInsuranceError(RegistryError):
    """A text is no 労働保険番号."""

    code = "LABOUR_INSURANCE"


class BoardNumberError(RegistryError):
    """A number of the notice board has no digit."""

    code = "BOARD_NUMBER"


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
