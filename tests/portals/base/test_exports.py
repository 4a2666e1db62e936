"""就業履歴一覧 as CSV."""

import pytest

from tests.factories.papers import Days
from tests.factories.visitors import as_firm, as_worker

pytestmark = pytest.mark.django_db


def test_a_cell_is_never_a_formula_and_excel_knows_the_characters() -> None:
    days = Days()
    answer = as_worker(days.worker).get("/worker/days/2026-11/list.csv")
    assert answer.content.startswith("\ufeff就業日,技能者ID,氏名".encode())
    assert ",'=片付け," in answer.content.decode()
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_firm_reads_the_name_of_an_unregistered_site() -> None:
    days = Days()
    text = as_firm(days.prime).get("/business/days/2026-11/list.csv").content.decode()
    assert "2026-11-06" in text
    assert "近所の家" in text


def test_a_firm_below_the_prime_gets_its_own_part_of_a_site() -> None:
    days = Days()
    text = as_firm(days.below).get(f"/business/sites/{days.site}/days/2026-11/list.csv").content.decode()
    assert str(days.other.worker_id) in text
    assert str(days.worker) not in text
