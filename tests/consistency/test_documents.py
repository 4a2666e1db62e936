"""What the documents say of the tree is so."""

import re
from pathlib import Path

from config.texts import ROOT
from registry.accounts.states import LIMITS

LINK = re.compile(r"\]\(([^)#]+)")


def test_every_package_stands_in_the_notices_with_its_licence() -> None:
    wanted = re.findall(r"^([a-z][\w-]+)", (ROOT / "requirements.in").read_text(), re.MULTILINE)
    installed = (ROOT / "THIRD-PARTY.md").read_text().split("| package | licence |")[1]
    listed = re.findall(r"^\| ([a-z][\w-]+)[^|]*\| \S", installed, re.MULTILINE)
    assert sorted(wanted) == sorted(listed)


def documents() -> list[Path]:
    """All documents of the project."""
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_every_link_of_the_documents_leads_somewhere() -> None:
    broken = [
        (str(page.relative_to(ROOT)), link)
        for page in documents()
        for link in LINK.findall(page.read_text())
        if not link.startswith("http") and not (page.parent / link).exists()
    ]
    assert broken == []


def test_the_readme_draws_the_tree() -> None:
    drawn = set(re.findall(r"^([a-z]+)/ +\S", (ROOT / "README.md").read_text(), re.MULTILINE))
    kept = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "_", "var"))}
    assert drawn == kept


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs/decisions"
    listed = set(LINK.findall((folder / "README.md").read_text()))
    assert {path.name for path in folder.glob("0*.md")} == listed


def test_every_decision_is_headed_by_its_number() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("0*.md"))
    assert [page.name for page in pages if not page.read_text().startswith(f"# {int(page.name[:4])}. ")] == []


def test_the_decision_on_limits_names_each() -> None:
    named = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/decisions/0009-limits.md").read_text(), re.MULTILINE)
    assert sorted(named) == sorted(LIMITS)
