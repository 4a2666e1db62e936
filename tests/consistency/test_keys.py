"""Foreign keys point up the ladder only."""

import configparser
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
LABELS = {"worksites": "sites"}


def ladder() -> list[str]:
    """The nouns, lowest first, as the linter has them."""
    linter = configparser.ConfigParser()
    linter.read(ROOT / ".importlinter")
    layers = linter["importlinter:contract:nouns"]["layers"].split()
    return [name.strip("()") for name in reversed(layers)]


def test_foreign_keys_point_up() -> None:
    place = {noun: n for n, noun in enumerate(ladder())}
    wrong = []
    for model in apps.get_models():
        noun = LABELS.get(model._meta.app_label, model._meta.app_label)
        if noun not in place:
            continue
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and field.related_model:
                other = field.related_model._meta.app_label
                other = LABELS.get(other, other)
                if place.get(other, -1) > place[noun]:
                    wrong.append(f"{noun}.{model.__name__}.{field.name} -> {other}")
    assert wrong == []
