"""Keys that are put together from a kind: all their values exist. And texts take only what their errors hand them."""

import ast
import importlib
import re
import string
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, cast

import pytest
from django import forms
from django.utils.translation import override

from commands.handbook import errors
from config.texts import ROOT, read_texts
from portals.base.calendars import DayState
from portals.base.exports import COLUMNS
from portals.base.forms import TextField
from portals.base.templatetags.ds import TONES
from portals.business.to_do import Kind
from portals.business.views_devices import REFUSED_CODES
from portals.business.views_site_day import MISSED, Group
from reader import commands
from reader.importing import DIRECTIONS
from reader.numbers import OTHER_KINDS
from registry.accounts.states import AccountState, Portal, Role
from registry.businesses.states import ROLES_OF_FIRMS, BusinessKind, InsuredStanding, PermitClass
from registry.cards.states import CardMove, CardState
from registry.core.errors import RegistryError
from registry.core.read_policy import Relation
from registry.histories.states import Approval, ClaimState, Reason, Side, Standing
from registry.notices.states import LetterKind, NoticeKind
from registry.papers.kinds.days import WIDTHS
from registry.papers.states import PaperKind, PaperState
from registry.structures.states import TenureState
from registry.touches.states import TouchState
from registry.workers.policy import WORKER_POLICY
from registry.workers.states import Confirmation, EndDisputeState, InsuranceItem, LinkSide, RegistrationKind, Sex

PARTS = ("cause", "consequence", "remedy")
TEXTS = read_texts()
SERVER = ("portals", "api", "registry")
OFFICE_AND_WORKERS = {Role.WORKER, Role.REVIEWER, Role.DESK}
UNITS = ("cases", "days", "people")
CARD_ACTS = ("issue", "ship", *(one for one in CardMove if one is not CardMove.REPLACE))
WORDS = {
    "kind": BusinessKind, "sex": Sex, "registration_kind": RegistrationKind, "confirmation": Confirmation,
    "item": InsuranceItem, "permit_class": PermitClass,
}  # fmt: skip
# Each key with a gap, as the code writes it, and what can stand in its gaps.
COMPUTED: dict[str, list[tuple[str, ...]]] = {
    "tenure.{}": [
        ("vacant",),
        *((one,) for one in TenureState if one not in {TenureState.WITHDRAWN, TenureState.JOINED}),
    ],
    "structure.before.{}": [(TenureState.ACCEPTED,), (TenureState.DECLINED,), (TenureState.WITHDRAWN,)],
    "end.{}": [(one,) for one in EndDisputeState],
    "end.by.{}": [("you",), ("office",), *((one,) for one in LinkSide)],
    "role.{}": [(one,) for one in Role if one not in OFFICE_AND_WORKERS],  # in the list of a firm's users
    "role.{}.about": [(one,) for one in ROLES_OF_FIRMS],
    "card.state.{}": [(one,) for one in CardState],
    "card.colour.{}": [(one,) for one in ("white", "blue", "silver", "gold")],
    "card.{}.done": [("stop",), ("stop_old",), ("lift",)],
    "card.{}.not_now": [("stop",), ("stop_old",), ("lift",)],
    "card.office.{}": [(one,) for one in CARD_ACTS],
    "card.office.{}.done": [(one,) for one in CARD_ACTS],
    "card.office.{}.follows": [(one,) for one in CARD_ACTS],
    "claim.step.{}": [("employer",), ("first_tier",), ("employer_first",)],
    "claim.left_out.{}": [("withdrawn",), ("answered",), ("late",)],
    "claim.{}": [(one,) for one in ClaimState],
    "export.{}": [(one,) for one in COLUMNS],
    "look.right.{}": [(one,) for one in Relation],
    "worker.{}": [(one,) for one in WORKER_POLICY.visible(Relation)],
    "refused.{}.cause": [(one,) for one in (*REFUSED_CODES, "OTHER")],
    "refused.{}.remedy": [(one,) for one in (*REFUSED_CODES, "OTHER")],
    "reason.{}.cause": [(one,) for one in Reason],
    "reason.{}.consequence": [(one,) for one in Reason],
    "reason.{}.remedy": [(one,) for one in Reason],
    "reason.{}.who": [(one,) for one in Reason],
    "paper.kind.{}": [(one,) for one in PaperKind],
    "paper.name.{}": [(one,) for one in PaperKind],
    "paper.number.{}": [(one,) for one in PaperKind],
    "paper.explained.{}": [(one,) for one in PaperKind],
    "paper.column.{}": [(one,) for one in WIDTHS],
    "approval.{}": [(one,) for one in Approval],
    "paper.approval.{}": [(one,) for one in Approval],
    "paper.standing.{}": [(one,) for one in Standing],
    "paper.state.{}": [(one,) for one in PaperState],
    "unregistered.touched.{}": [("in",), ("out",)],
    "day.numbers.{}": [("formal",), ("claimed",), ("unapproved",), ("waiting",)],
    "day.counter.{}": [("formal",), ("claimed",), ("unapproved",), ("waiting",)],
    "account.{}": [(one,) for one in AccountState],
    "word.kind.{}": [(one,) for one in BusinessKind],
    "word.sex.{}": [(one,) for one in Sex],
    "word.permit_class.{}": [(one,) for one in PermitClass],
    "word.item.{}": [(one,) for one in InsuranceItem],
    "word.insured.{}": [(one,) for one in InsuredStanding],
    "word.registration_kind.{}": [(one,) for one in RegistrationKind],
    "word.{}.{}": [(name, value) for name, values in WORDS.items() for value in values],
    "letter.{}.title": [(one,) for one in LetterKind],
    "letter.{}.text": [(one,) for one in LetterKind],
    "base.tone.{}": [(one,) for one in TONES],
    "base.day.{}": [(one,) for one in DayState],
    "base.day.{}.long": [(one,) for one in DayState],
    "base.sample.{}": [(one,) for one in ("mail", "letter", "phone", "tamakake", "ashiba")],
    "notice.{}.title": [(one,) for one in NoticeKind],
    "notice.{}.body": [(one,) for one in NoticeKind],
    "reason.{}.{}": list(product(Reason, (*PARTS, "who"))),
    "day.standing.{}": [(one,) for one in Standing],
    "day.edit.{}": [(one,) for one in ClaimState],
    "claim.standing.{}": [("overdue",), ("entered_anew",)],
    "day.side.{}": [(one,) for one in Side],
    "error.{}.{}": [(one.code, part) for one in errors() for part in PARTS],
    "todo.{}": [*((one,) for one in Kind), *((one,) for one in UNITS)],
    "todo.{}.do": [(one,) for one in Kind],
    "todo.{}_or_more": [(one,) for one in UNITS],
    "site.day.{}": [*[(one,) for one in Group], (MISSED,)],
    "portal.{}": [(one,) for one in Portal],
    "poster.received.{}": [("in",), ("out",)],
    "poster.state.{}": [(one,) for one in TouchState],
    "reader.command.{}": [(one.removeprefix("do_"),) for one in vars(commands) if one.startswith("do_")],
    "reader.direction.{}": [(one,) for one in DIRECTIONS - {""}],
    "reader.number.kind.{}": [(one,) for one in OTHER_KINDS],
    "reader.refused.{}": [(one,) for one in (*commands.REFUSED_CODES, "OTHER")],
    # What stands in these gaps is read off the pages in tests/portals/base/test_records.py.
    "{}.{}": [],
    "worker.block.{}": [],
    "business.block.{}": [],
}
_SHAPE = re.compile(r"[a-z{][a-z_}]*(\.[a-z_{}]+)+")
_PERCENT = re.compile(r"%(?:\(\w+\))?[rs]")
_FILES = re.compile(r"\.(html|css|js|svg|csv|md|menu|sql)$")


def trees(*folders: str) -> Iterator[ast.AST]:
    """The source of some folders, without migrations."""
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            if "migrations" not in path.parts:
                yield ast.parse(path.read_text())


def strings_of(tree: ast.AST) -> set[str]:
    """All strings that stand whole in a module."""
    return {one.value for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def strings(*folders: str) -> set[str]:
    """All strings that stand whole in the code of some folders."""
    return set().union(*map(strings_of, trees(*folders)))


def gapped_keys() -> set[str]:
    """All f-strings that look like a key, each gap as {}."""
    found = set()
    for tree in trees(*SERVER, "reader"):
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = [one.value if isinstance(one, ast.Constant) else "{}" for one in node.values]
                found.add("".join(map(str, parts)))
    return {one for one in found if _SHAPE.fullmatch(one) and not _FILES.search(one)}


def plain_keys() -> set[str]:
    """All strings in portals whose first word is that of some text."""
    spaces = {key.split(".")[0] for key in TEXTS}
    found = {one for one in strings("portals") if _SHAPE.fullmatch(one) and not _FILES.search(one)}
    return {one for one in found if one.split(".")[0] in spaces}


def test_every_key_with_a_gap_is_listed_here() -> None:
    found = gapped_keys() - {"portals.{}.menu", "{}.csv"}
    assert found == set(COMPUTED)


@pytest.mark.parametrize("key", COMPUTED)
def test_every_value_of_the_gap_has_its_text(key: str) -> None:
    wanted = {key.format(*values) for values in COMPUTED[key]}
    assert sorted(wanted - TEXTS.keys()) == []


def test_keys_that_reach_a_page_by_a_variable_exist() -> None:
    assert sorted(plain_keys() - TEXTS.keys()) == []


def labels_of_records() -> set[str]:
    """Keys that the blocks of a person's and a firm's data can put together: a noun and the name of a field or block."""
    words = strings_of(ast.parse((ROOT / "portals/base/records.py").read_text()))
    shapes = ("{}.{}", "{}.block.{}")
    return {shape.format(*pair) for shape in shapes for pair in product(words, words)}


def test_the_server_uses_all_its_texts() -> None:
    on_pages = (
        re.findall(r"""["']([a-z][\w.]+)["']""", page.read_text()) for page in (ROOT / "portals").rglob("*.html")
    )
    computed = {key.format(*values) for key, all_ in COMPUTED.items() for values in all_}
    used = strings(*SERVER, "config", "commands").union(computed, labels_of_records(), *on_pages)
    texts = {key for key in read_texts(folders=[*SERVER, "config"]) if " " not in key}  # the framework's are sentences
    assert len(texts) > 2000
    assert sorted(texts - used) == []


def keys_of_the_reader() -> set[str]:
    """All keys that stand whole in the code or on the page of the reader."""
    found = set(re.findall(r"\{\{(reader\.[\w.]+)\}\}", (ROOT / "reader" / "window.html").read_text()))
    found |= {one for one in strings("reader") if one.startswith("reader.")}
    return {one for one in found if not one.endswith(".")}  # that is the beginning of one with a gap


def test_the_reader_uses_all_its_texts_and_no_others() -> None:
    computed = {key.format(*values) for key, all_ in COMPUTED.items() for values in all_ if key.startswith("reader.")}
    assert keys_of_the_reader() | computed == {key for key in read_texts(folders=["reader"]) if "." in key}


def gaps(text: str) -> set[str]:
    """The names of a text's gaps."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None} | set(_PERCENT.findall(text))


def phrases() -> Iterator[tuple[str, set[str]]]:
    """Each `phrase("key", …)` of the reader whose key and values are named: the key, and what it hands to the text."""
    for tree in trees("reader"):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "phrase":
                continue
            if isinstance(node.args[0], ast.Constant) and all(one.arg for one in node.keywords):
                yield str(node.args[0].value), {str(one.arg) for one in node.keywords}


def test_the_reader_hands_its_texts_what_they_show() -> None:
    found = list(phrases())
    assert len(found) > 100
    assert [(key, given) for key, given in found if given != gaps(TEXTS[key]["ja"])] == []


def test_both_languages_have_the_same_gaps() -> None:
    assert [key for key, one in TEXTS.items() if gaps(one["ja"]) != gaps(one["en"])] == []


def raised() -> Iterator[tuple[str, set[str]]]:
    """Each `raise XError(...)` of the registry: the class and the values that it hands to its texts."""
    for tree in trees(*SERVER):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Raise) or node.exc is None:
                continue
            call = node.exc if isinstance(node.exc, ast.Call) else None
            target = call.func if call else node.exc
            if isinstance(target, ast.Name):
                yield target.id, {one.arg for one in (call.keywords if call else []) if one.arg}


def by_name() -> Mapping[str, type[RegistryError]]:
    """All kinds of errors by the name of their class."""
    return {one.__name__: one for one in errors()}


def test_an_error_hands_its_texts_all_that_they_show() -> None:
    kinds, wrong = by_name(), []
    for name, given in raised():
        if name in kinds:
            shown = set().union(*(gaps(TEXTS[f"error.{kinds[name].code}.{part}"]["ja"]) for part in PARTS))
            wrong += [(name, sorted(shown - given))] if shown - given else []
    assert wrong == []


def test_errors_for_machines_have_no_gaps() -> None:
    """`api.problems` hands their texts out as they are."""
    codes = {one.code for one in errors() if one.__module__.startswith("registry.touches")}
    assert [code for code in codes for part in PARTS if gaps(TEXTS[f"error.{code}.{part}"]["ja"])] == []


def forms_of(base: type[forms.BaseForm] = forms.Form) -> Iterator[type[forms.BaseForm]]:
    """All forms of the portals."""
    for one in base.__subclasses__():
        if one.__module__.startswith("portals."):
            yield one
        yield from forms_of(one)


def messages_of_fields() -> Iterator[str]:
    """What the fields of all forms can say, as the framework words it."""
    for folder in (ROOT / "portals").iterdir():
        if (folder / "urls.py").exists():
            importlib.import_module(f"portals.{folder.name}.urls")
    with override(None, deactivate=True):
        for form in forms_of():
            for field in cast("Any", form).base_fields.values():
                yield from map(str, field.error_messages.values())
                yield from (str(one.message) for one in field.validators)


def test_every_field_for_text_takes_hidden_signs_out() -> None:
    list(messages_of_fields())  # imports all portals
    fields = [(form.__name__, name, one) for form in forms_of() for name, one in cast("Any", form).base_fields.items()]
    texts = [found for found in fields if isinstance(found[2], forms.CharField)]
    plain = [
        found[:2]
        for found in texts
        if not isinstance(found[2], TextField) and not isinstance(found[2].widget, forms.PasswordInput)
    ]
    assert plain == []
    assert len(texts) > 40


def test_what_a_field_says_is_worded_by_us() -> None:
    assert sorted(set(messages_of_fields()) - {""} - TEXTS.keys()) == []
