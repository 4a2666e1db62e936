"""A menu entry and the page that it opens have one name."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from portals.base.menu import Entry
from portals.business.menu import ENTRIES as OF_FIRM
from portals.office.menu import ENTRIES as OF_OFFICE
from portals.worker.menu import ENTRIES as OF_WORKER
from tests.factories.cast import a_firm, a_worker
from tests.factories.visitors import as_firm, as_office, as_worker

pytestmark = pytest.mark.django_db
VISITORS: list[tuple[list[Entry], Callable[[], Client]]] = [
    (OF_FIRM, lambda: as_firm(a_firm())),
    (OF_WORKER, lambda: as_worker(a_worker(a_firm()).worker_id)),
    (OF_OFFICE, as_office),
]


@pytest.mark.parametrize(("entries", "visitor"), VISITORS)
def test_a_menu_entry_is_the_heading_of_its_page(entries: list[Entry], visitor: Callable[[], Client]) -> None:
    client = visitor()
    with override("ja"):
        named = {
            entry: client.get(reverse(entry.url_name)) for entry in entries if not entry.url_name.endswith(":home")
        }
        shown = {entry: answer.content.decode() for entry, answer in named.items() if answer.status_code == 200}
        headings = {gettext(entry.label_key): re.findall(r"<h1[^>]*>(.*?)</h1>", page) for entry, page in shown.items()}
        assert headings == {word: [word] for word in headings}
        assert headings
