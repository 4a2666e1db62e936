"""Who acts: handed as `by` to every write."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from registry.core.reach import WHOLE, Reach


class ActorKind(StrEnum):
    """In what part somebody acts."""

    WORKER = "worker"
    BUSINESS = "business"
    OFFICE = "office"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """Who acts. `account_id` is None for the system; `subject_id` is the worker or firm."""

    kind: ActorKind
    account_id: int | None = None
    subject_id: int | None = None
    rights: frozenset[str] = frozenset()
    reach: Reach = WHOLE  # what of the own firm and of its sites

    @classmethod
    def system(cls) -> Self:
        """The system itself, in tasks and set-up."""
        return cls(ActorKind.SYSTEM)

    def has(self, right: str) -> bool:
        """Whether the one who acts holds a right; the system holds all."""
        return self.kind is ActorKind.SYSTEM or right in self.rights

    def reaches(self, business_id: int | None, unit_id: int | None) -> bool:
        """Whether what a firm files under a unit lies within one's limits: without any, or in one's own part of it."""
        return self.reach.is_whole or (self.subject_id == business_id and self.reach.holds_unit(unit_id))

    def reaches_site(self, site_id: int, business_id: int | None, unit_id: int | None) -> bool:
        """Whether a site that a firm files under a unit lies within one's limits, or was given to one."""
        return site_id in self.reach.sites or self.reaches(business_id, unit_id)
