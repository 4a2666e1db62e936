"""Encrypted columns, on the health data of workers."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import connection

from registry.core.encrypted import UnreadableError, decrypted, encrypted
from registry.workers.models import Worker
from tests.factories.cast import a_worker

OLD, NEW, PLACE = "the old key", "the new key", "workers.worker.blood_type"
# "AB+", sealed once for `PLACE` by the new key.
SEALED = "1cdb93e536371da15d12ec7485efad50b339aa3c52d4d42e2e609379dc220a665d81eec22af4417476433a5452127d31"
HEALTH = {"blood_type": "AB+", "health_checked_on": date(2026, 4, 1), "blood_pressure": "118-76"}


@pytest.mark.parametrize("text", ["AB+", "sixteen letters.", "四月の健診、異常なし"])
def test_what_was_encrypted_is_read_again_and_stands_nowhere(text: str) -> None:
    stored = encrypted([NEW], text, PLACE)
    assert decrypted([NEW], stored, PLACE) == text
    assert text.encode() not in stored


def test_no_two_values_are_alike_and_their_length_says_nothing() -> None:
    stored = [encrypted([NEW], text, PLACE) for text in ("A", "A", "AB+")]
    assert len(set(stored)) == 3
    assert len({one[4:16] for one in stored}) == 3  # the nonces
    assert len({len(one) for one in stored}) == 1


def test_the_newest_key_writes_and_all_read() -> None:
    before = encrypted([OLD], "O", PLACE)
    after = encrypted([NEW, OLD], "O", PLACE)
    assert [decrypted([NEW, OLD], one, PLACE) for one in (before, after)] == ["O", "O"]
    assert decrypted([NEW], after, PLACE) == "O"
    with pytest.raises(UnreadableError):
        decrypted([NEW], before, PLACE)


def test_whatever_is_changed_is_refused() -> None:
    stored = encrypted([NEW], "O", PLACE)
    for place in range(len(stored)):
        forged = bytearray(stored)
        forged[place] ^= 1
        with pytest.raises(UnreadableError):
            decrypted([NEW], bytes(forged), PLACE)


@pytest.mark.parametrize("length", [0, 3, 4, 15, 16, 31, 47])
def test_what_is_cut_short_is_refused(length: int) -> None:
    with pytest.raises(UnreadableError):
        decrypted([NEW], encrypted([NEW], "O", PLACE)[:length], PLACE)


def test_a_value_of_another_column_is_refused() -> None:
    with pytest.raises(UnreadableError):
        decrypted([NEW], encrypted([NEW], "O", PLACE), "workers.worker.blood_pressure")


@pytest.fixture
def worker(db: None) -> Worker:
    """Somebody whose health data are known."""
    worker = Worker.objects.get(pk=a_worker(None).worker_id)
    for name, value in HEALTH.items():
        setattr(worker, name, value)
    worker.save()
    return worker


def stored_health(worker: Worker) -> list[bytes | None]:
    """What the database holds."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(HEALTH)} FROM workers_worker WHERE id = %s", [worker.pk])
        return list(cursor.fetchone())


def health(worker: Worker) -> dict[str, Any]:
    """What is read again."""
    return dict(Worker.objects.values(*HEALTH).get(pk=worker.pk))


def test_the_database_holds_no_plain_health_data(worker: Worker) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT w::text FROM workers_worker w WHERE id = %s", [worker.pk])
        (row,) = cursor.fetchone()
    for plain in ("AB+", "118-76", "2026-04-01"):
        assert plain not in row
        assert plain.encode().hex() not in row
    assert all(isinstance(one, bytes) for one in stored_health(worker))
    assert health(worker) == HEALTH


def test_a_row_of_an_old_key_is_read_and_written_anew_by_the_new_one(worker: Worker, settings: Any) -> None:
    before = stored_health(worker)
    settings.ENCRYPTION_KEYS = [NEW, *settings.ENCRYPTION_KEYS]
    assert health(worker) == HEALTH
    Worker.objects.get(pk=worker.pk).save()
    after = stored_health(worker)
    assert {(one or b"")[:4] for one in after}.isdisjoint((one or b"")[:4] for one in before)
    settings.ENCRYPTION_KEYS = [NEW]
    assert health(worker) == HEALTH


def test_what_was_sealed_for_a_column_is_read_from_it(worker: Worker, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [NEW, *settings.ENCRYPTION_KEYS]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE workers_worker SET blood_type = %s WHERE id = %s", [bytes.fromhex(SEALED), worker.pk])
    assert health(worker) == HEALTH


def test_a_value_that_was_carried_into_another_column_is_refused(worker: Worker) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE workers_worker SET blood_type = blood_pressure WHERE id = %s", [worker.pk])
    with pytest.raises(UnreadableError):
        health(worker)


def test_what_is_empty_is_not_stored(worker: Worker) -> None:
    Worker.objects.filter(pk=worker.pk).update(blood_type="", health_checked_on=None, blood_pressure="")
    assert stored_health(worker) == [None, None, None]
    assert health(worker) == {"blood_type": "", "health_checked_on": None, "blood_pressure": ""}


def test_a_text_too_long_is_refused_as_a_column_would(worker: Worker) -> None:
    with pytest.raises(ValidationError):
        Worker.objects.filter(pk=worker.pk).update(blood_type="AB+-")


@pytest.mark.parametrize("lookup", ["blood_type", "blood_type__contains", "health_checked_on__year"])
def test_nobody_asks_the_database_for_a_value(lookup: str) -> None:
    with pytest.raises(FieldError):
        Worker.objects.filter(**{lookup: "1"})


def test_whether_there_is_a_value_may_be_asked(worker: Worker) -> None:
    assert Worker.objects.filter(blood_type__isnull=False).get() == worker
