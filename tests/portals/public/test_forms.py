import pytest
from django.utils.translation import override

from portals.public.forms import FirstPasswordForm, LoginForm, SecurityCodeForm


@pytest.mark.parametrize(
    "typed", ["12345678901821", "1234 5678 9018 21", "１２３４-５６７８-９０１８-２１", "office-desk", "12345"]
)
def test_an_id_is_taken_as_it_is_typed(typed: str) -> None:
    assert LoginForm({"login_id": typed, "password": "x"}).is_valid()


@pytest.mark.parametrize(
    ("typed", "code"),
    [("12345678911821", "ID_CHECK_DIGIT"), ("123456789018", "ID_SHAPE"), ("12345678901824", "ID_KIND")],
)
def test_an_id_with_a_slip_is_told_so(typed: str, code: str) -> None:
    form = LoginForm({"login_id": typed, "password": "x"})
    assert form.errors.as_data()["login_id"][0].code == code


def test_a_password_keeps_its_blanks() -> None:
    form = LoginForm({"login_id": "office-desk", "password": "  two blanks  "})
    assert form.is_valid()
    assert form.cleaned_data["password"] == "  two blanks  "


def test_two_different_new_passwords_are_told_beside_the_second() -> None:
    form = FirstPasswordForm({"present_password": "a", "new_password": "b", "new_password_again": "c"})
    assert list(form.errors) == ["new_password_again"]


def test_no_password_is_ever_shown_again() -> None:
    with override("ja"):
        form = FirstPasswordForm(
            {"present_password": "himitsu-1", "new_password": "himitsu-2", "new_password_again": ""}
        )
        assert "himitsu" not in str(form)


def test_a_code_asks_the_phone_for_digits() -> None:
    shown = str(SecurityCodeForm())
    assert 'inputmode="numeric"' in shown
    assert 'autocomplete="one-time-code"' in shown


def test_a_cards_number_names_its_worker() -> None:
    form = LoginForm({"login_id": "1234 5678 9018 21-01", "password": "x"})
    assert form.is_valid()
    assert form.cleaned_data["login_id"] == "12345678901821"
