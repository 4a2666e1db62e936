"""What the documents say of the tree is so."""

import re
from collections.abc import Iterator
from pathlib import Path

from config.texts import ROOT
from registry.accounts.states import LIMITS

LINK = re.compile(r"\]\(([^)#]+)")
RULINGS = ROOT / "docs/handbook/rulings.md"
CITED = re.compile(r"\bruling (\d+)|\brulings (\d+(?:(?:,| and| to) \d+)*)", re.IGNORECASE)
SPAN = re.compile(r"(\d+)(?: to (\d+))?")
WRITTEN = {".py", ".md", ".csv", ".toml", ".html", ".css", ".js"}
NOT_OURS = {"var", "__pycache__", "node_modules"}


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


def test_every_document_for_readers_stands_in_the_readme() -> None:
    listed = set(LINK.findall((ROOT / "README.md").read_text()))
    pages = [page for folder in ("handbook", "operations") for page in (ROOT / "docs" / folder).glob("*.md")]
    assert [str(page.relative_to(ROOT)) for page in pages if str(page.relative_to(ROOT)) not in listed] == []


def written_files() -> Iterator[Path]:
    """All of the project that people write, and that may cite a ruling."""
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if path.suffix in WRITTEN and path != RULINGS and not any(one in NOT_OURS or one[0] == "." for one in parts):
            yield path


def cited_rulings(text: str) -> set[int]:
    """The numbers of the rulings that a text names, also of those between two."""
    spans = [SPAN.findall(one or several) for one, several in CITED.findall(text)]
    return {one for group in spans for first, last in group for one in range(int(first), int(last or first) + 1)}


def test_numbers_of_rulings_are_read_singly_in_rows_and_in_spans() -> None:
    assert cited_rulings("(ruling 24). Ruling 3, 5 tries") == {3, 24}
    assert cited_rulings("rulings 2, 3; Rulings 26 and 29.") == {2, 3, 26, 29}
    assert cited_rulings("rulings 19, 22 to 24 and 31") == {19, 22, 23, 24, 31}


def test_every_ruling_and_handbook_that_is_cited_is_told() -> None:
    told = RULINGS.read_text()
    rulings = {int(number) for number in re.findall(r"^\| (\d+) \|", told, re.MULTILINE)}
    handbooks = set(re.findall(r"^\| src:(\d+) \|", told, re.MULTILINE))
    unknown = {
        str(path.relative_to(ROOT)): missing
        for path in written_files()
        if (text := path.read_text())
        and (missing := cited_rulings(text) - rulings | set(re.findall(r"\[src:(\d+)", text)) - handbooks)
    }
    assert unknown == {}
