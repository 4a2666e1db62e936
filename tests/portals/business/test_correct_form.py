"""The form that corrects a site."""

import pytest

from portals.business.correct_form import CorrectSiteForm

pytestmark = pytest.mark.django_db


def test_what_can_have_been_mistyped_is_asked_and_nothing_else() -> None:
    typed = {"name": "見本ビル", "prefecture": "13", "address": "東京都"}
    form = CorrectSiteForm({**typed, "public_works": "yes"})
    assert form.is_valid()
    assert form.cleaned_data == typed
