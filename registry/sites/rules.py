"""Who handles a site as its prime."""

from typing import Protocol

from registry.core.actor import Actor, ActorKind


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
