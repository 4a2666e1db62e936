from registry.core.errors import MoveRefusedError, NotFoundError


def test_an_error_keeps_its_field_and_what_fills_its_texts() -> None:
    error = MoveRefusedError(field="state", move="go")
    assert (error.code, error.field, error.data) == ("MOVE_REFUSED", "state", {"move": "go"})


def test_the_text_of_an_error_is_its_code_and_nothing_that_was_typed() -> None:
    assert str(NotFoundError(typed="見本 太郎")) == "NOT_FOUND"
