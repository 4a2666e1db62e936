"""Which tests go to one worker together, and which begin first, so that the workers end at the same time.

The mark `xdist_group` is of no use: with pytest 9.2 xdist passes over it in silence (its issue 1386).
"""

import pytest
from xdist.scheduler import LoadFileScheduling

# Files whose tests each take seconds and share nothing: every test is a piece of its own. The longest come first.
APART = (
    "tests/journeys/test_every_page.py",
    "tests/journeys/test_first_days.py",
    "tests/journeys/test_structure.py",
    "tests/journeys/test_record.py",
    "tests/journeys/test_record_more.py",
    "tests/journeys/test_late_edits.py",
    "tests/registry/histories/test_order.py",
    "tests/journeys/test_devices.py",
    "tests/journeys/test_papers.py",
    "tests/journeys/test_reader_window.py",
    "tests/registry/histories/test_visible.py",
    "tests/consistency/test_addresses.py",
)
# Files that share what a machine has once: they are one piece.
TOGETHER = {"tests/journeys/test_card.py": "pcscd", "tests/reader/test_pcsc.py": "pcscd"}
# What begins first: a long piece that came last would leave the other workers idle.
FIRST = (
    "tests/config/stack/test_run.py",
    "tests/journeys/test_kill.py",
    *APART,
    *TOGETHER,
    "tests/consistency/test_queries.py",
)


def file_of(test: str) -> str:
    """The file of a test's address."""
    return test.partition("::")[0]


def piece_of(test: str) -> str:
    """What a test is run together with: the other tests of its file, mostly, for they may share a world."""
    file = file_of(test)
    return test if file in APART else TOGETHER.get(file, file)


def put_first(items: list[pytest.Item]) -> None:
    """Put long pieces first; the others keep the order that was drawn."""
    rank = {file: n for n, file in enumerate(FIRST)}
    items.sort(key=lambda item: rank.get(file_of(item.nodeid), len(rank)))


class Pieces(LoadFileScheduling):  # type: ignore[misc]  # xdist carries no types
    """Hands out pieces in the order of collection, not those with the most tests first."""

    def __init__(self, config: pytest.Config, log: object) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return piece_of(nodeid)
