"""Forms that ask for the same several times: a few empty rows of fields, and one more by a button, with or without script.

The fields of all rows are fields of the form itself, as `training_2_name`. So the error summary, drafts and a second look at what
was typed know them like any others.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

MORE = "more"  # the name of the buttons; their values say which rows get one more


@dataclass(frozen=True)
class Rows:
    """Something that a form asks for up to `most` times. `fields` makes the fields of a row from what its labels begin with."""

    name: str
    title: str
    fields: Callable[[Promise], Mapping[str, forms.Field]]
    first: int
    most: int

    def number_of(self, field: str) -> int:
        """In which row a field stands; none is 0."""
        found = re.fullmatch(rf"{self.name}_([0-9]{{1,3}})_\w+", field)
        return int(found[1]) if found else 0


class RowsForm(forms.Form):
    """A form with rows. Whoever asks for one more row has typed nothing wrong yet: nothing is refused."""

    rows: ClassVar[tuple[Rows, ...]] = ()

    def __init__(self, data: Any = None, files: Any = None, **options: Any) -> None:
        super().__init__(data, files, **options)
        self.more = str(self.data.get(MORE, ""))
        self.make_room(self.data)
        for rows in self.rows:
            if rows.name == self.more:
                self._focus_newest(rows)

    def make_room(self, typed: Iterable[str]) -> None:
        """Have as many rows as the fields that were typed need, and the one that was asked for."""
        for rows in self.rows:
            needed = max([rows.first, *map(rows.number_of, typed)]) + (rows.name == self.more)
            for number in range(self.count_rows(rows) + 1, min(needed, rows.most) + 1):
                made = rows.fields(format_lazy(_("rows.title"), title=_(rows.title), number=number))
                self.fields.update({f"{rows.name}_{number}_{key}": field for key, field in made.items()})

    def count_rows(self, rows: Rows) -> int:
        """How many rows there are."""
        return max(map(rows.number_of, self.fields), default=0)

    def names_of(self, rows: Rows) -> list[str]:
        """The fields of all rows."""
        return [name for name in self.fields if rows.number_of(name)]

    def row(self, rows: Rows, number: int) -> list[str]:
        """The fields of one row."""
        return [name for name in self.fields if rows.number_of(name) == number]

    def filled(self, rows: Rows) -> list[dict[str, Any]]:
        """The cleaned values of the rows in which something was typed, each under the names of its fields."""
        cleaned = [
            {name.split("_", 2)[2]: self.cleaned_data.get(name) for name in self.row(rows, number)}
            for number in range(1, self.count_rows(rows) + 1)
        ]
        return [one for one in cleaned if any(one.values())]

    def full_clean(self) -> None:
        """Forget what would be refused while a row is only asked for."""
        super().full_clean()
        if self.more:
            self.errors.clear()

    def _focus_newest(self, rows: Rows) -> None:
        newest = self.row(rows, self.count_rows(rows))
        self.fields[newest[0]].widget.attrs["autofocus"] = True
