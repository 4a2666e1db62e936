"""A database that is in use survives the migrations which move what stands in it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from config.settings.base import database
from config.texts import ROOT
from registry.core.encrypted import decrypted

pytestmark = pytest.mark.slow
WORKER = {
    "id": 12345678901821, "account_id": 1, "registration_kind": "detailed", "family_name": "見本", "given_name": "太郎",
    "middle_name": "", "family_kana": "ミホン", "given_kana": "タロウ", "alias": "", "alias_on_card": False, "latin_name": "",
    "birth_on": date(1980, 1, 1), "sex": "1", "blood_type": "AB+", "nationality": "日本", "postal_code": "000-0000",
    "prefecture": "13", "address": "例町", "phone": "", "fax": "", "mail": "", "card_postal_code": "", "card_address": "",
    "emergency_name": "", "emergency_phone": "", "emergency_address": "", "experience": "",
    "health_checked_on": date(2026, 4, 1), "blood_pressure": "118-76", "level": 1, "search_text": "見本太郎",
    "registered_on": date(2026, 1, 1),
}  # fmt: skip
HEALTH = ("blood_type", "health_checked_on", "blood_pressure")

DRAFT = {"blood_type": "AB+", "family_name": "見本"}
FILES = "SELECT pg_relation_filepath('workers_worker'), pg_relation_filepath('drafts_draft')"


def migrate(url: str, *target: str) -> None:
    """`manage.py migrate`, as an installation runs it."""
    place = {**os.environ, "MIGRATE_DATABASE_URL": url, "VAR_DIR": str(settings.VAR_DIR)}
    command = [sys.executable, "manage.py", "migrate", "-v", "0", *target]
    outcome = subprocess.run(command, cwd=ROOT, env=place, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr


@pytest.fixture
def url() -> Iterator[str]:
    """The address of an empty database, as its owner."""
    owner = os.environ["MIGRATE_DATABASE_URL"]
    role, name = database(owner), f"migrated_{os.getpid()}"
    with psycopg.connect(
        dbname="postgres", user=role["USER"], password=role["PASSWORD"], host=role["HOST"], port=role["PORT"] or None,
        autocommit=True,
    ) as link:  # fmt: skip
        link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield urlsplit(owner)._replace(path=f"/{name}").geturl()
        link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def connected(url: str) -> psycopg.Connection[Any]:
    """The database, whose statements hold at once."""
    role = database(url)
    return psycopg.connect(
        dbname=role["NAME"], user=role["USER"], password=role["PASSWORD"], host=role["HOST"], port=role["PORT"] or None,
        autocommit=True,
    )  # fmt: skip


def insert(link: psycopg.Connection[Any], table: str, row: dict[str, Any]) -> None:
    """One row."""
    names, values = map(sql.Identifier, row), [sql.Placeholder()] * len(row)
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})")
    link.execute(
        statement.format(sql.Identifier(table), sql.SQL(", ").join(names), sql.SQL(", ").join(values)),
        list(row.values()),
    )


def test_what_stands_in_a_database_survives(url: str) -> None:
    migrate(url, "workers", "0005")
    migrate(url, "audit", "0001")
    migrate(url, "drafts", "0001")
    with connected(url) as link:
        for number, at in enumerate(("2026-10-31 14:59+00", "2026-10-31 15:00+00", "2050-01-01 00:00+00")):
            look = {
                "at": at,
                "items": number,
                "subjects": [1],
                "noun": "worker",
                "relation": "office",
                "purpose": "desk",
            }
            insert(link, "audit_look", look)
        looks = link.execute("SELECT * FROM audit_look ORDER BY id").fetchall()
        account = {"id": 1, "login_id": "1", "portal": "worker", "role": "worker", "state": "initial", "display_name": "見本",
                   "password": "!", "opened_at": "2026-01-01", "mail": ""}  # fmt: skip
        insert(link, "accounts_account", account)
        insert(link, "workers_worker", WORKER)
        insert(link, "accounts_account", {**account, "id": 2, "login_id": "2"})
        nothing = {"blood_type": "", "health_checked_on": None, "blood_pressure": ""}
        insert(link, "workers_worker", {**WORKER, **nothing, "id": 12345678901921, "account_id": 2})
        draft = {
            "account_id": 1,
            "form": "/office/workers/new/",
            "typed": json.dumps(DRAFT),
            "saved_at": "2026-11-21 00:00+00",
        }
        insert(link, "drafts_draft", draft)
        before = link.execute(FILES).fetchone()

    migrate(url)

    with connected(url) as link:
        found = link.execute("SELECT tableoid::regclass::text FROM audit_look ORDER BY id").fetchall()
        assert found == [("audit_look_202610",), ("audit_look_202611",), ("audit_look_default",)]
        assert link.execute("SELECT * FROM audit_look ORDER BY id").fetchall() == looks
        stored, empty = link.execute(f"SELECT {', '.join(HEALTH)} FROM workers_worker ORDER BY id").fetchall()
        read = [
            decrypted(settings.ENCRYPTION_KEYS, one, f"workers.Worker.{name}")
            for name, one in zip(HEALTH, stored, strict=True)
        ]
        assert read == ["AB+", "2026-04-01", "118-76"]
        assert empty == (None, None, None)
        ((draft_stored,),) = link.execute("SELECT typed FROM drafts_draft").fetchall()
        assert json.loads(decrypted(settings.ENCRYPTION_KEYS, draft_stored, "drafts.Draft.typed")) == DRAFT
        after = link.execute(FILES).fetchone()
    assert before is not None
    assert after is not None
    assert [one != two for one, two in zip(before, after, strict=True)] == [
        True,
        True,
    ]  # a column that is dropped stays in the old file
