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
