"""The database of the tests: made by the owner, used as the role `app`, emptied by the owner."""

import gc
import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands import flush
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as properties

from tests.workers import Pieces, put_first

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs beside Django's sync code

# On a machine that does other things as well an example may take long: that says nothing of what it tries.
properties.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
properties.load_profile("busy")

KEPT_TABLES = ("codes_", "django_migrations", "django_content_type", "auth_permission")


def _log_in_to_database_as(url_name: str) -> None:
    from config.settings.base import database

    as_role = database(os.environ[url_name])
    connection.close()
    connection.settings_dict["USER"] = as_role["USER"]
    connection.settings_dict["PASSWORD"] = as_role["PASSWORD"]


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, django_db_modify_db_settings: None
) -> Iterator[None]:
    """Make the test database as the owner, then go on as the role that the server runs as."""
    with django_db_blocker.unblock():
        _log_in_to_database_as("MIGRATE_DATABASE_URL")
        made = setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
        call_command("load_codes", verbosity=0)
        call_command("grant_rights")
        _log_in_to_database_as("DATABASE_URL")
    yield
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:  # a thread of a test server may still hold one
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
            )
        _log_in_to_database_as("MIGRATE_DATABASE_URL")
        teardown_databases(made, verbosity=0)


def _empty_tables_as_owner(_operations: DatabaseOperations, _statements: list[str]) -> None:
    """Empty all tables that hold something but the code tables, as the owner: the role `app` may not."""
    from config.settings.base import database

    owner = database(os.environ["MIGRATE_DATABASE_URL"])
    with psycopg.connect(
        dbname=connection.settings_dict["NAME"], user=owner["USER"], password=owner["PASSWORD"],
        host=owner["HOST"], port=owner["PORT"] or None, autocommit=True,
    ) as link:  # fmt: skip
        tables = link.execute(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind = 'r'"
        ).fetchall()
        names = [name for (name,) in tables if not name.strip('"').startswith(KEPT_TABLES)]
        # Emptying an empty table costs as much: its files are made anew; most are partitions of touches and looks.
        asked = link.execute(f"SELECT {', '.join(f'EXISTS (SELECT FROM {name})' for name in names)}").fetchone() or ()
        filled = [name for name, is_filled in zip(names, asked, strict=True) if is_filled]
        if filled:
            link.execute("SET registry.empty_tables = 'on'")
            link.execute(f"TRUNCATE {', '.join(filled)} RESTART IDENTITY CASCADE")


@pytest.fixture(scope="session", autouse=True)
def _owner_empties_tables() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", _empty_tables_as_owner)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_: None)  # content types and permissions are kept
        yield


@pytest.fixture(autouse=True)
def _mail_in_memory(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def _own_language() -> None:
    """A test begins in Japanese: the last request of another one may have left English behind."""
    translation.deactivate()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Pieces:
    """Which worker gets which tests."""
    return Pieces(config, log)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector of garbage need not walk through it hundreds of times (a tenth of a run)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Which tests begin first; comes after the order was drawn."""
    put_first(items)


def pytest_configure() -> None:
    """Refuse to run where the two roles are not told apart."""
    if not {"DATABASE_URL", "MIGRATE_DATABASE_URL"} <= set(os.environ):
        pytest.exit("run the tests by ./test: it starts a database and tells its addresses", returncode=4)
    assert settings.configured
