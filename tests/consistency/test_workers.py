"""How the tests are shared out among workers."""

from config.stack.bootstrap import ROOT
from tests.workers import APART, FIRST, TOGETHER, piece_of


def test_every_file_that_is_named_is_there() -> None:
    assert [file for file in FIRST if not (ROOT / file).is_file()] == []


def test_the_tests_of_a_file_are_one_piece_but_for_those_apart() -> None:
    file = "tests/consistency/test_moves.py"

    assert piece_of(f"{file}::test_one[a::b]") == piece_of(f"{file}::test_two") == file
    assert piece_of(f"{APART[0]}::test_one") != piece_of(f"{APART[0]}::test_two")


def test_the_service_of_the_card_reader_has_one_user_at_a_time() -> None:
    assert len({piece_of(f"{file}::test") for file in TOGETHER}) == 1
