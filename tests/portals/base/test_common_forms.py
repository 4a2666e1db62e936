from datetime import date

from portals.base.common_forms import AskLinkForm, DayForm


def test_the_last_day_that_is_offered_is_today() -> None:
    assert 'value="2026/11/20"' in str(DayForm())


def test_a_last_day_is_taken_as_people_type_it_and_stands_for_the_first_day_without() -> None:
    form = DayForm({"until_on": "令和8年11月30日"})
    assert form.is_valid()
    assert form.cleaned_data["until_on"] == date(2026, 12, 1)
    assert 'value="令和8年11月30日"' in str(form)
    assert 'value="2026/11/30"' in str(DayForm(initial={"until_on": date(2026, 12, 1)}))


def test_a_link_begins_today_and_is_the_principal_one_unless_told_otherwise() -> None:
    assert AskLinkForm().initial == {"from_on": date(2026, 11, 20), "principal": True}
    form = AskLinkForm({"from_on": "2026/11/1"})
    assert form.is_valid()
    assert form.cleaned_data["principal"] is False
