"""Entries of a portal's menu. The numbers are those of the manuals that people follow."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One entry, shown to those who have its permission."""

    number: str
    label_key: str
    url_name: str
    permission: str


@dataclass(frozen=True)
class Link:
    """An entry as a page shows it."""

    number: str
    label: str
    url: str
    current: bool
