import io
import logging
from collections.abc import Iterator

import pytest
from django.db import IntegrityError

from config.logs import QuietFormatter
from config.settings import base
from registry.accounts.models import Account
from tests.factories.accounts import an_account
from tests.factories.cast import NOW

NAME = "見本 太郎"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the root handler of the settings would have written."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(QuietFormatter())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
def test_a_broken_constraint_is_logged_without_the_row(log: io.StringIO) -> None:
    an_account()
    row = {"login_id": "12345678901821", "portal": "nowhere", "role": "worker", "display_name": NAME, "opened_at": NOW}
    with pytest.raises(IntegrityError, match=NAME) as refused:
        Account.objects.create(**row)
    logging.getLogger("django.request").error("Internal Server Error: %s", "/worker/", exc_info=refused.value)

    line = log.getvalue()
    assert NAME not in line
    assert "ERROR django.request: Internal Server Error: /worker/" in line
    assert "psycopg.errors.CheckViolation\n" in line
    assert line.rstrip().endswith("django.db.utils.IntegrityError")
    assert "in test_a_broken_constraint_is_logged_without_the_row" in line


def test_an_exception_without_a_cause_is_logged(log: io.StringIO) -> None:
    try:
        int(NAME)
    except ValueError:
        logging.getLogger("anything").exception("no number")
    assert "builtins.ValueError" in log.getvalue()
    assert NAME not in log.getvalue()


@pytest.mark.parametrize("before", ["/screen/", "/worker/scan/"])
def test_the_secret_of_an_address_is_not_logged(log: io.StringIO, before: str) -> None:
    logging.getLogger("django.request").error("Internal Server Error: %s", f"{before}7pu4rxy-Rd_O/")
    assert log.getvalue().rstrip().endswith(f"Internal Server Error: {before}…/")


def test_every_handler_that_writes_is_quiet() -> None:
    handlers = {name: handler.get("formatter") for name, handler in base.LOGGING["handlers"].items()}
    assert handlers == {"console": "quiet", "alert": None}  # of alerts see test_alerts.py
    assert base.LOGGING["formatters"] == {"quiet": {"()": "config.logs.QuietFormatter"}}
