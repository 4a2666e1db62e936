"""Every module has its test: beside it in the mirrored tree, or where the list says."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.texts import ROOT

TREES = ("registry", "portals", "api", "commands", "config", "reader")
# Tables of data; what they say is walked by the tests of this folder: constraints, fields, moves, addresses, permissions.
TABLES = {"__init__.py", "apps.py", "models.py", "policy.py", "states.py", "urls.py", "menu.py"}
# Tested together with others, or through what uses them, because alone they say nothing.
TOGETHER = {
    # Lists of a structure and its rosters, through what people do with them.
    "registry/structures/queries.py": "registry/structures/operations/test_rosters.py",
    # What waits for a firm, through the list on its home.
    # Who is told of words on days, and who may say them.
    "registry/histories/operations/parties.py": "registry/histories/operations/test_edits.py",
    "registry/histories/operations/claim_news.py": "registry/histories/operations/test_answered_claims.py",
    "portals/base/withdrawn.py": "portals/worker/test_entered_days.py",
    "registry/touches/queries/devices.py": "portals/business/test_devices.py",
    # What worker and employer do alike, through the page of one of them.
    "portals/base/entries.py": "portals/business/test_views_days.py",
    "registry/touches/queries/orphans.py": "registry/touches/operations/test_orphans.py",
    "registry/touches/queries/sources.py": "portals/base/test_touches.py",
    "registry/touches/queries/presence.py": "registry/histories/test_order.py",
    "registry/touches/queries/rows.py": "portals/business/test_devices.py",
    "registry/histories/queries/doubts.py": "portals/business/test_views_refusals.py",
    "portals/business/views_unplaced.py": "portals/business/test_devices.py",
    # The protocol of docs/handbook/ingest.md, over HTTP, as devices speak it.
    "registry/touches/operations/asking.py": "api/test_people.py",
    "registry/touches/operations/batches.py": "api/test_touches.py",
    "registry/touches/operations/devices.py": "api/test_devices.py",
    "registry/touches/operations/items.py": "api/test_touches.py",
    "registry/touches/operations/judging.py": "api/test_touches.py",
    "registry/touches/operations/log.py": "api/test_touches.py",
    "registry/touches/operations/phones.py": "registry/histories/operations/test_receiving.py",
    "registry/touches/operations/presence.py": "api/test_touches.py",
    "api/bodies.py": "api/test_endpoint.py",
    "api/v1/touches.py": "api/test_touches.py",
    "api/v1/devices.py": "api/test_devices.py",
    "api/v1/people.py": "api/test_people.py",
    "api/v1/signed.py": "api/test_people.py",
    # Forms and small helpers of pages, through the pages that show them.
    "portals/base/day_forms.py": "portals/business/test_views_days.py",
    "portals/base/approvals.py": "portals/business/test_views_person_on_site.py",
    "portals/base/links.py": "portals/business/test_links.py",
    "portals/base/posters.py": "portals/business/test_posters.py",
    "portals/public/views_screen.py": "portals/business/test_posters.py",
    "portals/base/requests.py": "portals/base/test_drafts.py",
    "portals/base/samples.py": "portals/base/test_views.py",
    "portals/base/templatetags/ds.py": "portals/base/test_ds.py",
    "portals/office/record_forms.py": "portals/office/test_worker_form.py",
    "portals/business/claims.py": "portals/business/test_views_site_days.py",
    "portals/business/forms.py": "consistency/test_typed.py",
    "portals/business/firm_forms.py": "consistency/test_typed.py",
    "portals/business/lacking.py": "portals/business/test_roster.py",
    "portals/business/site_counts.py": "portals/business/test_views_site_days.py",
    "portals/business/site_access.py": "portals/business/test_structure.py",
    "portals/business/views_all_sites.py": "journeys/test_record_more.py",
    "registry/sites/rules.py": "portals/business/test_organisation.py",
    "portals/business/views_unregistered.py": "portals/base/test_unregistered.py",
    "portals/worker/views_unregistered.py": "portals/base/test_unregistered.py",
    "portals/business/views_home.py": "portals/business/test_to_do.py",
    "portals/business/views_papers.py": "portals/base/test_papers.py",
    "portals/business/views_places.py": "portals/business/test_structure.py",
    "portals/worker/forms.py": "portals/worker/test_links.py",
    "portals/worker/views_papers.py": "portals/base/test_papers.py",
    "portals/worker/who.py": "portals/worker/test_views.py",
    # Commands, by what they leave behind.
    "commands/handbook.py": "consistency/test_workflows.py",
    "commands/management/commands/encrypt_anew.py": "registry/workers/operations/test_health.py",
    "commands/management/commands/follow_changes.py": "config/stack/test_run.py",
    "commands/management/commands/grant_rights.py": "consistency/test_append_only.py",
    "commands/management/commands/write_handbook.py": "consistency/test_workflows.py",
    "commands/world/days.py": "commands/test_demo_world.py",
    "commands/world/words.py": "commands/test_demo.py",
    "commands/world/faces.py": "registry/workers/operations/test_photos.py",
    "commands/world/names.py": "commands/test_demo_world.py",
    "commands/world/people.py": "commands/test_demo_world.py",
    "commands/world/sites.py": "commands/test_demo_world.py",
    "commands/world/tables.py": "commands/test_demo_world.py",
    "config/settings/base.py": "config/test_settings.py",
    "config/settings/dev.py": "config/stack/test_run.py",
    "config/settings/prod.py": "config/test_settings.py",
    "config/settings/test.py": "config/test_settings.py",
    "config/wsgi.py": "config/stack/test_run.py",
    # The reader program, through its command line.
    "reader/__main__.py": "reader/test_main.py",
    "reader/commands.py": "reader/test_main.py",
    "reader/records.py": "reader/test_store.py",
}


def modules() -> Iterator[Path]:
    """All modules that do something, by their path in the project."""
    for tree in TREES:
        for path in sorted((ROOT / tree).rglob("*.py")):
            if path.name not in TABLES and "migrations" not in path.parts:
                yield path.relative_to(ROOT)


def beside(module: Path) -> bool:
    """Whether a module's test stands in the mirrored tree; pages may leave out `views_`, commands Django's two folders."""
    folder = Path(*(part for part in module.parent.parts if part != "management"))
    folder = folder.parent if "management" in module.parts else folder
    names = {f"test_{module.stem}.py", f"test_{module.stem.removeprefix('views_')}.py"}
    return any((ROOT / "tests" / folder / name).exists() for name in names)


def test_every_module_has_its_test() -> None:
    assert [str(module) for module in modules() if not beside(module) and str(module) not in TOGETHER] == []


def test_the_list_names_only_modules_that_need_it() -> None:
    known = {str(module): module for module in modules()}
    assert sorted(set(TOGETHER) - set(known)) == []
    assert [name for name in TOGETHER if beside(known[name])] == []


@pytest.mark.parametrize("path", sorted(set(TOGETHER.values())))
def test_the_named_test_tests_something(path: str) -> None:
    tree = ast.parse((ROOT / "tests" / path).read_text())
    names = [one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
    assert any(name.startswith("test_") for name in names)
