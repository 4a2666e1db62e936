"""Who looks: made once a request by the door."""

from dataclasses import dataclass, field

from registry.core.actor import Actor, ActorKind
from registry.core.reach import WHOLE, Reach
from registry.core.read_policy import Purpose


@dataclass(frozen=True)
class Viewer:
    """Who looks, in which part, and for what purpose. A stranger has no account."""

    account_id: int | None = None
    kind: ActorKind | None = None
    worker_id: int | None = None
    business_id: int | None = None
    rights: frozenset[str] = field(default_factory=frozenset)
    purpose: Purpose = Purpose.OWN_WORK
    login_id: str = ""
    display_name: str = ""
    reach: Reach = WHOLE  # what of the own firm and of its sites

    def has(self, right: str) -> bool:
        """Whether the viewer holds a right."""
        return right in self.rights

    @property
    def is_stranger(self) -> bool:
        """Whether nobody is logged in."""
        return self.account_id is None

    def actor(self) -> Actor:
        """The same person as one who acts. A stranger cannot act."""
        if self.kind is None:
            message = "a stranger cannot act"
            raise ValueError(message)
        return Actor(self.kind, self.account_id, self.worker_id or self.business_id, self.rights, self.reach)
