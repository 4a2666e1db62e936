"""Rows of fields: how many there are, in which order, and what was typed into them."""

from collections.abc import Mapping
from typing import Any

import pytest
from django import forms
from django.utils.functional import Promise

from portals.base.forms import TextField
from portals.base.rows import Rows, RowsForm


def _fields(title: Promise) -> Mapping[str, forms.Field]:
    return {"name": TextField(label=str(title)), "given_on": TextField(required=False)}


TOOLS = Rows("tool", "office.row.award", _fields, 2, 4)


class ToolForm(RowsForm):
    """A form with rows and something else."""

    note = TextField(required=False)
    rows = (TOOLS,)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (None, 2),
        ({"tool_3_name": "金づち"}, 3),
        ({"tool_2_name": "金づち", "more": "tool"}, 3),
        ({"more": "tool"}, 3),
        ({"more": "note"}, 2),
        ({"tool_4_name": "", "more": "tool"}, 4),
        ({"tool_900_name": "", "tool_x_name": "", "tool_9999999999_name": ""}, 4),
    ],
)
def test_there_are_as_many_rows_as_are_needed(typed: dict[str, str] | None, number: int) -> None:
    form = ToolForm(typed)
    assert form.count_rows(TOOLS) == number
    assert form.row(TOOLS, number) == [f"tool_{number}_name", f"tool_{number}_given_on"]
    assert form.row(TOOLS, number + 1) == []


def test_rows_without_a_word_are_left_out() -> None:
    typed: dict[str, Any] = {
        "tool_1_name": "のこぎり",
        "tool_2_name": " ",
        "tool_3_name": "金づち",
        "tool_3_given_on": "きのう",
    }
    form = ToolForm(typed)
    assert list(form.errors) == ["tool_2_name"]
    assert form.filled(TOOLS) == [
        {"name": "のこぎり", "given_on": ""},
        {"name": "金づち", "given_on": "きのう"},
    ]


def test_nothing_is_refused_while_a_row_is_asked_for() -> None:
    assert ToolForm({"note": "", "more": "tool"}).errors == {}
    assert list(ToolForm({"note": ""}).errors) == ["tool_1_name", "tool_2_name"]


def test_the_newest_row_takes_the_cursor() -> None:
    assert "autofocus" in str(ToolForm({"more": "tool"})["tool_3_name"])
    assert "autofocus" not in str(ToolForm({})["tool_2_name"])


def test_a_draft_makes_room_in_a_form_that_stands_already() -> None:
    form = ToolForm()
    form.make_room(["tool_4_given_on"])
    assert form.count_rows(TOOLS) == 4
