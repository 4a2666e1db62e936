"""A 500 is told by mail to who runs the registry, through a page that really breaks."""

import logging
import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test import Client

from config.alerts import ONE_OF_A_KIND_SECONDS, AlertHandler
from tests.factories.cast import NOW, a_firm, a_worker
from tests.factories.visitors import as_firm, as_office

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_stamps(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    settings.ALERT_MAILS = ["unei@sample.example"]


def broken(client: Client, address: str) -> int:
    """What a page answers while a table that it needs is away."""
    client.raise_request_exception = False
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE workers_worker (id int)")
        status = int(client.get(address).status_code)
        transaction.set_rollback(True)
    return status


def test_a_page_that_breaks_is_told_without_personal_data() -> None:
    worker = a_worker(a_firm()).worker_id
    assert broken(as_office(), f"/office/workers/{worker}/") == 500
    (sent,) = mail.outbox
    assert sent.to == ["unei@sample.example"]
    assert sent.subject == "【台帳】エラーが起きました：django.db.utils.ProgrammingError"
    assert "GET /office/workers/<int:worker_id>/" in sent.body
    assert "registry/workers/queries.py:" in sent.body
    for personal in (str(worker), "見本", "太郎"):
        assert personal not in sent.subject + str(sent.body)


def test_one_of_a_kind_an_hour(tmp_path: Path) -> None:
    firm = a_firm()
    office, address = as_office(), f"/office/workers/{a_worker(firm).worker_id}/"
    for _ in range(3):
        broken(office, address)
    assert len(mail.outbox) == 1

    broken(as_firm(firm), address.replace("office", "business"))
    assert len(mail.outbox) == 2

    (first, *_) = sorted((tmp_path / "alerts").iterdir(), key=lambda stamp: stamp.stat().st_mtime)
    an_hour_ago = time.time() - ONE_OF_A_KIND_SECONDS
    os.utime(first, (an_hour_ago, an_hour_ago))
    broken(office, address)
    assert len(mail.outbox) == 3


def test_what_a_stranger_sends_wrongly_is_no_alert() -> None:
    assert Client(headers={"host": "evil.example"}).get("/").status_code == 400
    assert Client().get("/nothing/").status_code == 404
    assert mail.outbox == []


def record(**more: Any) -> logging.LogRecord:
    return logging.makeLogRecord({"name": "procrastinate.worker", "levelno": logging.ERROR, "msg": "x", **more})


def test_an_error_outside_a_page_is_told_by_where_it_was_logged() -> None:
    AlertHandler().handle(record(created=NOW.timestamp()))
    (sent,) = mail.outbox
    assert "どこで：procrastinate.worker" in sent.body
    assert "2026-11-20 12:00:00" in sent.body


def test_nobody_to_tell_is_no_trouble(settings: Any) -> None:
    settings.ALERT_MAILS = []
    AlertHandler().handle(record())
    assert mail.outbox == []


def test_a_mail_that_cannot_go_out_makes_one_line_and_no_more(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = "/dev/null/nowhere"
    AlertHandler().handle(record())
    assert [line.message for line in caplog.records] == ["An alert could not be sent: ImproperlyConfigured"]
