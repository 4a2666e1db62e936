"""Forms of a whole record: their fields in the blocks in which the record's own page shows them, what is rarely needed folded away."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.forms import BoundField, FileField
from django.utils.translation import gettext as _

from portals.base.rows import Rows, RowsForm
from registry.core.errors import RegistryError


@dataclass(frozen=True)
class Part:
    """Fields that stand together, or rows; open, or folded under a line that may say what it is `about`."""

    fields: tuple[str, ...] = ()
    folded: str = ""
    about: str = ""
    rows: Rows | None = None


@dataclass(frozen=True)
class Block:
    """A block of a record, with the keys of its title and of what is to be known before it is filled in."""

    title: str
    parts: tuple[Part, ...]
    help: str = ""


@dataclass(frozen=True)
class ShownPart:
    """A part on the page: what it is folded under, its fields in groups, and the rows to which one may be added."""

    folded: str
    groups: list[list[BoundField]]
    is_open: bool
    rows: Rows | None
    is_full: bool


class RecordForm(RowsForm):
    """A form of a record, in blocks."""

    layout: ClassVar[tuple[Block, ...]]

    def make_room(self, typed: Iterable[str]) -> None:
        """Have the rows that are needed, each in its block: the error summary follows the page."""
        super().make_room(typed)
        self.order_fields([name for block in self.layout for part in block.parts for name in self._names(part)])

    def blocks(self) -> list[tuple[Block, list[ShownPart]]]:
        """The blocks as the page shows them."""
        return [(block, [self._shown(part) for part in block.parts]) for block in self.layout]

    def typed(self) -> list[tuple[Block, list[BoundField]]]:
        """What was typed, block by block, to be looked at once more, and the open fields that were left empty."""
        return [(block, [self[name] for part in block.parts for name in self._to_check(part)]) for block in self.layout]

    def _to_check(self, part: Part) -> list[str]:
        """What of a part is looked at once more: of folded ones and of rows only what was typed."""
        always = not part.folded and part.rows is None
        return [
            name
            for name in self._names(part)
            if self._is_typed(name) or (always and not isinstance(self.fields[name], FileField))
        ]

    def lists(self) -> Mapping[str, Iterable[str]]:
        """Names that the browser offers while somebody types, by the id of their list."""
        return {}

    def place_of(self, error: RegistryError) -> str | None:
        """The field beside which a refusal of the registry stands."""
        return error.field

    def clean(self) -> dict[str, Any]:
        """Ask for what must be there too, beside where it is missing."""
        for name, needed in self.needs():
            if self.cleaned_data.get(name) and not any(
                self.cleaned_data.get(one) or one in self.errors for one in needed
            ):
                self.add_error(needed[0], _("office.needed").format(label=self[name].label))
        return self.cleaned_data

    def needs(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """What says nothing alone, and what of it has to be there too: one of these."""
        yield from ()

    def _names(self, part: Part) -> list[str]:
        return self.names_of(part.rows) if part.rows else list(part.fields)

    def _shown(self, part: Part) -> ShownPart:
        numbers = range(1, self.count_rows(part.rows) + 1) if part.rows else ()
        groups = [self.row(part.rows, number) for number in numbers] if part.rows else [list(part.fields)]
        is_open = any(self._is_typed(name) or self[name].errors for group in groups for name in group)
        return ShownPart(
            _(part.folded).format(about=_(part.about)) if part.about else _(part.folded) if part.folded else "",
            [[self[name] for name in group] for group in groups],
            is_open or (part.rows is not None and part.rows.name == self.more),
            part.rows,
            part.rows is not None and self.count_rows(part.rows) >= part.rows.most,
        )

    def _is_typed(self, name: str) -> bool:
        return not isinstance(self.fields[name], FileField) and bool(self[name].value())
