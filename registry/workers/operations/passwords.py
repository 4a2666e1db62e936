"""The first password of anybody: what it must not hold includes what only the nouns above accounts know."""

from datetime import datetime

from registry.accounts.derive import birth_words
from registry.accounts.operations import set_first_password
from registry.businesses.queries import names_of_businesses, part_of_account
from registry.core.ids import clean_digits
from registry.workers.derive import name_words
from registry.workers.models import Worker


def choose_first_password(account_id: int, *, present: str, new: str, at: datetime) -> None:
    """Change the initial password to an own one, which must not hold what others know of the person (ruling 3).

    Of a worker that is each form of the name, the birth date and the phone number, of a firm's people the firm's name.
    Raises as `set_first_password` does.
    """
    worker = Worker.objects.filter(account_id=account_id).first()
    personal = _words_of(worker) if worker else _words_of_firm(account_id)
    set_first_password(account_id, present=present, new=new, personal=personal, at=at)


def _words_of(worker: Worker) -> list[str]:
    names = (
        f"{worker.family_name} {worker.given_name}", worker.middle_name, worker.alias, worker.latin_name,
        f"{worker.family_kana} {worker.given_kana}",
    )  # fmt: skip
    words = [word for name in names for word in name_words(name)]
    return [*words, *birth_words(worker.birth_on), clean_digits(worker.phone)]


def _words_of_firm(account_id: int) -> list[str]:
    business_id, _ = part_of_account(account_id)
    names = names_of_businesses([business_id] if business_id else [])
    return [word for name in names.values() for word in name_words(name)]
