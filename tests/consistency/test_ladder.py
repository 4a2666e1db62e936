"""The linter names each kind of step off the ladder. The tree is copied, one violation is planted, the linter runs."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TREES = ("config", "registry", "portals", "api", "commands", "reader")

PLANTED = {
    "doors import the registry, never the reverse": (
        "registry/workers/queries.py",
        "import portals.base.access",
        "1. config above the doors above the registry",
    ),
    "a noun uses those above it": (
        "registry/accounts/queries.py",
        "import registry.workers.queries",
        "2. a noun uses those above it in the list, never those below",
    ),
    "queries do not know operations": (
        "registry/workers/queries.py",
        "import registry.workers.operations",
        "3. inside a noun",
    ),
    "doors never touch models": (
        "portals/worker/views.py",
        "import registry.workers.models",
        "4. doors never touch models or policy",
    ),
    "portals know only base": (
        "portals/worker/views.py",
        "import portals.business.views_firm",
        "5. portals know only base",
    ),
    "doors never hand out files": (
        "portals/worker/views.py",
        "import registry.files.queries",
        "8. a file is handed out only by the noun that owns it",
    ),
    "the reader imports nothing of the server": (
        "reader/store.py",
        "import registry.core.ids",
        "7. the reader imports nothing of the server",
    ),
}


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    """Run the linter over a tree."""
    linter = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([linter, "--no-cache"], cwd=tree, capture_output=True, text=True, check=False)


def copied(tmp_path: Path) -> Path:
    """A copy of the packages and of the contracts."""
    for name in TREES:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(("where", "line", "contract"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_violation_is_named(tmp_path: Path, where: str, line: str, contract: str) -> None:
    tree = copied(tmp_path)
    path = tree / where
    path.write_text(path.read_text() + f"\n{line}\n")

    outcome = lint(tree)

    assert outcome.returncode == 1
    assert f"{contract} BROKEN" in outcome.stdout


def test_the_tree_itself_keeps_the_ladder() -> None:
    outcome = lint(ROOT)
    assert outcome.returncode == 0, outcome.stdout
