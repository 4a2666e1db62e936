"""A fact of a random world, and the world that they are told of."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from registry.core.actor import Actor
from registry.core.ids import BusinessId, SiteId, WorkerId
from registry.structures.queries import get_tenure

START = date(2026, 10, 26)


DAYS = 16


TRADES = ("06-01", "01-01", "02-01")


@dataclass
class Fact:
    """Something that is true, told once. `needs` must be told before; `tell` uses and fills the world's numbers."""

    name: str
    tell: Callable[[], object]
    needs: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Its name without the numbers behind it."""
        return re.sub(r"\d+b?$", "", self.name)


@dataclass
class World:
    """Firms, workers, sites with devices, and the facts about them. The same seed makes the same world."""

    seed: int
    firms: list[BusinessId] = field(default_factory=list)
    owners: list[Actor] = field(default_factory=list)
    workers: list[WorkerId] = field(default_factory=list)
    sites: list[SiteId] = field(default_factory=list)
    gates: list[tuple[int, bytes, str]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    credentials: list[list[dict[str, str]]] = field(default_factory=list)
    name: str = field(default_factory=lambda: secrets.token_hex(16))

    def add(self, name: str, tell: Callable[[], object], *needs: str) -> None:
        """Add a fact."""
        self.facts.append(Fact(name, tell, needs))

    def knows(self, name: str) -> bool:
        """Whether there is such a fact."""
        return any(fact.name == name for fact in self.facts)

    def node(self, number: str) -> int:
        """The position of a tenure."""
        tenure = get_tenure(self.numbers[number], on=START)
        assert tenure
        return tenure.node_id

    def day(self, offset: int) -> date:
        """A day of the world."""
        return START + timedelta(days=offset)


def moment(day: date, minutes: int) -> datetime:
    """A moment: minutes after 00:00 in Japan of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes - 540)
