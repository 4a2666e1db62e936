from io import BytesIO

import pytest
from django.db import transaction

from registry.core.actor import Actor, ActorKind
from registry.core.errors import NotAllowedError
from registry.files.models import File
from registry.files.operations import PictureSmallError
from registry.workers.models import Worker
from registry.workers.operations.photos import keep_photo
from registry.workers.queries import find_kept_photo, get_photo
from tests.factories.cast import NOW, OFFICE, a_worker
from tests.factories.photos import a_kept_photo, a_picture

pytestmark = pytest.mark.django_db


def test_the_photo_of_the_form_becomes_the_workers() -> None:
    key = a_kept_photo()
    draft = find_kept_photo(key, by=OFFICE, at=NOW)
    card = a_worker(None, photo_key=key, at=NOW)
    photo = Worker.objects.get(pk=card.worker_id).photo_id
    assert draft
    assert photo
    assert get_photo(photo).content == draft.content
    assert find_kept_photo(key, by=OFFICE, at=NOW) is None


def test_a_registration_that_is_rolled_back_gives_the_photo_back() -> None:
    key = a_kept_photo()
    with transaction.atomic():
        a_worker(None, photo_key=key, at=NOW)
        transaction.set_rollback(True)
    assert find_kept_photo(key, by=OFFICE, at=NOW)


def test_a_registration_that_is_rolled_back_leaves_no_file() -> None:
    with transaction.atomic():
        a_worker(None, photo_key=a_kept_photo(), at=NOW)
        transaction.set_rollback(True)
    assert not File.objects.exists()


def test_only_the_office_sends_photos_in() -> None:
    with pytest.raises(NotAllowedError):
        keep_photo(BytesIO(a_picture()), by=Actor(ActorKind.BUSINESS, 1), at=NOW)


def test_what_is_wrong_stands_beside_the_photo() -> None:
    with pytest.raises(PictureSmallError) as told:
        keep_photo(BytesIO(a_picture("PNG", (10, 10))), by=OFFICE, at=NOW)
    assert told.value.field == "photo"
