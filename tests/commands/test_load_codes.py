from datetime import UTC, date, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from registry.codes.models import Code
from registry.codes.queries import code_names
from registry.codes.states import Table


def _run(*arguments: str, verbosity: int = 1) -> str:
    out = StringIO()
    call_command("load_codes", *arguments, verbosity=verbosity, stdout=out)
    return out.getvalue()


@pytest.fixture
def _a_difference() -> None:
    """One row changed, one taken out of the database, one that has no line in its file."""
    Code.objects.filter(table=Table.PREFECTURES, code="13").update(name="東京府")
    Code.objects.filter(table=Table.PREFECTURES, code="47").delete()
    Code.objects.create(table=Table.PREFECTURES, code="X99", name="消えた県")


DIFFERENCE = "+ prefectures 47\n~ prefectures 13\n- prefectures X99\n3 changes"


@pytest.mark.django_db
@pytest.mark.usefixtures("_a_difference")
def test_load_codes_dry_run_shows_the_difference_and_writes_nothing() -> None:
    before = list(Code.objects.order_by("id").values())

    assert _run("--dry-run") == f"{DIFFERENCE} (nothing written)\n"
    assert list(Code.objects.order_by("id").values()) == before


@pytest.mark.django_db
@pytest.mark.usefixtures("_a_difference")
def test_load_codes_writes_what_it_shows_and_then_finds_nothing() -> None:
    assert _run() == f"{DIFFERENCE}\n"

    names = code_names(Table.PREFECTURES)
    assert (names["13"], names["47"], names["X99"]) == ("東京都", "沖縄県", "消えた県")
    assert _run() == "0 changes\n"


@pytest.mark.django_db
@pytest.mark.usefixtures("_a_difference")
def test_load_codes_without_verbosity_is_silent() -> None:
    assert _run(verbosity=0) == ""


@pytest.mark.django_db
@pytest.mark.usefixtures("_a_difference")
def test_load_codes_closes_on_the_japanese_day() -> None:
    with time_machine.travel(datetime(2026, 11, 20, 16, 0, tzinfo=UTC), tick=False):
        _run()

    assert Code.objects.get(table=Table.PREFECTURES, code="X99").valid_until == date(2026, 11, 21)
