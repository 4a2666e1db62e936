from typing import Any

import pytest

from registry.accounts.derive import PasswordPersonalError
from registry.accounts.operations import make_initial_password
from registry.accounts.queries import find_account
from registry.accounts.states import AccountState
from registry.businesses.queries import list_users
from registry.workers.operations.passwords import choose_first_password
from tests.factories.cast import NOW, OFFICE, PASSWORD, a_firm, a_worker
from tests.factories.visitors import account_of_worker

pytestmark = pytest.mark.django_db
BIRTHDAY = "kumo-1980-0505"


def state_of(account_id: int) -> AccountState:
    account = find_account(account_id)
    assert account
    return account.state


def test_a_workers_birth_date_is_refused_and_the_password_stays_unset() -> None:
    account_id = account_of_worker(a_worker(None).worker_id)
    initial = make_initial_password(account_id, by=OFFICE, at=NOW)

    with pytest.raises(PasswordPersonalError) as refused:
        choose_first_password(account_id, present=initial, new=BIRTHDAY, at=NOW)

    assert refused.value.field == "new_password"
    assert state_of(account_id) is AccountState.INITIAL
    choose_first_password(account_id, present=initial, new=PASSWORD, at=NOW)
    assert state_of(account_id) is AccountState.CODE_WANTED


@pytest.mark.parametrize(
    "new",
    [
        "yamamoto-tsuki-7", "kumo-nguyenvanan-7", "fernandez-kumo7", "sakuramaru-kumo7", "090-0000-1111", "kumo 09000001111",
        "mihon-kumo-77x", "ｶｹﾙ-tarou-kumo9",
    ],
)  # fmt: skip
def test_the_forms_of_the_own_name_and_the_phone_number_are_refused(new: str) -> None:
    own: dict[str, Any] = {"latin_name": "Nguyen Van An", "alias": "Yamamoto", "middle_name": "Fernandez"}
    given = "タロウ" if "tarou" in new else "サクラマル"
    account_id = account_of_worker(a_worker(None, given_kana=given, **own).worker_id)
    initial = make_initial_password(account_id, by=OFFICE, at=NOW)
    with pytest.raises(PasswordPersonalError):
        choose_first_password(account_id, present=initial, new=new, at=NOW)


@pytest.mark.parametrize("new", ["yamada-kensetsu-7x", "tsuki-yamadakensetsu"])
def test_the_firms_name_is_refused_to_its_people(new: str) -> None:
    account_id = list_users(a_firm("Yamada Kensetsu"))[0].account.id
    initial = make_initial_password(account_id, by=OFFICE, at=NOW)
    with pytest.raises(PasswordPersonalError):
        choose_first_password(account_id, present=initial, new=new, at=NOW)


def test_a_firms_person_has_no_birth_date_here() -> None:
    account_id = list_users(a_firm())[0].account.id
    initial = make_initial_password(account_id, by=OFFICE, at=NOW)

    choose_first_password(account_id, present=initial, new=BIRTHDAY, at=NOW)

    assert state_of(account_id) is AccountState.CODE_WANTED
