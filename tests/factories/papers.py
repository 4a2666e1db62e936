"""Papers and what stands on them: a prime and a firm below it with days of every standing, and PDFs read by their tags."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from io import BytesIO
from typing import Any

import pdfplumber
from pdfminer.pdfdevice import PDFDevice
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager, PDFTextState
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import resolve1

from registry.core.ids import BusinessId
from registry.histories.operations.claims import ClaimData, enter_claim
from registry.papers.rules import Wish
from registry.papers.states import PaperKind
from registry.structures.operations.rosters import RosterData, add_to_roster
from tests.factories.cast import NOW, STARTED, a_firm, a_gate, a_tenure, a_touch, a_worker, owner_of
from tests.factories.days import bind_all
from tests.factories.visitors import worker_as_actor

NOVEMBER = date(2026, 11, 1)
# What names may hold: rare characters, markup of several languages, signs that turn the writing direction.
NAME = "𠮷田#[髙]\u202e*_$x$<b>"


class Days:
    """A prime's site: one of its own people with a touched, a claimed and an unregistered day; one of a firm below it, on no roster."""

    def __init__(self) -> None:
        self.prime: BusinessId = a_firm()
        self.below: BusinessId = a_firm("下請の会社")
        self.gate = a_gate(self.prime)
        self.site = self.gate.site_id
        self.card, self.other = a_worker(self.prime, NAME, trades=("06-01", "01-01")), a_worker(self.below, "下請")
        a_tenure(self.site, self.prime, self.below)
        people = [(self.card.worker_id, RosterData(trade="06-01", work="足場の組立て"))]
        add_to_roster(self.site, None, people, from_on=STARTED, by=owner_of(self.prime), at=NOW)
        self.worker = self.card.worker_id
        by = worker_as_actor(self.worker)
        for claim in (
            ClaimData(day=date(2026, 11, 5), site_id=self.site, work="=片付け"),
            ClaimData(day=date(2026, 11, 6), site_name="近所の家"),
        ):
            enter_claim(self.worker, claim, by=by, at=NOW)
        self.gate.send(
            a_touch(1, self.card, "2026-11-19T07:58:00+09:00"), a_touch(2, self.card, "2026-11-19T17:05:00+09:00"),
            a_touch(3, self.other, "2026-11-19T08:01:00+09:00"), a_touch(4, self.card, "2026-10-30T08:00:00+09:00"),
            a_touch(5, self.card, "2025-12-03T08:00:00+09:00"),
        )  # fmt: skip
        bind_all()

    def wishes(self) -> dict[PaperKind, Wish]:
        """One wish of each kind, for November."""
        site, person = {PaperKind.SITE_DAYS: self.site}, {PaperKind.PERSON_DAYS: self.worker}
        return {kind: Wish(kind, NOVEMBER, NOVEMBER, site.get(kind), person.get(kind)) for kind in PaperKind}


Table = list[list[str]]
Texts = Mapping[tuple[Any, Any], str]


class _Reader(PDFDevice):
    """Gathers what is printed within each part, by page and number. A span without a number belongs to the part around it."""

    def __init__(self) -> None:
        super().__init__(PDFResourceManager())
        self.texts: dict[tuple[Any, Any], str] = defaultdict(str)
        self._page: Any = None
        self._around: list[Any] = []

    def begin_page(self, page: PDFPage, _ctm: Any) -> None:
        self._page = page.pageid

    def begin_tag(self, _tag: Any, props: Any = None) -> None:
        around = self._around[-1] if self._around else None
        self._around.append(props.get("MCID", around) if isinstance(props, dict) else around)

    def end_tag(self) -> None:
        self._around.pop()

    def render_string(self, textstate: PDFTextState, seq: Any, *_: Any) -> None:
        font, within = textstate.font, self._around[-1] if self._around else None
        assert font
        for part in seq:
            if isinstance(part, bytes):
                self.texts[self._page, within] += "".join(map(font.to_unichr, font.decode(part)))


def tables_of(content: bytes) -> list[Table]:
    """All tables of a PDF, row by row and cell by cell, as a screen reader finds them by their tags."""
    document, reader = PDFDocument(PDFParser(BytesIO(content))), _Reader()
    interpreter = PDFPageInterpreter(reader.rsrcmgr, reader)
    for page in PDFPage.create_pages(document):
        interpreter.process_page(page)
    root = resolve1(document.catalog["StructTreeRoot"])
    return [
        [[_text(cell, reader.texts) for cell in _inside(row, {"TH", "TD"})] for row in _inside(table, {"TR"})]
        for table in _inside(root, {"Table"})
    ]


def _children(node: dict[str, Any]) -> list[Any]:
    found = resolve1(node.get("K", []))
    return [resolve1(one) for one in (found if isinstance(found, list) else [found])]


def _inside(node: dict[str, Any], kinds: set[str]) -> Iterator[dict[str, Any]]:
    """The nearest parts of these kinds below a part, in order of reading."""
    for child in _children(node):
        if isinstance(child, dict) and "S" in child:
            if child["S"].name in kinds:
                yield child
            else:
                yield from _inside(child, kinds)


def _text(node: dict[str, Any], texts: Texts) -> str:
    """What is read aloud of a part; the places where a word may be broken are no part of it."""
    found = ""
    for child in _children(node):
        if isinstance(child, dict) and "S" in child:
            found += _text(child, texts)
        else:
            part = child if isinstance(child, dict) else {"MCID": child}
            found += texts.get(((part.get("Pg") or node["Pg"]).objid, part["MCID"]), "")
    return found.replace("\u200b", "")


def page_texts(content: bytes) -> list[str]:
    """What is printed on each page."""
    with pdfplumber.open(BytesIO(content)) as pdf:
        return [page.extract_text() for page in pdf.pages]
