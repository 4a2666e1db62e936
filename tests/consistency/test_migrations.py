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


ACCOUNT = {
    "login_id": "1", "portal": "worker", "role": "worker", "state": "initial", "display_name": "見本", "password": "!",
    "opened_at": "2026-01-01", "mail": "",
}  # fmt: skip
FIRM = dict.fromkeys(
    ("kana", "representative", "corporate_number", "permit_authority", "permit_class", "permit_year", "permit_number",
     "postal_code", "address", "phone", "fax", "officer_name", "officer_phone", "officer_mail", "officer_address",
     "health_insurance", "pension_insurance", "employment_insurance", "labour_insurance_number", "kentaikyo_number",
     "search_text", "awards", "clients"), "",
) | {
    "id": 12345678901822, "name": "見本建設", "kind": "corporation", "prefecture": "13", "capital_yen": 0,
    "registered_on": date(2026, 1, 1), "valid_until": date(2030, 12, 31),
}  # fmt: skip


def test_sites_are_given_to_the_owner_and_to_the_manager_whose_name_was_typed(url: str) -> None:
    migrate(url, "worksites", "0007")
    with connected(url) as link:
        insert(link, "businesses_business", FIRM)
        for number, (role, name) in enumerate(
            [
                ("owner", "見本 代表"),
                ("site_manager", "現場　見太"),
                ("site_manager", "別の 現場"),
                ("site_viewer", "現場 見太"),
            ]
        ):
            account = {**ACCOUNT, "login_id": str(number), "portal": "business", "role": role, "display_name": name}
            insert(link, "accounts_account", {**account, "id": number + 10})
            insert(link, "businesses_user", {"id": number + 20, "business_id": FIRM["id"], "account_id": number + 10})
        site = {
            "prefecture": "13", "address": "", "public_works": False, "hazardous": False, "opened_at": "2026-01-01",
            "name": "見本ビル", "business_id": FIRM["id"],
        }  # fmt: skip
        insert(link, "sites_site", {**site, "id": 1, "manager_name": "現場見太"})
        insert(link, "sites_site", {**site, "id": 2, "manager_name": "よその 人"})
        insert(link, "sites_site", {**site, "id": 3, "manager_name": "", "business_id": None})  # a 仮現場

    migrate(url)

    with connected(url) as link:
        given = link.execute("SELECT site_id, user_id FROM sites_user ORDER BY site_id, user_id").fetchall()
    assert given == [(1, 20), (1, 21), (2, 20)]


def test_roster_lines_end_with_a_link_that_had_an_end_before_them(url: str) -> None:
    migrate(url, "worksites", "0007")
    migrate(url, "workers", "0008")
    migrate(url, "structures", "0002")
    days = [date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), None]
    with connected(url) as link:
        insert(link, "businesses_business", FIRM)
        insert(link, "accounts_account", {**ACCOUNT, "id": 1})
        insert(link, "workers_worker", {**WORKER, **dict.fromkeys(HEALTH)})
        of_worker = {"worker_id": WORKER["id"]}
        linked = {
            **of_worker,
            "business_id": FIRM["id"],
            "business_name": "",
            "principal": False,
            "position": "",
            "ended_by": "",
        }
        for from_on, until_on, goes_on in zip(days, days[1:], (True, False, False), strict=False):
            row = {**linked, "from_on": from_on, "until_on": until_on, "goes_on": goes_on}
            insert(link, "workers_affiliation", row)
        line = {
            **of_worker, "trade": "06-01", "position": "", "work": "", "hazardous": False, "collects": False,
            "added_at": "2026-01-01",
        }  # fmt: skip
        site = {
            "prefecture": "13", "address": "", "public_works": False, "hazardous": False, "opened_at": "2026-01-01",
            "name": "見本ビル", "business_id": FIRM["id"], "manager_name": "",
        }  # fmt: skip
        for number, (from_on, until_on) in enumerate(
            [(days[0], None), (days[1], date(2026, 11, 9)), (days[2], None)], start=1
        ):
            insert(link, "sites_site", {**site, "id": number})
            insert(
                link, "structures_roster_entry", {**line, "site_id": number, "from_on": from_on, "until_on": until_on}
            )

    migrate(url)

    with connected(url) as link:
        ends = link.execute("SELECT until_on FROM structures_roster_entry ORDER BY site_id").fetchall()
        marks = link.execute("SELECT site_id, worker_id, from_on, until_on FROM changes_change").fetchall()
    assert ends == [(days[2],), (date(2026, 11, 9),), (None,)]
    assert marks == [(1, WORKER["id"], days[2], None)]


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
        insert(link, "accounts_account", {**ACCOUNT, "id": 1})
        insert(link, "workers_worker", WORKER)
        insert(link, "accounts_account", {**ACCOUNT, "id": 2, "login_id": "2"})
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
            decrypted(settings.ENCRYPTION_KEYS, one, f"workers.worker.{name}")
            for name, one in zip(HEALTH, stored, strict=True)
        ]
        assert read == ["AB+", "2026-04-01", "118-76"]
        assert empty == (None, None, None)
        ((draft_stored,),) = link.execute("SELECT typed FROM drafts_draft").fetchall()
        assert json.loads(decrypted(settings.ENCRYPTION_KEYS, draft_stored, "drafts.draft.typed")) == DRAFT
        after = link.execute(FILES).fetchone()
    assert before is not None
    assert after is not None
    assert [one != two for one, two in zip(before, after, strict=True)] == [
        True,
        True,
    ]  # a column that is dropped stays in the old file
