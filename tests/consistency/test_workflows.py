"""Workflows: reachable, drawn, and guarded in the database as the tables say."""

import importlib
import pkgutil

import pytest
from django.db import connection

import registry
from commands.handbook import errors_page, read_policy_page, workflows_page
from config.texts import ROOT
from registry.core.workflow import Workflow


def workflows() -> list[Workflow]:
    """All workflows of the registry."""
    found = []
    for module in pkgutil.iter_modules(registry.__path__, "registry."):
        try:
            states = importlib.import_module(f"{module.name}.states")
        except ModuleNotFoundError:
            continue
        found += [value for value in vars(states).values() if isinstance(value, Workflow)]
    return found


@pytest.mark.parametrize("life", workflows(), ids=lambda life: life.name)
def test_every_state_can_be_reached(life: Workflow) -> None:
    reached = {str(life.initial)}
    for _ in life.steps:
        reached |= {str(to) for source, to in life.pairs() if source in reached}
    assert reached == {str(state) for state in type(life.initial)}


@pytest.mark.django_db
@pytest.mark.parametrize("life", workflows(), ids=lambda life: life.name)
def test_the_trigger_in_the_database_is_that_of_the_table(life: Workflow) -> None:
    body = life.trigger_sql().split("$$")[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [f"{life.name}_state_guard"])
        assert cursor.fetchone() == (body,)


def test_the_handbook_draws_them() -> None:
    assert (ROOT / "docs/handbook/workflows.md").read_text() == workflows_page()
    assert (ROOT / "docs/handbook/read-policy.md").read_text() == read_policy_page()
    assert (ROOT / "docs/handbook/errors.md").read_text() == errors_page()
