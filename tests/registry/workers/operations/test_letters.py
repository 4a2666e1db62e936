import pytest

from registry.accounts.models import Account
from registry.businesses.models import Business
from registry.core.actor import Actor, ActorKind
from registry.core.errors import NotAllowedError
from registry.core.ids import WorkerId
from registry.notices.models import Letter
from registry.notices.operations import PrintedLetter, Recipient, send_security_code_again
from registry.notices.queries import list_letters_to_print
from registry.notices.states import LetterKind
from registry.workers.models import Worker
from registry.workers.operations.letters import print_letters_to_present_addresses
from tests.factories.accounts import an_account
from tests.factories.cast import NOW, OFFICE, a_firm, a_worker
from tests.factories.notices import RECIPIENT, a_letter
from tests.factories.visitors import account_of_worker

pytestmark = pytest.mark.django_db
MOVED = Recipient("見本 太郎", "200-0000", "東京都引越町1-1")


def printed() -> dict[LetterKind, PrintedLetter]:
    waiting = [row.id for row in list_letters_to_print()]
    return {one.kind: one for one in print_letters_to_present_addresses(waiting, by=OFFICE, at=NOW)}


def move_house(worker_id: WorkerId) -> None:
    Worker.objects.filter(pk=worker_id).update(postal_code=MOVED.postal_code, address=MOVED.address)


def test_letters_go_to_the_address_at_printing_and_keep_where_they_went() -> None:
    move_house(a_worker(None).worker_id)

    found = printed()

    assert {one.recipient for one in found.values()} == {MOVED}
    assert set(Letter.objects.values_list("address", flat=True)) == {MOVED.address}


def test_the_password_goes_with_the_card_and_the_code_never() -> None:
    a_worker(None, card_postal_code="300-0000", card_address="東京都寄宿町2-2")

    found = printed()

    assert found[LetterKind.WORKER_FIRST_PASSWORD].recipient.address == "東京都寄宿町2-2"
    assert found[LetterKind.WORKER_SECURITY_CODE].recipient.address == "東京都例町9-9"


def test_a_new_code_goes_home_even_when_the_last_letter_went_with_the_card() -> None:
    card = a_worker(None, card_postal_code="300-0000", card_address="東京都寄宿町2-2")
    printed()
    move_house(card.worker_id)
    send_security_code_again(account_of_worker(card.worker_id), by=Actor.system(), at=NOW)
    assert printed()[LetterKind.NEW_SECURITY_CODE].recipient == MOVED


def test_letters_to_a_firm_go_to_where_it_is_now() -> None:
    firm = a_firm()
    Business.objects.filter(pk=firm).update(name="見本建設新社名", postal_code="200-0000", address="東京都引越町3-3")
    (one, other) = printed().values()
    assert one.recipient == other.recipient == Recipient("見本建設新社名 見本 担当", "200-0000", "東京都引越町3-3")


def test_the_offices_own_people_have_the_address_of_the_letter() -> None:
    a_letter(an_account())
    assert [one.recipient for one in printed().values()] == [RECIPIENT]


def test_only_who_may_print_prints() -> None:
    a_worker(None)
    with pytest.raises(NotAllowedError):
        print_letters_to_present_addresses(
            [row.id for row in list_letters_to_print()], by=Actor(ActorKind.OFFICE), at=NOW
        )
    assert not any(account.has_usable_password() for account in Account.objects.all())
