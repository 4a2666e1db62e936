import hashlib
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from registry.audit.models import Move
from registry.core.actor import Actor, ActorKind
from registry.files.models import File
from registry.files.operations import (
    DraftGoneError,
    PictureLargeError,
    PictureSmallError,
    PictureUnreadableError,
    keep_draft,
    make_portrait,
    take_draft,
)
from registry.files.states import DRAFT_LIFE, MOST_BYTES
from tests.factories.cast import NOW
from tests.factories.photos import a_picture

CLERK, COLLEAGUE = Actor(ActorKind.OFFICE, 1), Actor(ActorKind.OFFICE, 2)


@pytest.mark.parametrize(
    ("picture", "error"),
    [
        (b"", PictureUnreadableError),
        (b"%PDF-1.7 no picture", PictureUnreadableError),
        (a_picture()[:2000], PictureUnreadableError),
        (a_picture("PNG", (100, 100)), PictureSmallError),
        (a_picture("PNG", (8001, 8000)), PictureLargeError),
        (b"0" * (MOST_BYTES + 1), PictureLargeError),
    ],
)
def test_the_child_says_what_is_wrong(picture: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        make_portrait(picture)


@pytest.mark.django_db
def test_only_the_portrait_is_kept() -> None:
    draft = keep_draft(a_picture("PNG"), by=CLERK, at=NOW)
    file = File.objects.get()
    assert bytes(file.content) == draft.content
    assert file.digest == hashlib.sha256(draft.content).hexdigest()


@pytest.mark.django_db
def test_a_draft_is_taken_once() -> None:
    draft = keep_draft(a_picture(), by=CLERK, at=NOW)
    file_id = take_draft(draft.key, by=CLERK, at=NOW)
    assert File.objects.get(pk=file_id).draft_key is None
    with pytest.raises(DraftGoneError):
        take_draft(draft.key, by=CLERK, at=NOW)
    assert list(Move.objects.filter(noun="files_file").order_by("pk").values_list("move", flat=True)) == [
        "keep_draft", "take_draft",
    ]  # fmt: skip


@pytest.mark.django_db
def test_nobody_else_takes_a_draft() -> None:
    draft = keep_draft(a_picture(), by=CLERK, at=NOW)
    with pytest.raises(DraftGoneError):
        take_draft(draft.key, by=COLLEAGUE, at=NOW)


@pytest.mark.django_db
def test_after_a_day_a_draft_is_gone_and_the_next_one_sweeps_it() -> None:
    draft = keep_draft(a_picture(), by=CLERK, at=NOW)
    taken = take_draft(keep_draft(a_picture(), by=CLERK, at=NOW).key, by=CLERK, at=NOW)
    with pytest.raises(DraftGoneError):
        take_draft(draft.key, by=CLERK, at=NOW + DRAFT_LIFE)
    keep_draft(a_picture(), by=COLLEAGUE, at=NOW + DRAFT_LIFE - timedelta(seconds=1))
    assert File.objects.count() == 3
    keep_draft(a_picture(), by=COLLEAGUE, at=NOW + DRAFT_LIFE)
    assert not File.objects.filter(draft_key=draft.key).exists()
    assert File.objects.filter(pk=taken).exists()


@pytest.mark.django_db
def test_the_database_refuses_content_that_was_changed() -> None:
    keep_draft(a_picture(), by=CLERK, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        File.objects.update(content=b"other")
