from datetime import date

from django import forms
from django.utils.translation import override

from portals.base.forms import (
    IdField,
    MailField,
    PatternField,
    Renderer,
    TextField,
    TypedDateField,
    TypedMonthField,
    add_refusal,
)
from registry.core.errors import RegistryError
from registry.core.ids import IdKind, IdShapeError


class Sample(forms.Form):
    default_renderer = Renderer

    worker = IdField(IdKind.WORKER, label="技能者ID")
    birth = TypedDateField(label="生年月日", required=False)
    contact = forms.ChoiceField(label="連絡", widget=forms.RadioSelect, choices=[("a", "郵便")], required=False)
    agree = forms.BooleanField(label="同意する")


def filled(**data: str) -> Sample:
    return Sample({"worker": "1234 5678 9018 21", "birth": "R8.11.20", "agree": "on", **data})


class Texts(forms.Form):
    name = TextField(label="氏名")
    mail = MailField(label="メール")
    postal = PatternField(r"^[0-9]{3}-[0-9]{4}$", label="郵便番号")


def test_hidden_signs_are_taken_out_of_what_was_typed() -> None:
    typed = {"name": "\u202e見本\u2066 太郎\u200f ", "mail": "a\u200b@sample.example", "postal": "100\u202d-0000"}
    form = Texts(typed)
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"name": "見本 太郎", "mail": "a@sample.example", "postal": "100-0000"}


def test_a_text_of_a_certain_shape_may_be_typed_in_full_width() -> None:
    form = Texts({"name": "見本", "mail": "a@sample.example", "postal": "１００－００００"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["postal"] == "100-0000"


def test_a_text_of_hidden_signs_alone_is_empty() -> None:
    assert "name" in Texts({"name": "\u202e\u200b"}).errors


def test_fields_take_what_people_type() -> None:
    form = filled()
    assert form.is_valid(), form.errors
    assert form.cleaned_data["worker"] == 12345678901821
    assert form.cleaned_data["birth"] == date(2026, 11, 20)


def test_empty_optional_date_is_none() -> None:
    form = filled(birth=" ")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["birth"] is None


def test_fields_show_stored_values_readably() -> None:
    shown = str(Sample(initial={"worker": 12345678901821, "birth": date(2026, 11, 20)}))
    assert 'value="1234 5678 9018 21"' in shown
    assert 'value="2026/11/20"' in shown


def test_wrong_field_keeps_what_was_typed_and_points_to_its_error() -> None:
    with override("ja"):
        form = filled(worker="1234 5678 9018 22", birth="昭和63年2月31日")
        shown = str(form)
    assert 'value="昭和63年2月31日"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="id_birth_helptext id_birth_error"' in shown
    assert 'id="id_birth_error"' in shown
    assert form.errors.as_data()["worker"][0].code == "ID_KIND"


def test_required_and_optional_are_written_out() -> None:
    with override("ja"):
        shown = str(Sample())
    assert shown.count("必須") == 2
    assert shown.count("任意") == 2


def test_choices_stand_in_a_fieldset_with_legend() -> None:
    shown = str(Sample())
    assert "<fieldset>" in shown
    assert '<legend class="ds-label">連絡' in shown


def test_add_refusal_stands_beside_its_field() -> None:
    form = filled()
    form.is_valid()
    add_refusal(form, IdShapeError(field="worker", typed="1"))
    assert "worker" in form.errors


def test_add_refusal_without_field_stands_above() -> None:
    class RefusedError(RegistryError):
        code = "ID_SHAPE"

    form = filled()
    form.is_valid()
    add_refusal(form, RefusedError())
    assert form.non_field_errors()


class Months(forms.Form):
    default_renderer = Renderer

    first = TypedMonthField(label="始まりの月")


def test_a_month_is_taken_as_people_type_it_and_shown_readably() -> None:
    form = Months({"first": "令和8年11月"})
    assert form.is_valid()
    assert form.cleaned_data["first"] == date(2026, 11, 1)
    assert 'value="2026/11"' in str(Months(initial={"first": date(2026, 11, 1)}))
    wrong = Months({"first": "来月"})
    assert wrong.errors.as_data()["first"][0].code == "MONTH_SHAPE"
    assert 'value="来月"' in str(wrong)


def test_options_are_listed_in_their_groups_with_the_chosen_one() -> None:
    class Choosing(forms.Form):
        firm = forms.ChoiceField(choices=[("", "―"), ("建設<&>", [("1", "一号 & <二号>"), ("2", "三号")])])

    shown = str(Choosing({"firm": "2"})["firm"])
    assert '<option value="">―</option>' in shown
    assert '<optgroup label="建設&lt;&amp;&gt;"><option value="1">一号 &amp; &lt;二号&gt;</option>' in shown
    assert '<option value="2" selected>三号</option></optgroup>' in shown
    assert shown.startswith('<select name="firm" ')
    assert 'id="id_firm"' in shown
