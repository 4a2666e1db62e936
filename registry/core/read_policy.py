"""Read policies: field by field, which relations to a person or firm may read it. Private by default."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Relation(StrEnum):
    """How a viewer stands to a subject, at a moment. A relation, not a role."""

    SELF = "self"
    EMPLOYER = "employer"
    UPPER_FIRM = "upper_firm"
    OFFICE = "office"
    OTHER = "other"


class Purpose(StrEnum):
    """Why personal data is read; kept in the look log."""

    OWN_WORK = "own_work"
    EMPLOYMENT = "employment"
    SITE = "site"
    DESK = "desk"
    SEARCH = "search"


@dataclass(frozen=True)
class Field:
    """One readable field. An empty `readers` is a decision too: nobody reads it through pages."""

    name: str
    readers: frozenset[Relation]


def field(name: str, *readers: Relation) -> Field:
    """Decide who reads a field."""
    return Field(name, frozenset(readers))


@dataclass(frozen=True)
class ReadPolicy:
    """The decided fields of one noun, in the order of the item mask of the look log."""

    noun: str
    fields: tuple[Field, ...]

    def visible(self, relations: Iterable[Relation]) -> frozenset[str]:
        """Names of the fields that somebody with these relations may read."""
        held = frozenset(relations)
        return frozenset(f.name for f in self.fields if f.readers & held)

    def mask(self, names: Iterable[str]) -> int:
        """The item mask of field names: bit n is the n-th field of the policy."""
        wanted = frozenset(names)
        return sum(1 << n for n, f in enumerate(self.fields) if f.name in wanted)

    def names(self, mask: int) -> list[str]:
        """Field names of an item mask."""
        return [f.name for n, f in enumerate(self.fields) if mask >> n & 1]
