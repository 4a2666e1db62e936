import pytest

from registry.core.actor import Actor, ActorKind
from registry.files.models import File
from registry.files.operations import keep_draft, take_draft
from registry.files.queries import find_draft, get_file
from registry.files.states import DRAFT_LIFE
from tests.factories.cast import NOW
from tests.factories.photos import a_picture

pytestmark = pytest.mark.django_db
CLERK, COLLEAGUE = Actor(ActorKind.OFFICE, 1), Actor(ActorKind.OFFICE, 2)


def test_a_draft_is_found_by_who_sent_it_in_for_a_day() -> None:
    draft = keep_draft(a_picture(), by=CLERK, at=NOW)
    assert find_draft(draft.key, by=CLERK, at=NOW) == draft
    assert find_draft(draft.key, by=COLLEAGUE, at=NOW) is None
    assert find_draft("", by=CLERK, at=NOW) is None
    assert find_draft(draft.key, by=CLERK, at=NOW + DRAFT_LIFE) is None


def test_a_draft_is_no_file_yet() -> None:
    draft = keep_draft(a_picture(), by=CLERK, at=NOW)
    with pytest.raises(File.DoesNotExist):
        get_file(File.objects.get().pk)
    file = get_file(take_draft(draft.key, by=CLERK, at=NOW))
    assert (file.media_type, file.content) == ("image/jpeg", draft.content)
    assert str(draft.content[:8]) not in repr(file)
