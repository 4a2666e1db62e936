"""Messages of the portal in words."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from portals.base.templatetags.ds import jdate
from registry.notices.queries import NoticeRow


@dataclass(frozen=True)
class ShownNotice:
    """One message on a page."""

    row: NoticeRow
    title: str
    body: str


def shown_notices(rows: list[NoticeRow]) -> list[ShownNotice]:
    """Messages in words; days in them are written out."""
    found = []
    for row in rows:
        data = {key: jdate(date.fromisoformat(value)) if key == "day" else value for key, value in row.data.items()}
        found.append(ShownNotice(row, _(f"notice.{row.kind}.title"), _(f"notice.{row.kind}.body").format(**data)))
    return found
